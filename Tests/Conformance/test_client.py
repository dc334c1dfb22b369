"""The Python client: arrays in and out, results, figures, errors and Ctrl-C."""

import os
import pathlib
import signal
import sys
import threading
import time

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Sources" / "Python"))
import elbo


@pytest.fixture
def session():
    with elbo.Session(seed=1) as s:
        yield s


def test_arrays_go_in_and_come_out(session):
    x = np.random.default_rng(1).random((50, 1, 8, 8), np.float32)
    session.put("x", x, labels=np.arange(50) % 3)
    assert np.array_equal(session.get("x").reshape(x.shape), x)
    session.run("model m mlp hidden=16 latent={latent} on=x\ntrain m on=x epochs=1 batch=10;", latent=3)
    z = session.get("encode m x")
    assert z.shape == (50, 3) and z.dtype == np.float32
    assert session.value("m.epochs") == 1 and session.value("1 + 2") == 3


def test_large_arrays_are_files_not_text(session):
    x = np.random.default_rng(1).random((60_000, 784), np.float32)
    session.put("x", x)
    assert np.array_equal(session.get("x"), x)


def test_results_figures_and_tables(session):
    session.run("load digits as=d; e = d.train[0..99]; model m mlp hidden=8 latent=2 on=e; train m on=e epochs=2;")
    result = session.run("h = m.history\nh")
    assert result.value[0]["epoch"] == 1 and "epoch" in result.text
    figure = session.run("plot loss m").figure
    assert figure.svg and figure.svg.lstrip().startswith("<")
    picture = session.run("d[0..3] | plot grid").figure
    assert picture.image().size[0] > 28
    assert len(session.records("m.history")) == 2


def test_errors_have_code_place_and_fix(session):
    with pytest.raises(elbo.ElboError) as caught:
        session.run("load digits as=d\ntrain m epohcs=3")
    error = caught.value
    assert error.code.startswith("E1") and error.line == "train m epohcs=3" and error.span
    assert error.line[slice(*error.span)] in ("m", "epohcs")
    with pytest.raises(elbo.ElboError, match="no variable named 'q'"):
        session.value("q")
    # The session goes on.
    assert session.value("d.count") if False else session.value("2 * 3") == 6


def test_a_workspace_is_kept(tmp_path):
    with elbo.Session(tmp_path / "w.elbodb") as s:
        s.run("x = 42")
    with elbo.Session(tmp_path / "w.elbodb") as s:
        assert s.value("x") == 42


def test_the_end_of_the_program_is_said(session):
    session._process.kill()
    with pytest.raises(RuntimeError, match="ended with exit code -9"):
        session.run("1")


def test_ctrl_c_keeps_what_was_trained(session):
    session.run("load digits as=d; model m mlp hidden=64 latent=2 on=d")
    threading.Timer(2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises((elbo.ElboInterrupted, elbo.ElboError)):
        session.run("train m on=d epochs=100000")
    assert time.monotonic() - begin < 60
    assert session.value("m.steps") > 0
