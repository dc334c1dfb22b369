"""The oneDNN sources compiled against oneDNN 3.x, and what they compute against plain numpy."""

import ctypes as c
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources/COneDNN"
PREFIX = pathlib.Path(sys.prefix)


class MatmulShape(c.Structure):
    _fields_ = [(n, c.c_int64) for n in ["m", "n", "k", "lda", "ldb", "ldc"]] + [
        ("transposeA", c.c_bool), ("transposeB", c.c_bool), ("hasBias", c.c_bool), ("activation", c.c_int)]


class ConvolutionShape(c.Structure):
    _fields_ = [("kind", c.c_int)] + [
        (n, c.c_int64)
        for n in ["images", "inChannels", "height", "width", "outChannels", "outHeight", "outWidth"]
    ] + [(n, c.c_int64 * 2) for n in ["kernel", "stride", "dilation", "padBefore"]] + [
        ("hasBias", c.c_bool), ("activation", c.c_int)]


class Arguments(c.Structure):
    _fields_ = [(n, c.c_void_p) for n in ["primitive", "a", "b", "bias", "gate", "result"]] + [
        (n, c.c_int64) for n in ["gateRows", "gateColumns", "gateStride"]]


@pytest.fixture(scope="module", params=["2", "3"])
def library(request, tmp_path_factory):
    out = tmp_path_factory.mktemp("onednn") / f"lib{request.param}.so"
    flags = [] if request.param == "2" else [f"-I{PREFIX}/include"]
    search = [] if request.param == "2" else [f"-Wl,-rpath,{PREFIX}/lib"]
    subprocess.run(
        ["clang++", "-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", *flags,
         f"-I{SOURCES}", f"-I{SOURCES}/include", *map(str, sorted(SOURCES.glob("*.cpp"))), "-o", str(out),
         *search, "-l:libgomp.so.1", "-ldl"], check=True)
    if request.param == "3":
        c.CDLL(str(PREFIX / "lib/libdnnl.so.3"))
    loaded = c.CDLL(str(out))
    for name in ["elbo_dnn_matmul", "elbo_dnn_convolution"]:
        getattr(loaded, name).restype = c.c_void_p
    loaded.elbo_dnn_version.restype = c.c_char_p
    assert loaded.elbo_dnn_version().decode().startswith(request.param) or loaded.elbo_dnn_version() == b""
    return loaded


def run(library, make, shape, a, b, bias, result, gate=None):
    reason = c.c_char_p()
    primitive = make(c.byref(shape), c.byref(reason))
    assert primitive, reason.value
    pointer = lambda x: None if x is None else x.ctypes.data
    call = Arguments(primitive, pointer(a), pointer(b), pointer(bias), pointer(gate), pointer(result),
                     1, result.size, result.size)
    for _ in range(2):
        library.elbo_dnn_run(c.byref(call))
    library.elbo_dnn_destroy(c.c_void_p(primitive))
    return result


def activated(x, code):
    return [x, np.maximum(x, 0), np.tanh(x), 1 / (1 + np.exp(-x))][code]


def draw(*shape):
    return np.random.default_rng(sum(shape)).uniform(-1, 1, shape).astype("float32")


@pytest.mark.parametrize("activation", range(4))
@pytest.mark.parametrize("ta,tb", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_matrix_products(library, ta, tb, activation):
    m, n, k = 17, 33, 5
    a, b, bias = draw(*((k, m) if ta else (m, k))), draw(*((n, k) if tb else (k, n))), draw(n)
    shape = MatmulShape(m, n, k, a.shape[1], b.shape[1], n, ta, tb, True, activation)
    wanted = activated((a.T if ta else a) @ (b.T if tb else b) + bias, activation)
    result = run(library, library.elbo_dnn_matmul, shape, a, b, bias, np.empty((m, n), "float32"))
    assert np.allclose(result, wanted, atol=2e-6)


@pytest.mark.parametrize("stride,dilation,pad", [(1, 1, 1), (2, 1, 1), (2, 1, 0), (1, 2, 2), (3, 1, 2)])
def test_convolutions_and_their_adjoints(library, stride, dilation, pad):
    batch, i, o, h, w, size = 3, 4, 6, 11, 8, 3
    reach = dilation * (size - 1) + 1
    oh, ow = (h + 2 * pad - reach) // stride + 1, (w + 2 * pad - reach) // stride + 1
    x, weights, y = draw(batch, h, w, i), draw(o, i, size, size), draw(batch, oh, ow, o)
    padded = lambda: np.zeros((batch, h + 2 * pad + stride, w + 2 * pad + stride, i))
    inside = np.s_[:, pad:pad + h, pad:pad + w]
    source, into, dw, forward = padded(), padded(), np.zeros(weights.shape), np.zeros(y.shape)
    source[inside] = x
    for u in range(size):
        for v in range(size):
            at = np.s_[:, u * dilation:u * dilation + oh * stride:stride, v * dilation:v * dilation + ow * stride:stride]
            forward += source[at] @ weights[:, :, u, v].T
            into[at] += y @ weights[:, :, u, v]
            dw[:, :, u, v] = np.einsum("bpqo,bpqi->oi", y, source[at])
    pair = lambda value: (c.c_int64 * 2)(value, value)
    shape = lambda kind, bias, code: ConvolutionShape(
        kind, batch, i, h, w, o, oh, ow, pair(size), pair(stride), pair(dilation), pair(pad), bias, code)
    make = library.elbo_dnn_convolution
    bias = draw(o)
    for code in range(4):
        got = run(library, make, shape(0, True, code), x, weights, bias, np.empty(y.shape, "float32"))
        assert np.allclose(got, activated(forward + bias, code), atol=1e-5)
        back = run(library, make, shape(1, True, code), y, weights, draw(i), np.empty(x.shape, "float32"))
        assert np.allclose(back, activated(into[inside] + draw(i), code), atol=1e-5)
    back = run(library, make, shape(1, False, 0), y, weights, None, np.empty(x.shape, "float32"), gate=x)
    assert np.allclose(back, np.where(x > 0, into[inside], 0), atol=1e-5)
    got = run(library, make, shape(2, False, 0), x, y, None, np.empty(weights.shape, "float32"))
    assert np.allclose(got, dw, atol=1e-4)


def test_the_version_that_was_asked_for_was_opened(library, request):
    assert library.elbo_dnn_version().decode().startswith(request.node.callspec.params["library"] + ".")
    assert not library.elbo_dnn_unavailable()
