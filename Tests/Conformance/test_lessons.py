"""Lessons as notebooks: valid for Jupyter's own format, and they run."""

import os
import subprocess

import nbclient
import nbformat
import pytest

ELBO = os.environ["ELBO"]
NAMES = [line.split()[0] for line in subprocess.run([ELBO, "lesson"], capture_output=True, text=True).stdout.splitlines()]


def notebook(name):
    text = subprocess.run([ELBO, "lesson", name, "--ipynb"], capture_output=True, text=True, check=True).stdout
    return nbformat.reads(text, as_version=4)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_notebook(name):
    nbformat.validate(notebook(name))


def test_it_runs_in_jupyter(tmp_path):
    book = notebook("latent-space")
    nbclient.NotebookClient(book, kernel_name="elbo", resources={"metadata": {"path": str(tmp_path)}}, timeout=300).execute()
    texts = [output["data"]["text/plain"] for cell in book.cells if cell.cell_type == "code" for output in cell.outputs if "data" in output]
    # The labels that the lesson says.
    assert any("[7, 2, 1]" in text for text in texts)


def test_the_files_that_lessons_read_are_written(tmp_path):
    done = subprocess.run([ELBO, "-c", "lesson files\nload files/trees.csv as=t missing=keep"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and (tmp_path / "files/trees.csv").exists(), done.stderr


def test_a_lesson_is_followed_by_cells(tmp_path):
    cells = [nbformat.v4.new_code_cell(source) for source in ("x = 1", "lesson quickstart", "next", "next", "leave", "x")]
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "elbo", "display_name": "elbo"}})
    nbclient.NotebookClient(book, kernel_name="elbo", resources={"metadata": {"path": str(tmp_path)}}, timeout=120).execute()
    assert any("elbo> load digits as=d" in str(output) for output in book.cells[1].outputs)
    assert any("variational autoencoder" in str(output) for output in book.cells[3].outputs)
    assert book.cells[5].outputs[0]["data"]["text/plain"] == "1"
