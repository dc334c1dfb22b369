"""`elbo jupyter install` and what it writes, as Jupyter reads it; the client of examples/."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ELBO = os.environ["ELBO"]


def elbo(*arguments, **environment):
    result = subprocess.run([ELBO, "jupyter", *arguments], env=os.environ | environment, capture_output=True, text=True)
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("arguments, place", [
    ([], "home/.local/share/jupyter"), (["--user"], "home/.local/share/jupyter"), (["--sys-prefix"], "venv/share/jupyter"),
    (["--prefix", "{}/pre fix"], "pre fix/share/jupyter"),
])
def test_install_and_uninstall(tmp_path, arguments, place):
    arguments = [argument.format(tmp_path) for argument in arguments]
    around = {"HOME": str(tmp_path / "home"), "VIRTUAL_ENV": str(tmp_path / "venv"), "XDG_DATA_HOME": "", "JUPYTER_DATA_DIR": ""}
    folder = tmp_path / place / "kernels" / "elbo"
    for _ in range(2):
        assert elbo("install", *arguments, **around) == (0, f"installed {folder}\n")
    assert sorted(path.name for path in folder.iterdir()) == ["kernel.json", "logo-svg.svg"]
    listed = subprocess.run(
        [sys.executable, "-m", "jupyter_client.kernelspecapp", "list", "--json"], capture_output=True, text=True,
        env=os.environ | {"JUPYTER_PATH": str(tmp_path / place)})
    spec = json.loads(listed.stdout)["kernelspecs"]["elbo"]["spec"]
    assert spec["argv"] == [os.path.realpath(ELBO), "kernel", "--connection-file", "{connection_file}"]
    assert (spec["interrupt_mode"], spec["language"]) == ("message", "elbo")
    assert elbo("uninstall", *arguments, **around) == (0, f"removed {folder}\n")
    assert not folder.exists()
    assert elbo("uninstall", *arguments, **around) == (0, f"not installed: nothing at {folder}\n")


def test_a_kernelspec_may_name_another_program_than_the_one_that_writes_it(tmp_path):
    # As a package is made: the program is not yet where Jupyter will find it.
    assert elbo("install", "--prefix", str(tmp_path), "--program", "/usr/bin/elbo")[0] == 0
    spec = json.loads((tmp_path / "share/jupyter/kernels/elbo/kernel.json").read_text())
    assert spec["argv"] == ["/usr/bin/elbo", "kernel", "--connection-file", "{connection_file}"]
    code, text = elbo("install", "--prefix", str(tmp_path), "--program", "")
    assert code == 2 and "--program" in text


def test_what_cannot_be_is_said(tmp_path):
    assert elbo("install", "--user", "--sys-prefix")[0] == 2
    code, text = elbo("install", "--sys-prefix", VIRTUAL_ENV="", CONDA_PREFIX="")
    assert code != 0 and "Python environment" in text
    (tmp_path / "file").write_text("")
    code, text = elbo("install", "--prefix", str(tmp_path / "file"))
    assert code == 1 and str(tmp_path / "file") in text


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"ip":"127.0.0.1"}', '{"ip":"999.0.0.1","shell_port":1,"control_port":2,"stdin_port":3,"iopub_port":4,"hb_port":5}'])
def test_a_bad_connection_file_is_an_error_of_one_line(tmp_path, content):
    path = tmp_path / "connection.json"
    if content is not None:
        path.write_text(content)
    result = subprocess.run([ELBO, "kernel", "--connection-file", str(path)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and result.stderr.startswith("elbo: ") and result.stderr.count("\n") == 1


def test_the_client_of_the_examples_trains_and_receives_a_plot(tmp_path):
    client = pathlib.Path(__file__).parents[2] / "examples" / "kernel_client.py"
    assert len(client.read_text().splitlines()) <= 60
    result = subprocess.run([sys.executable, str(client), ELBO], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "mean of epoch 5" in result.stdout and "<svg" in (tmp_path / "loss.svg").read_text()
