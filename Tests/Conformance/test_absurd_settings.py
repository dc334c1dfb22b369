"""Absurd settings and data, for every family: an error with a code, or finite numbers; never a crash, a hang or a NaN.

`make torture` tries all families (ELBO_FAMILIES=all); without it a few.
"""

import os
import re
import subprocess

import numpy
import pytest

ELBO = os.environ["ELBO"]
FAMILIES = (
    "vae ae cvae capacity-vae beta-vae denoising-vae iwae beta-tcvae dip-vae-i dip-vae-ii info-vae wae rae miwae ciwae piwae"
).split()
if os.environ.get("ELBO_FAMILIES") != "all":
    FAMILIES = ["vae", "ae", "cvae", "info-vae", "piwae"]

SETTINGS = {
    "model": ["beta=-1", "beta=1e30", "latent=4096", "latent=1", "latent=0", "hidden=0", "hidden=1000000"],
    "train": ["lr=1e6", "lr=1e38", "lr=0", "lr=-1", "lr=nan", "lr=inf", "batch=1", "batch=1000", "batch=0", "clip=0",
              "clip=1e-30", "epochs=0"],
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    numbers = numpy.random.default_rng(0)
    x = numbers.random((64, 8, 8)).astype("f4")
    arrays = {
        "good": x, "one": x[:1], "zeros": 0 * x, "ones": 0 * x + 1, "big": x * 1e6, "tiny": x * 1e-9,
        "huge": x * numpy.float32(1e37), "subnormal": x * numpy.float32(1e-42), "vectors": numbers.normal(size=(100, 5)),
        "one-dimensional": numbers.normal(size=(100, 1)), "constant": numpy.full((64, 5), 7.0), "empty": x[:0],
        "endless": numpy.full((10, 5), 1e300),
    }
    for name, value in {"nan": numpy.nan, "inf": numpy.inf}.items():
        arrays[name] = x.copy()
        arrays[name][3, 2, 2] = value
    for name, array in arrays.items():
        labels = numpy.arange(len(array)) % 3
        numpy.savez(folder / f"{name}.npz", x=array, y=labels)
    return folder


def run(folder, name, family, model="", train=""):
    """What the session said, after checking that it said something sensible."""
    epochs = "" if train.startswith("epochs") else "epochs=2"
    script = (f"load {name}.npz labels=y as=d\nmodel m {family} on=d {model}\ntrain m on=d {epochs} {train}\n"
              "evaluate m on=d\ndoctor m\nencode m d\nsample m n=2\nplot loss m > loss.csv\n")
    result = subprocess.run([ELBO], input=script, cwd=folder, capture_output=True, text=True, timeout=120)
    said = f"{family} on {name} {model}{train}: {result.stdout}{result.stderr}"
    assert result.returncode in (0, 1), said
    if result.returncode == 1:
        error = next((line for line in result.stderr.splitlines() if "error: " in line), "")
        assert re.search(r"\(E\d{3}\)", error), said
    else:
        assert not re.search(r"\b(nan|inf)\b", result.stdout.lower()), said
    return said


@pytest.mark.parametrize("family", FAMILIES)
def test_strange_data_are_refused_or_trained_on(data, family):
    for path in sorted(data.glob("*.npz")):
        run(data, path.stem, family)


@pytest.mark.parametrize("family", FAMILIES)
def test_strange_settings_are_refused_or_survived(data, family):
    for setting in SETTINGS["model"]:
        run(data, "good", family, model=setting)
    for setting in SETTINGS["train"]:
        run(data, "good", family, train=setting)


def test_one_example_is_told_from_a_small_batch(data):
    assert "and the data have 1 (E103)" in run(data, "one", "info-vae")
    assert "Use batch=2 or more" in run(data, "good", "info-vae", train="batch=1")


def test_data_that_are_almost_black_are_said(data):
    assert "of a range from 0 to 1" in run(data, "tiny", "vae")
    assert "of a range from 0 to 1" not in run(data, "good", "vae")
