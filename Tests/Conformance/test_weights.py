"""Weights of PyTorch's names and layouts in a model of ours: the network of pytorch/examples' VAE, computed in numpy."""

import os
import re
import subprocess

import numpy as np
from safetensors.numpy import save_file

ELBO = os.environ["ELBO"]
MAP = "encoder.1=fc1 encoder.mean=fc21 encoder.logVariance=fc22 decoder.1=fc3 decoder.2=fc4"
MODEL = "model m mlp hidden=400 latent=20 on=e"


def elbo(folder, *lines):
    return subprocess.run([ELBO, "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True)


def weights(folder, **changes):
    """As `torch.nn.Linear` has them: weight [out, in]."""
    rng = np.random.default_rng(1)
    state = {}
    for name, (rows, columns) in {"fc1": (400, 784), "fc21": (20, 400), "fc22": (20, 400), "fc3": (400, 20), "fc4": (784, 400)}.items():
        bound = columns ** -0.5
        state[f"{name}.weight"] = rng.uniform(-bound, bound, (rows, columns)).astype(np.float32)
        state[f"{name}.bias"] = rng.uniform(-bound, bound, rows).astype(np.float32)
    state |= changes
    save_file(state, folder / "vae.safetensors")
    x = rng.random((64, 784), np.float32)
    np.save(folder / "x.npy", x.reshape(64, 28, 28))
    return {name: value.astype(np.float64) for name, value in state.items()}, x.astype(np.float64)


def linear(state, name, h):
    return h @ state[f"{name}.weight"].T + state[f"{name}.bias"]


def encode(state, x):
    h = np.maximum(linear(state, "fc1", x), 0)
    return linear(state, "fc21", h), linear(state, "fc22", h)


def decode(state, z):
    return linear(state, "fc4", np.maximum(linear(state, "fc3", z), 0))


def terms(folder, *extra):
    done = elbo(folder, "load x.npy as=e", MODEL, f'm2 = open vae.safetensors into=m map="{MAP}"', *extra,
                "r = evaluate m2 on=e", "r.negative_elbo", "r.reconstruction", "r.kl")
    assert done.returncode == 0, done.stderr
    return [float(line) for line in done.stdout.splitlines()[-3:]]


def test_the_elbo_is_the_same(tmp_path):
    # With log σ² = −20 the draws of both are the means, to 5e-5: the reconstructions compare.
    state, x = weights(
        tmp_path, **{"fc22.weight": np.zeros((20, 400), np.float32), "fc22.bias": np.full(20, -20, np.float32)})
    mean, logvar = encode(state, x)
    logits = decode(state, mean)
    bce = (np.maximum(logits, 0) - x * logits + np.log1p(np.exp(-np.abs(logits)))).sum(1).mean()
    kl = -0.5 * (1 + logvar - mean**2 - np.exp(logvar)).sum(1).mean()
    total, reconstruction, ours = terms(tmp_path)
    assert abs(reconstruction / bce - 1) < 1e-4 and abs(ours / kl - 1) < 1e-4 and abs(total / (bce + kl) - 1) < 1e-4


def test_the_kl_and_the_decoder_of_random_weights(tmp_path):
    state, x = weights(tmp_path)
    mean, logvar = encode(state, x)
    kl = -0.5 * (1 + logvar - mean**2 - np.exp(logvar)).sum(1).mean()
    assert abs(terms(tmp_path, "z = encode m2 e", "z > z.npy", "y = decode m2 z", "y > y.npy")[2] / kl - 1) < 1e-4
    assert np.abs(np.load(tmp_path / "z.npy") - mean).max() < 1e-5
    wanted = 1 / (1 + np.exp(-decode(state, mean)))
    assert np.abs(np.load(tmp_path / "y.npy").reshape(64, 784) - wanted).max() < 1e-5


def test_convolutions_and_norms(tmp_path):
    rng = np.random.default_rng(2)
    normal = lambda *shape: rng.normal(size=shape).astype(np.float32)
    state = {
        "net.0.weight": normal(4, 1, 3, 3), "net.0.bias": normal(4),
        "net.1.weight": normal(4), "net.1.bias": normal(4), "net.1.running_mean": normal(4),
        "net.1.running_var": np.abs(normal(4)), "mu.weight": normal(2, 64) / 8, "mu.bias": normal(2),
        "lv.weight": normal(2, 64) / 8, "lv.bias": normal(2), "out.weight": normal(64, 2), "out.bias": normal(64)}
    save_file(state, tmp_path / "w.safetensors")
    x = rng.random((10, 8, 8), np.float32)
    np.save(tmp_path / "x.npy", x)
    done = elbo(
        tmp_path, "load x.npy as=e",
        'model m encoder="conv4k3s2p1 batchnorm" decoder="dense64" latent=2 activation=none on=e',
        'm2 = open w.safetensors into=m map="encoder.1=net.0 encoder.2=net.1 encoder.mean=mu encoder.logVariance=lv '
        'decoder.1=out"', "z = encode m2 e", "z > z.npy")
    assert done.returncode == 0, done.stderr
    padded = np.pad(x.astype(np.float64), ((0, 0), (1, 1), (1, 1)))
    h = np.zeros((10, 4, 4, 4))
    for i in range(4):
        for j in range(4):
            patch = padded[:, 2 * i:2 * i + 3, 2 * j:2 * j + 3]
            h[:, :, i, j] = np.einsum("bij,oij->bo", patch, state["net.0.weight"][:, 0]) + state["net.0.bias"]
    column = lambda name: state[name].astype(np.float64).reshape(1, 4, 1, 1)
    h = (h - column("net.1.running_mean")) / np.sqrt(column("net.1.running_var") + 1e-5)
    h = h * column("net.1.weight") + column("net.1.bias")
    mean = h.reshape(10, 64) @ state["mu.weight"].T.astype(np.float64) + state["mu.bias"]
    assert np.abs(np.load(tmp_path / "z.npy") - mean).max() < 1e-4


def test_what_does_not_fit_is_named_with_its_fix(tmp_path):
    weights(tmp_path)
    begin = ["load x.npy as=e", MODEL]
    for line, said in [
        ("m2 = open vae.safetensors into=m", "Try: map="),
        (f'm2 = open vae.safetensors into=m map="{MAP.replace("fc21", "fc2")}"', "there is no layer 'fc2'"),
        (f'm2 = open vae.safetensors into=m map="{MAP.replace("decoder.2", "decoder.3")}"', "the model has no layer 'decoder.3'"),
        (f'm2 = open vae.safetensors into=m map="{MAP.replace("fc3", "fc4")}"', "decoder.1.weight needs"),
        ('m2 = open vae.safetensors into=m map="encoder.1:fc1"', "is no pair of layers"),
        ('m2 = open vae.safetensors map="encoder.1=fc1"', "map= needs a model to fill")]:
        done = elbo(tmp_path, *begin, line)
        assert done.returncode == 1 and said in done.stderr, (line, done.stderr)
    # What it proposes works.
    proposal = re.search(r'Try: (map="[^"]*")', elbo(tmp_path, *begin, "m2 = open vae.safetensors into=m").stderr)[1]
    assert elbo(tmp_path, *begin, f"m2 = open vae.safetensors into=m {proposal}").returncode == 0


def test_training_goes_on_from_the_weights(tmp_path):
    state, _ = weights(tmp_path)
    done = elbo(
        tmp_path, "load x.npy as=e", MODEL, f'm2 = open vae.safetensors into=m map="{MAP}"',
        "train m2 on=e epochs=1 lr=1e-9 seed=1;", "save m2 m2.safetensors")
    assert done.returncode == 0, done.stderr
    from safetensors.numpy import load_file
    kept = load_file(tmp_path / "m2.safetensors")
    assert np.abs(kept["decoder.2.bias"] - state["fc4.bias"]).max() < 1e-6
    assert np.abs(kept["encoder.1.weight"].T - state["fc1.weight"]).max() < 1e-6
