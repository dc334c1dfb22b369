"""Kernels in plain C++ compiled so that whatever the language leaves undefined ends the process."""

import ctypes as c
import pathlib
import subprocess
import sys

import pytest

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources/CHighway"

PROGRAM = """
import ctypes as c, sys
class Rows(c.Structure):
    _fields_ = [(n, c.c_void_p) for n in ["source", "indices", "destination"]] + [
        (n, c.c_int64) for n in ["count", "tableRows", "width", "columnBegin", "columnEnd"]] + [("fault", c.c_void_p)]
class Fault(c.Structure):
    _fields_ = [("row", c.c_int64), ("index", c.c_float)]
fault = Fault(-1, 0)
kernels = c.CDLL(sys.argv[1])
index = [float(x) for x in sys.argv[2:]]
table, rows = (c.c_float * 15)(*range(15)), (c.c_float * (3 * len(index)))()
at = (c.c_float * len(index))(*index)
kernels.elbo_gather_rows(c.byref(Rows(c.addressof(table), c.addressof(at), c.addressof(rows), len(index), 5, 3, 0, 3, c.addressof(fault))))
print([int(rows[3 * i]) // 3 for i in range(len(index))])
sums = (c.c_float * 15)()
ones = (c.c_float * (3 * len(index)))(*[1] * (3 * len(index)))
kernels.elbo_scatter_rows(c.byref(Rows(c.addressof(ones), c.addressof(at), c.addressof(sums), len(index), 5, 3, 0, 3, None)))
print([int(sums[3 * row]) for row in range(5)])
print(fault.row, fault.index)
"""


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    library = tmp_path_factory.mktemp("kernels") / "movement.so"
    subprocess.run(
        ["clang++", "-std=c++17", "-O1", "-shared", "-fPIC", "-fsanitize=undefined,float-cast-overflow",
         "-fsanitize-trap=all", f"-I{SOURCES}", f"-I{SOURCES}/include", str(SOURCES / "movement.cpp"), "-o", str(library)],
        check=True)
    return library


def test_indices_of_rows_are_clamped_before_they_are_converted(kernels):
    indices = ["0", "2.9", "4", "5", "1e9", "2147483648", "9223372036854775808", "3e38", "inf", "-1", "-1e19", "-inf", "nan"]
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(kernels), *indices], capture_output=True, text=True)
    assert done.returncode == 0, f"undefined behavior: {done.returncode} {done.stderr}"
    assert done.stdout.splitlines() == ["[0, 2, 4, 4, 4, 4, 4, 4, 4, 0, 0, 0, 0]", "[5, 0, 1, 0, 7]", "3 5.0"]
