"""A saved model as Python sees it: opened by the safetensors package, and computed with in numpy."""

import json
import os
import subprocess

import numpy as np
from safetensors import safe_open

ELBO = os.environ["ELBO"]


def elbo(folder, *lines):
    subprocess.run([ELBO, "-c", "\n".join(lines)], cwd=folder, check=True, capture_output=True, text=True)


def test_a_saved_model_holds_all_that_it_is(tmp_path):
    elbo(
        tmp_path,
        "load digits as=d",
        "e = d.train[0..299]",
        "model m beta-vae gated latent=5 beta=3 warmup=2 likelihood=bernoulli seed=4 on=e",
        "train m on=e epochs=2 batch=50 schedule=step:1:0.5 epsilon=1e-4 validate=100 patience=7 seed=4;",
        "save m m.safetensors",
    )
    with safe_open(tmp_path / "m.safetensors", "np") as file:
        names, metadata = set(file.keys()), file.metadata()
        moments = file.get_tensor("optimizer.second_moments")
        weight = file.get_tensor("encoder.1.value.weight")
    assert {"encoder.mean.weight", "decoder.3.bias", "optimizer.first_moments", "best.values"} <= names
    assert weight.shape == (784, 300) and weight.dtype == np.float32
    assert np.isfinite(moments).all() and (moments >= 0).all() and moments.any()
    model = json.loads(metadata["elbo.configuration"])
    assert (model["family"], model["encoder"], model["decoder"]) == (
        "beta-vae", "gated300 gated300", "gated300 gated300 dense784")
    assert (model["latentDimensions"], model["exampleShape"], model["logVarianceBounds"]) == (5, [1, 28, 28], [-6, 2])
    training = json.loads(metadata["elbo.training"])
    assert (training["epoch"], training["step"], training["plan"]["batchSize"]) == (2, 8, 50)
    assert [e["learningRate"] for e in training["history"]["epochs"]] == [
        float(np.float32(1e-3)), float(np.float32(1e-3) / np.float32(2))]
    assert json.loads(metadata["elbo.data"])["transforms"][0].keys() == {"scale"}


def test_numpy_computes_what_elbo_does(tmp_path):
    elbo(
        tmp_path,
        "load digits as=d",
        "e = d.train[0..199]",
        "model m mlp hidden=30,20 activation=tanh latent=4 seed=4 on=e",
        "train m on=e epochs=3 batch=50 seed=4;",
        "save m m.safetensors",
        "z = encode m e",
        "s = encode m e what=logvar",
        "x = decode m z",
        "z > z.npy",
        "s > s.npy",
        "x > x.npy",
    )
    z, s, x = (np.load(tmp_path / f"{name}.npy") for name in "zsx")
    with safe_open(tmp_path / "m.safetensors", "np") as file:
        p = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}

    def dense(name, h):
        return h @ p[f"{name}.weight"] + p[f"{name}.bias"]

    h = z.astype(np.float64)
    for layer in (1, 2):
        h = np.tanh(dense(f"decoder.{layer}", h))
    wanted = 1 / (1 + np.exp(-dense("decoder.3", h)))
    assert np.abs(x.reshape(200, 784) - wanted).max() < 1e-5
    # The encoder, on what the decoder made.
    np.save(tmp_path / "y.npy", x.reshape(200, 1, 28, 28))
    elbo(
        tmp_path, "m = open m.safetensors", "load y.npy as=y", "a = encode m y", "b = encode m y what=logvar",
        "a > a.npy", "b > b.npy")
    h = x.reshape(200, 784).astype(np.float64)
    for layer in (1, 2):
        h = np.tanh(dense(f"encoder.{layer}", h))
    assert np.abs(np.load(tmp_path / "a.npy") - dense("encoder.mean", h)).max() < 1e-4
    assert np.abs(np.load(tmp_path / "b.npy") - dense("encoder.logVariance", h)).max() < 1e-4
    assert s.shape == (200, 4)
