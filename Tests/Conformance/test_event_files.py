"""What `log` writes: event files as TensorBoard's own reader has them, and a table as pandas has it."""

import io
import os
import resource
import sqlite3
import subprocess

import numpy as np
import pandas
import pytest
from PIL import Image
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import HISTOGRAMS, IMAGES, SCALARS, EventAccumulator

ELBO = os.environ["ELBO"]


def elbo(folder, *lines, workspace=None):
    arguments = [ELBO] + (["--session", workspace] if workspace else [])
    return subprocess.run([*arguments, "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True)


BEGIN = ["load digits as=d", "e = d.train[0..399]", "model m beta-vae conv latent=5 beta=4 warmup=2 seed=1 on=e"]
TRAIN = "train m on=e epochs=3 batch=50 validate=50 seed=1 schedule=step:1:0.5;"


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logged")
    done = elbo(folder, *BEGIN, "log tensorboard=runs csv=metrics.csv", TRAIN, "h = m.history", "h > history.csv",
                workspace="w.elbodb")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def events(logged):
    events = EventAccumulator(str(logged / "runs" / "m"), size_guidance={SCALARS: 0, IMAGES: 0, HISTOGRAMS: 0})
    events.Reload()
    return events


def test_every_term_of_every_step_and_epoch(logged, events):
    tags = events.Tags()
    assert set(tags["scalars"]) == {
        "train/loss", "train/reconstruction", "train/kl", "epoch/loss", "epoch/reconstruction", "epoch/kl",
        "epoch/learning_rate", "epoch/beta", "validation/loss"}
    steps = events.Scalars("train/loss")
    assert [s.step for s in steps] == list(range(1, 22)) and all(np.isfinite(s.value) for s in steps)
    database = sqlite3.connect(logged / "w.elbodb")
    kept = database.execute("select value from metrics where model='m' and split='train' and name='loss' order by step")
    assert [s.value for s in steps] == [np.float32(v) for (v,) in kept]
    history = pandas.read_csv(logged / "history.csv")
    assert np.allclose([s.value for s in events.Scalars("epoch/learning_rate")], [1e-3, 5e-4, 2.5e-4])
    assert np.allclose([s.value for s in events.Scalars("epoch/loss")], history["loss"], atol=0.01)
    assert np.allclose([s.value for s in events.Scalars("validation/loss")], history["validation"], atol=0.01)
    assert events.Scalars("epoch/beta")[-1].value == 4


def test_images_and_histograms(events):
    assert set(events.Tags()["images"]) == {"reconstructions", "samples"}
    last = events.Images("reconstructions")[-1]
    picture = np.asarray(Image.open(io.BytesIO(last.encoded_image_string)).convert("L"))
    # Eight examples in the upper row, their reconstructions in the lower.
    assert picture.shape == (2 * 29 - 1, 8 * 29 - 1) == (last.height, last.width)
    assert picture[:28, :28].max() > 200 and picture[28].min() == picture[28].max() == 64
    codes = events.Histograms("codes/mean")[-1].histogram_value
    assert codes.num == 50 * 5 == sum(codes.bucket) and codes.min == pytest.approx(codes.min)
    assert len(codes.bucket) == len(codes.bucket_limit) and codes.bucket_limit[-1] == codes.max


def test_the_table_is_that_of_the_workspace(logged):
    table = pandas.read_csv(logged / "metrics.csv")
    assert list(table.columns) == ["time", "model", "split", "name", "step", "epoch", "value", "unit"]
    with sqlite3.connect(logged / "w.elbodb") as database:
        kept = pandas.read_sql("select * from metrics where model = 'm'", database)
    wide = table[table.split == "train"].pivot_table(index="step", columns="name", values="value")
    assert wide.shape == (21, 3)
    assert (wide == kept[kept.split == "train"].pivot_table(index="step", columns="name", values="value")).all().all()
    assert (wide.loss - wide.reconstruction).abs().max() > 0


def test_a_log_changes_no_bit_of_the_training(tmp_path):
    elbo(tmp_path, *BEGIN, "log tensorboard=runs", TRAIN, "save m a.safetensors")
    elbo(tmp_path, *BEGIN, TRAIN, "save m b.safetensors")
    a, b = load_file(tmp_path / "a.safetensors"), load_file(tmp_path / "b.safetensors")
    assert a.keys() == b.keys() and all(a[name].tobytes() == b[name].tobytes() for name in a)


def test_the_setting_stays_with_the_session_until_it_is_off(tmp_path):
    assert elbo(tmp_path, *BEGIN, "log csv=m.csv", "log", workspace="w.elbodb").stdout.count("m.csv (csv)") == 2
    done = elbo(tmp_path, TRAIN, "log off", TRAIN.replace("epochs=3", "epochs=+1"), workspace="w.elbodb")
    assert done.returncode == 0, done.stderr
    assert pandas.read_csv(tmp_path / "m.csv").epoch.max() == 3


def test_what_cannot_be_written(tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "file").write_text("")
    for line, said in [
        ("log csv=other.csv", "it is no log of elbo"), ("log csv=none/m.csv", "No such file"),
        ("log on", "log: no folder or file to write to"), ("log off csv=m.csv", "cannot be combined with off"),
        ("log tensorbord=runs", "Did you mean 'tensorboard'?"), ("log csv=.", "folder")]:
        done = elbo(tmp_path, line)
        assert done.returncode == 1 and said in done.stderr, (line, done.stderr)
    done = elbo(tmp_path, *BEGIN, "log tensorboard=file", TRAIN)
    assert done.returncode == 1 and "file: it is no folder" in done.stderr
    assert (tmp_path / "other.csv").read_text() == "a,b\n1,2\n"


def test_without_room_the_training_goes_on(tmp_path):
    # As Python starts it, SIGXFSZ is ignored: a file that may not grow is an error, no end.
    done = subprocess.run(
        [ELBO, "-c", "\n".join([*BEGIN, "log tensorboard=runs", TRAIN.rstrip(";"), "m.epochs"])], cwd=tmp_path,
        capture_output=True, text=True, restore_signals=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)))
    assert done.returncode == 0, done.stderr
    assert "the log ended, the training did not" in done.stdout and "File too large" in done.stdout
    assert done.stdout.rstrip().endswith("3")
