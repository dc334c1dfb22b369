"""Writes the tensor files of this folder with numpy and the safetensors package.

    pip install numpy safetensors && python make-corpus.py

Element i of every array is (7·i mod 11) − 5 for signed types, 7·i mod 11 for unsigned ones, i mod 2 for bool.
"""

import pathlib
import struct

import numpy as np
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent


def values(dtype, shape):
    i = np.arange(int(np.prod(shape)))
    kind = np.dtype(dtype).kind
    v = i % 2 if kind == "b" else (7 * i) % 11 - (0 if kind == "u" else 5)
    return v.astype(dtype).reshape(shape)


def npy(name, array, version=None):
    with open(HERE / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version)


for dtype in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "?"]:
    name = {"?": "bool"}.get(dtype, dtype)
    npy(name, values(dtype, (2, 3)))
npy("big-endian-f4", values(">f4", (2, 3)))
npy("big-endian-i2", values(">i2", (2, 3)))
npy("column-major-f8", np.asfortranarray(values("f8", (2, 3, 2))))
npy("scalar", values("f4", ()))
npy("vector", values("f4", (5,)))
npy("empty", values("f4", (0, 5)))
npy("version2", values("f4", (2, 3)), (2, 0))
npy("version3", values("f4", (2, 3)), (3, 0))
# What is refused.
npy("refused-complex", values("c8", (2,)))
npy("refused-structured", np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]))
npy("refused-text", np.array(["a", "bc"]))
with open(HERE / "refused-object.npy", "wb") as file:
    np.save(file, np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
big = values("i8", (3,))
big[1] = (1 << 53) + 1
npy("refused-wide-integers", big)

tensors = {name: values(dtype, (2, 3)) for name, dtype in [("f4", "f4"), ("f8", "f8"), ("i4", "i4"), ("u1", "u1")]}
save_file(tensors, HERE / "four-types.safetensors", metadata={"format": "np", "quote": 'é "x"'})
save_file({"scalar": values("f4", ()), "none": values("f4", (0, 5))}, HERE / "edges.safetensors")
save_file({"half": values("f2", (2, 3))}, HERE / "refused-half.safetensors")


def raw(name, header, data):
    header = header.encode()
    (HERE / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + data)


entry = '{"x":{"dtype":"F32","shape":%s,"data_offsets":%s}}'
raw("refused-absurd", entry % ("[4611686018427387904,4]", "[0,16]"), bytes(16))
raw("refused-negative", entry % ("[4]", "[16,0]"), bytes(16))
raw("refused-outside", entry % ("[400]", "[0,1600]"), bytes(16))
raw("refused-leftover", entry % ("[2]", "[0,8]"), bytes(16))
raw("refused-type", '{"x":{"dtype":"Q7","shape":[4],"data_offsets":[0,16]}}', bytes(16))
