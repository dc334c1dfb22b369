"""Models as ONNX: valid by onnx's own checker, and computed by onnxruntime as elbo computes them."""

import os
import re
import subprocess

import numpy as np
import onnx
import onnxruntime
import pytest

ELBO = os.environ["ELBO"]


def elbo(folder, *lines):
    return subprocess.run([ELBO, "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True)


def page(topic):
    return " ".join(subprocess.run([ELBO, "-c", f"help {topic}"], capture_output=True, text=True).stdout.split())


def words(pattern):
    return re.search(pattern, page("model")).group(1).split(", ")


FAMILIES = words(r"a family \(([^)]*)\)")
PRESETS = words(r"an architecture \(([^)]*)\)")
LIKELIHOODS = words(r"distribution p\(x\|z\): (.*?), or those")
ACTIVATIONS = ["relu", "leakyrelu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus", "none"]


def images(folder, count=70, shape=(1, 28, 28)):
    rng = np.random.default_rng(3)
    x = rng.random((count, *shape), np.float32) ** 3
    np.save(folder / "x.npy", x)
    np.save(folder / "l.npy", (np.arange(count) % 4).astype(np.int32))
    return x


def session(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return model, onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(path, **inputs):
    _, program = session(path)
    names = [i.name for i in program.get_inputs()]
    outputs = program.run(None, {name: inputs[name] for name in names})
    return dict(zip([o.name for o in program.get_outputs()], outputs))


def close(ours, theirs, limit=1e-5):
    assert ours.shape == theirs.shape
    assert np.isfinite(theirs).all()
    error = np.abs(ours.astype(np.float64) - theirs).max() / max(np.abs(ours).max(), 1e-30)
    assert error <= limit, error


def compare(folder, x, *model, conditional=False, plain=False):
    """Trains for a moment, so that statistics and biases are no longer their initial values, and compares all parts."""
    done = elbo(
        folder, "load x.npy labels=l.npy as=e", *model, "train m on=e epochs=1 batch=32 lr=3e-3 seed=1;",
        "save m all.onnx", "save m encoder.onnx part=encoder", "save m decoder.onnx part=decoder",
        "z = encode m e", "z > z.npy", "y = decode m z" + (" label=2" if conditional else ""), "y > y.npy",
        *([] if plain else ["s = encode m e what=logvar", "s > s.npy"]))
    if "ONNX has no operator for '" in done.stderr or "which an ONNX file leaves open" in done.stderr:
        pytest.skip(done.stderr.splitlines()[0])
    assert done.returncode == 0, done.stderr
    one_hot = np.eye(4, dtype=np.float32)
    labels = one_hot[np.arange(len(x)) % 4]
    z, y = np.load(folder / "z.npy"), np.load(folder / "y.npy")
    encoder = run(folder / "encoder.onnx", x=x, labels=labels)
    decoder = run(folder / "decoder.onnx", z=z, labels=one_hot[np.full(len(x), 2)])
    whole = run(folder / "all.onnx", x=x, labels=labels)
    close(z, encoder["z_mean"])
    close(z, whole["z_mean"])
    if not plain:
        close(np.load(folder / "s.npy"), encoder["z_log_variance"])
        assert np.array_equal(whole["z_log_variance"], encoder["z_log_variance"])
    close(y.reshape(len(x), -1), decoder["x_mean"].reshape(len(x), -1))
    if not conditional:
        close(y.reshape(len(x), -1), whole["x_mean"].reshape(len(x), -1))
    # Any number of examples.
    for count in (1, 3):
        few = run(folder / "all.onnx", x=x[:count], labels=labels[:count])
        for name, value in few.items():
            close(whole[name][:count], value)
    return whole


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset(tmp_path, preset):
    shape = {"shape": (2, 1, 30)} if preset == "conv1d" else {}
    compare(tmp_path, images(tmp_path, **shape), f"model m vae {preset} latent=5 seed=4 on=e")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family(tmp_path, family):
    conditional = "label=" in page("explain " + family) or family == "cvae"
    compare(tmp_path, images(tmp_path), f"model m {family} mlp hidden=30 latent=5 seed=4 on=e",
            conditional=conditional, plain=family in ("ae", "wae", "wae-mmd", "rae"))


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_every_likelihood(tmp_path, likelihood):
    family = "ae" if likelihood == "mse" else "vae"
    x = images(tmp_path)
    if likelihood in ("poisson", "nb", "zinb"):
        x = np.floor(x * 9)
        np.save(tmp_path / "x.npy", x)
    whole = compare(tmp_path, x, f"model m {family} mlp hidden=30 latent=5 likelihood={likelihood} seed=4 on=e",
                    plain=family == "ae")
    # The parameters are those that the mean is made of.
    mean, parameters = whole["x_mean"].reshape(70, -1).astype(np.float64), whole["x_parameters"].astype(np.float64)
    if likelihood in ("bernoulli", "logistic256"):
        assert np.abs(1 / (1 + np.exp(-parameters[:, :784])) - mean).max() < 1e-6
    if likelihood in ("mse", "gaussian", "gaussian-learned"):
        assert np.array_equal(whole["x_parameters"], whole["x_mean"].reshape(70, -1))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(tmp_path, activation):
    compare(tmp_path, images(tmp_path), f"model m mlp hidden=30,20 activation={activation} latent=5 seed=4 on=e")


LAYERS = {
    "strides and padding": ("conv4k3s2p1 conv6k5s1 conv4k2s3p0 dense9", "dense16 reshape4x2x2 convt6k4s2p1 convt3k3s7 convt1k3"),
    "pools": ("conv4k3 maxpool2 conv4k3 avgpool2 dense8", "dense196 reshape4x7x7 convt4k2s2 convt1k3s2"),
    "norms": ("conv4k3s2 batchnorm conv6k3s2 layernorm groupnorm3 dense9 batchnorm layernorm",
              "dense12 layernorm dense196 reshape4x7x7 groupnorm2 convt4k3s2 batchnorm convt1k3s2"),
    "gates": ("gated20 dropout0.3 gated10", "gated12 dense784"),
    "residual blocks": ("conv4k3s2 res4 conv4k3s2 dropout0.2 res4 dense9", "dense196 reshape4x7x7 res4 convt4k3s2 res4 convt1k3s2"),
    "own activations": ("dense20:tanh dense10:none", "dense12:sigmoid dense784"),
    "cropping": ("conv4k3s2 dense8", "dense256 reshape4x8x8 convt4k3s2 convt1k3s2"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer(tmp_path, name):
    encoder, decoder = LAYERS[name]
    compare(tmp_path, images(tmp_path), f'model m encoder="{encoder}" decoder="{decoder}" latent=5 seed=4 on=e')


def test_color_images(tmp_path):
    compare(tmp_path, images(tmp_path, shape=(3, 17, 13)), "model m conv latent=3 seed=4 on=e")


def test_a_table_with_missing_cells(tmp_path):
    rng = np.random.default_rng(5)
    rows = [f"{rng.normal():.3f},{rng.lognormal():.3f},{rng.poisson(3)},{rng.choice(['a', 'b', 'c'])},{rng.integers(2)}"
            for _ in range(90)]
    rows[4] = rows[4].replace(rows[4].split(",")[0], "", 1)
    (tmp_path / "t.csv").write_text("real,positive,count,kind,flag\n" + "\n".join(rows) + "\n")
    done = elbo(
        tmp_path, "load t.csv missing=keep as=t", "model m mlp hidden=20 latent=3 seed=1 on=t",
        "train m on=t epochs=2 batch=30 seed=1;", "save m m.onnx", "z = encode m t", "z > z.npy", "t > t.npy")
    assert done.returncode == 0, done.stderr
    x = np.load(tmp_path / "t.npy").astype(np.float32)
    assert np.isnan(x).sum() == 1
    outputs = run(tmp_path / "m.onnx", x=x)
    close(np.load(tmp_path / "z.npy"), outputs["z_mean"])


def test_names_metadata_and_the_open_extent(tmp_path):
    done = elbo(
        tmp_path, "load digits as=d", "e = d.train[0..99]", "model m conv latent=4 likelihood=gaussian-learned seed=1 on=e",
        "train m on=e epochs=1 seed=1;", "save m m.onnx")
    assert done.returncode == 0 and "wrote m.onnx" in done.stdout
    model, program = session(tmp_path / "m.onnx")
    assert [(i.name, i.shape) for i in program.get_inputs()] == [("x", ["batch", 1, 28, 28])]
    assert [(o.name, o.shape) for o in program.get_outputs()] == [
        ("z_mean", ["batch", 4]), ("z_log_variance", ["batch", 4]), ("x_mean", ["batch", 1, 28, 28]),
        ("x_parameters", ["batch", 784])]
    metadata = {p.key: p.value for p in model.metadata_props}
    assert metadata["elbo.likelihood"] == "gaussian-learned" and float(metadata["elbo.sigma"]) > 0
    assert '"scale"' in metadata["elbo.data"] and model.producer_name == "elbo"
    assert {"encoder.1.weight", "decoder.6.bias"} <= {i.name for i in model.graph.initializer}


def test_what_is_wrong_is_said(tmp_path):
    images(tmp_path)
    lines = ["load x.npy as=e", "model m mlp latent=2 on=e"]
    for line, said in [
        ("save e e.onnx", "save writes models"), ("save m m.safetensors part=decoder", "does not apply to m.safetensors"),
        ("save m m.onnx part=both", "part"), ("save m no/m.onnx", "No such file"), ("save m m.onxx", ".safetensors or .onnx")]:
        done = elbo(tmp_path, *lines, line)
        assert done.returncode == 1 and said in done.stderr, (line, done.stderr)
