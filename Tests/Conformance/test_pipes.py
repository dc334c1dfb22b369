"""Standard input as data, standard output as a file, and the check of the machine."""

import json
import os
import subprocess

import numpy as np

ELBO = os.environ["ELBO"]


def run(*arguments, data=b"", cwd=None, environment=None):
    return subprocess.run(
        [ELBO, *arguments], input=data, capture_output=True, cwd=cwd, timeout=120, env=os.environ | (environment or {}))


def npy(array):
    import io
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_a_table_comes_in_and_goes_out():
    done = run("-c", "load - format=csv as=t; t > -.csv", data=b"a,b\n1,2\n3,4\n")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert [[float(v) for v in line.split(",")] for line in lines[-2:]] == [[1, 2], [3, 4]]


def test_bytes_go_out_as_they_are(tmp_path):
    x = np.random.default_rng(1).random((5, 4, 4), np.float32)
    done = run("-c", "load - as=e; e > -.npy", data=npy(x))
    start = done.stdout.index(b"\x93NUMPY")
    (tmp_path / "y.npy").write_bytes(done.stdout[start:])
    assert np.array_equal(np.load(tmp_path / "y.npy").reshape(5, 4, 4), x)
    silent = run("-c", "load - as=e; e > -.npy", data=npy(x)).stdout
    assert silent == done.stdout
    figure = run("-c", "x = [1, 2, 4]\nload digits as=d;\nd[0..3] | plot grid > -.png")
    assert figure.stdout.endswith(b"IEND\xaeB`\x82"), figure.stderr


def test_json_for_another_program():
    done = run("-c", "load digits as=d;\nd > -.json")
    assert done.returncode == 0
    text = done.stdout.decode()
    assert json.loads(text)


def test_a_script_reads_data_from_standard_input(tmp_path):
    (tmp_path / "a.elbo").write_text("load - as=t\ncount(t)\n")
    done = run("run", "a.elbo", data=b"1,2\n3,4\n5,6\n", cwd=tmp_path)
    assert done.stdout.decode().splitlines()[-1] == "3"


def test_a_workspace_keeps_what_was_piped_in(tmp_path):
    done = run("--session", "w.elbodb", "-c", "load - as=t;", data=b"a,b\n1,2\n3,4\n", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert run("w.elbodb", "-c", "t > -.csv", cwd=tmp_path).stdout.decode().count("\n") >= 2


def test_what_cannot_be_read_or_written(tmp_path):
    for arguments, data, said in [
        (["-c", "load - as=t"], b"", "standard input: it is empty"),
        (["-c", "load - format=npy as=t"], b"1,2\n", "it is a table, not an NPY file"),
        (["-c", "load - format=csv as=t"], npy(np.zeros((2, 3))), "it is an NPY file, not a table"),
        (["-c", "load - format=cvs as=t"], b"1,2\n", "Did you mean 'csv'?"),
        (["-c", "1 > -"], b"", "standard output needs a form"),
        (["-c", "1 > -.xyz"], b"", "unknown file extension"),
        (["run", "-"], b"load - as=t\n", "standard input is where the commands come from"),
        ([], b"load - as=t\n", "standard input is where the commands come from"),
        (["--format", "json", "-c", "zeros(2, 2) > -.npy"], b"", "not text")]:
        done = run(*arguments, data=data, cwd=tmp_path)
        assert done.returncode == 1 and said in (done.stderr + done.stdout).decode(), (arguments, done.stderr, done.stdout)
    assert not list(tmp_path.iterdir())


def test_doctor_says_what_is_there(tmp_path):
    done = run("doctor")
    text = done.stdout.decode()
    assert done.returncode == 0 and "Everything is there." in text, text
    for word in ("affinity", "control group", "threads", "gnuplot", "ELBO_DATA", "downloads", "glibc"):
        assert word in text
    lines = {(l["section"], l["name"]): l for l in json.loads(run("doctor", "--json").stdout)}
    assert lines["processors", "affinity"]["text"] == str(len(os.sched_getaffinity(0)))
    assert all(l["verdict"] in ("ok", "remark", "missing") for l in lines.values())


def test_doctor_says_what_is_missing(tmp_path):
    done = run("doctor", environment={"PATH": str(tmp_path), "ELBO_DATA": str(tmp_path / "none")})
    text = done.stdout.decode()
    assert done.returncode == 1 and "gnuplot" in text and "apt-get install gnuplot-nox" in text
    assert f"{tmp_path}/none" in text and "2 things missing" in text


def test_doctor_sees_the_affinity_mask():
    first = min(os.sched_getaffinity(0))
    done = subprocess.run(["taskset", "-c", str(first), ELBO, "doctor", "--json"], capture_output=True, check=True)
    lines = {(l["section"], l["name"]): l["text"] for l in json.loads(done.stdout)}
    assert lines["processors", "affinity"] == "1" and lines["processors", "threads"].startswith("1 ")
