"""The notebooks of examples/ as people run them: nbconvert, nbclient, papermill, and the console."""

import os
import pathlib
import subprocess
import sys

import nbclient
import nbformat
import papermill
import pexpect
import pytest

NOTEBOOKS = sorted((pathlib.Path(__file__).parents[2] / "examples" / "notebooks").glob("*.ipynb"))


def pictures(notebook):
    return [kind for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
            for kind in output.get("data", {}) if kind.startswith("image/")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_nbconvert_executes(path, tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "--output-dir", str(tmp_path), str(path)],
        capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    # Highlighting is by a lexer that is there, and nothing else is complained of.
    assert "Warning" not in result.stderr, result.stderr
    page = (tmp_path / f"{path.stem}.html").read_text()
    assert "data:image/png" in page or "<svg" in page


def test_restart_and_run_all_gives_the_same():
    """Twice from nothing: the second run knows nothing of the first, and the numbers are the same."""
    source = nbformat.read(next(path for path in NOTEBOOKS if path.stem == "first-tour"), as_version=4)
    source.cells = [cell for cell in source.cells if cell.cell_type == "code"]
    assert source.cells[0].source == "epochs = 5"
    source.cells[0].source = "epochs = 1"
    runs = []
    client = nbclient.NotebookClient(source, timeout=120)
    for _ in range(2):
        notebook = client.execute()
        assert [cell.execution_count for cell in notebook.cells] == list(range(1, len(notebook.cells) + 1))
        assert pictures(notebook)
        texts = [output["data"]["text/plain"] for cell in notebook.cells for output in cell.outputs if output.output_type == "execute_result"]
        runs.append(["\n".join(line for line in text.split("\n") if not line.strip().startswith(("speed", "took"))) for text in texts])
    assert runs[0] == runs[1]


def test_papermill_sets_the_parameters(tmp_path):
    path = next(path for path in NOTEBOOKS if path.stem == "first-tour")
    # Numbers, texts, lists and truths are written as in Python: `-l python` on the command line.
    given = {"epochs": 2, "flag": True, "name": 'a "b"', "list": [1, 2], "rate": 1e-3}
    notebook = papermill.execute_notebook(path, tmp_path / "out.ipynb", given, language="python", progress_bar=False)
    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    assert ["injected-parameters"] in tags
    text = "\n".join(output["data"]["text/plain"] for cell in notebook.cells if cell.cell_type == "code"
                     for output in cell.outputs if "data" in output)
    assert "mean of epoch 2" in text


def test_papermill_stops_at_an_error(tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(s) for s in ["1 + 1", "trian m", "2 + 2"]],
        metadata={"kernelspec": {"name": "elbo", "display_name": "elbo", "language": "elbo"}})
    nbformat.write(notebook, tmp_path / "in.ipynb")
    with pytest.raises(papermill.PapermillExecutionError, match="did you mean|Did you mean"):
        papermill.execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", progress_bar=False)
    done = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert [c.execution_count for c in done.cells if c.source == "2 + 2"] == [None]


def test_the_console(tmp_path):
    """`jupyter console`: results, errors, a question, and the end."""
    environment = os.environ | {"HOME": str(tmp_path), "TERM": "xterm", "NO_COLOR": "1", "PROMPT_TOOLKIT_NO_CPR": "1"}
    console = pexpect.spawn(
        sys.executable, ["-m", "jupyter_console", "--kernel", "elbo", "--simple-prompt"], env=environment,
        encoding="utf-8", dimensions=(24, 80), timeout=60)
    console.expect(r"In \[1\]: ")
    console.sendline("6*7")
    console.expect(r"Out\[1\]: 42")
    console.sendline("trian m")
    console.expect("unknown command 'trian'")
    console.sendline('ask "digit? "')
    console.expect(r"digit\? ")
    console.sendline("7")
    console.expect(r"Out\[3\]: 7")
    console.sendline("exit")
    console.expect(pexpect.EOF)
