"""Tensor files against numpy and the safetensors package: each reads what the other wrote, bit for bit."""

import os
import subprocess

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

TOOL = os.environ["TENSOR_FILES"]
SHAPES = [(), (1,), (17,), (3, 5), (2, 3, 4, 5), (0, 4), (1000, 33)]
TYPES = ["float32", "float64", "int32", "uint8"]


def copy(source, target):
    return subprocess.run([TOOL, "copy", source, target], capture_output=True, text=True)


def array(dtype, shape):
    rng = np.random.default_rng(7)
    if np.dtype(dtype).kind == "f":
        values = rng.normal(size=shape).astype(dtype)
        if values.size > 2:
            values.flat[:3] = [np.nan, -np.inf, np.float32(1e-42)]
        return values
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, size=shape, dtype=dtype, endpoint=True)


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", TYPES)
def test_every_type_and_shape_goes_through_both_formats(tmp_path, dtype, shape):
    wanted = array(dtype, shape)
    np.save(tmp_path / "a.npy", wanted)
    assert copy(tmp_path / "a.npy", tmp_path / "b.safetensors").returncode == 0
    assert same(load_file(tmp_path / "b.safetensors")["x"], wanted)
    save_file({"y": wanted}, tmp_path / "c.safetensors")
    assert copy(tmp_path / "c.safetensors", tmp_path / "d.npy").returncode == 0
    assert same(np.load(tmp_path / "d.npy", allow_pickle=False), wanted)


@pytest.mark.parametrize("dtype", ["float16", "bool", "int8", "int16", "int64", "uint16", "uint32", ">f4", ">i4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_is_converted_keeps_its_values(tmp_path, dtype, order):
    wanted = np.asarray(np.arange(24).reshape(2, 3, 4) % 5, dtype=dtype, order=order)
    np.save(tmp_path / "a.npy", wanted)
    assert copy(tmp_path / "a.npy", tmp_path / "b.npy").returncode == 0
    assert np.array_equal(np.load(tmp_path / "b.npy").astype("float64"), wanted.astype("float64"))


def test_names_metadata_and_order_survive(tmp_path):
    tensors = {f"layer.{i}.weight": array("float32", (i + 1, 3)) for i in range(12)}
    tensors["count"] = array("int32", ())
    save_file(tensors, tmp_path / "a.safetensors", metadata={"a": "1", "π": 'ü"\\\n'})
    assert copy(tmp_path / "a.safetensors", tmp_path / "b.safetensors").returncode == 0
    read = load_file(tmp_path / "b.safetensors")
    assert read.keys() == tensors.keys() and all(same(read[name], tensors[name]) for name in tensors)
    with safe_open(tmp_path / "b.safetensors", framework="np") as file:
        assert file.metadata() == {"a": "1", "π": 'ü"\\\n'}


def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path):
    np.save(tmp_path / "complex.npy", np.zeros(3, "complex64"))
    (tmp_path / "text.npy").write_bytes(b"not an array at all")
    whole = (tmp_path / "complex.npy").read_bytes()
    (tmp_path / "short.npy").write_bytes(whole[:40])
    for name, reason in [("complex", "c8"), ("text", "magic"), ("short", "the file is shorter")]:
        result = copy(tmp_path / f"{name}.npy", tmp_path / "out.npy")
        assert result.returncode == 1 and reason in result.stdout and f"{name}.npy" in result.stdout
        assert not (tmp_path / "out.npy").exists()


def test_damaged_files_are_never_read_out_of_bounds():
    corpus = os.path.join(os.path.dirname(__file__), "../TensorsTests/Corpus")
    files = [os.path.join(corpus, name) for name in sorted(os.listdir(corpus)) if not name.endswith(".py")]
    result = subprocess.run([TOOL, "fuzz", "5", "1", *files], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
