"""What a notebook keeps of pictures, tables and curves, and what becomes of it in pages, LaTeX and Markdown."""

import base64
import html
import json
import os
import pathlib
import re
import subprocess
import sys

import nbclient
import nbformat
import papermill
import pytest

NOTEBOOKS = sorted((pathlib.Path(__file__).parents[2] / "examples" / "notebooks").glob("*.ipynb"))
KERNELSPEC = {"kernelspec": {"name": "elbo", "display_name": "elbo", "language": "elbo"}}


def executed(*sources, **options):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=KERNELSPEC)
    nbclient.NotebookClient(notebook, timeout=120, **options).execute()
    return notebook


@pytest.fixture(scope="module")
def notebook():
    return executed(
        "load digits as=d;", "describe d", "head d n=3", "d[0..7]", "model m mlp latent=2;",
        "train m on=d[0..199] epochs=2;", "plot loss m", "plot kl m on=d[0..99]")


def bundles(notebook, source):
    cell = next(cell for cell in notebook.cells if cell.source.startswith(source))
    return [output for output in cell.outputs if "data" in output]


@pytest.mark.parametrize("source", ["describe d", "head d", "d[0..7]"])
def test_examples_are_shown_as_a_picture_beside_their_table(notebook, source):
    shown = bundles(notebook, source)
    table = next(output for output in shown if "text/html" in output.data)
    assert table.output_type == "execute_result" and "<table>" in table.data["text/html"]
    # HTML goes before pictures wherever both are in one output: the picture has one of its own.
    assert not [kind for kind in table.data if kind.startswith("image/")]
    picture = next(output for output in shown if "image/png" in output.data)
    assert base64.b64decode(picture.data["image/png"]).startswith(b"\x89PNG")
    assert "images of 28×28" in picture.metadata["image/png"]["alt"]
    # Nothing is drawn twice, and no picture of characters lies collapsed in a paragraph.
    assert "<pre" not in table.data["text/html"] and "@@" not in table.data["text/html"]


def test_pictures_in_characters_keep_their_lines_where_no_picture_is_shown(tmp_path):
    path = tmp_path / "d.html"
    subprocess.run([os.environ["ELBO"], "-c", f"load digits as=d; describe d > {path}"], check=True, capture_output=True)
    page = path.read_text()
    assert re.search(r"<pre[^>]*>[^<]*@[^<]*\n[^<]*</pre>", page) and "<p></p>" not in page


@pytest.mark.parametrize("source", ["plot loss", "plot kl"])
def test_curves_come_with_what_converters_take(notebook, source):
    output, = bundles(notebook, source)
    data = output.data
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert base64.b64decode(data["application/pdf"]).startswith(b"%PDF")
    # One of the picture's own, which stands first; the others are of gnuplot's curves.
    title = re.search(r"<svg[^>]*>\s*<title>(.*?)</title>", data["image/svg+xml"]).group(1)
    assert title in data["text/plain"] and title != "Gnuplot"
    for kind in ["image/png", "image/svg+xml"]:
        assert output.metadata[kind]["alt"] in data["text/plain"]


def test_no_letter_of_an_svg_leaves_its_picture(notebook):
    svg = bundles(notebook, "plot loss")[0].data["image/svg+xml"]
    width, height = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    places = re.findall(r'<g transform="translate\(([\d.-]+),([\d.-]+)\)[^>]*font-size="([\d.]+)"', svg)
    assert len(places) > 10
    for x, y, size in places:
        # The tail of a g hangs a quarter of its size below the line.
        assert float(size) * 0.7 <= float(y) <= height - float(size) * 0.25
        assert 0 <= float(x) <= width


def test_a_notebook_becomes_latex_without_inkscape(notebook, tmp_path):
    nbformat.write(notebook, tmp_path / "a.ipynb")
    # pandoc turns prose into LaTeX; a notebook of code alone needs none, and Inkscape must not be asked for.
    environment = os.environ | {"PATH": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "latex", "a.ipynb"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    text = (tmp_path / "a.tex").read_text()
    figures = re.findall(r"\{(a_files/[^}]+)\}", text)
    assert len(figures) == 5
    assert sum(name.endswith(".pdf") for name in figures) == 2 and sum(name.endswith(".png") for name in figures) == 3
    # The numbers of describe are there too.
    assert "12,000" in text


def test_a_page_shows_the_pictures(notebook, tmp_path):
    nbformat.write(notebook, tmp_path / "a.ipynb")
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", "a.ipynb"], cwd=tmp_path, check=True, capture_output=True)
    page = (tmp_path / "a.html").read_text()
    pictures = re.findall(r"<img[^>]*>", page)
    assert sum("data:image/png" in picture for picture in pictures) == 3


def test_a_page_has_words_for_every_picture(notebook, tmp_path):
    """The template that takes them; the usual one of nbconvert takes none from anybody."""
    nbformat.write(notebook, tmp_path / "a.ipynb")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--template", "classic", "a.ipynb"], cwd=tmp_path, check=True, capture_output=True)
    pictures = re.findall(r"<img[^>]*data:image/png[^>]*>", (tmp_path / "a.html").read_text())
    words = [
        output.metadata["image/png"]["alt"] for cell in notebook.cells for output in cell.outputs
        if "image/png" in output.get("data", {}) and "image/svg+xml" not in output.data]
    assert len(words) == 3
    assert [html.unescape(re.search(r'alt="([^"]*)"', picture).group(1)) for picture in pictures] == words


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("form", ["md", "Rmd", "md:myst"])
def test_jupytext_brings_shipped_notebooks_back(path, form):
    import jupytext
    notebook = nbformat.read(path, as_version=4)
    back = jupytext.reads(jupytext.writes(notebook, form), form)
    assert [(cell.cell_type, cell.source) for cell in back.cells] == [(cell.cell_type, cell.source) for cell in notebook.cells]
    assert [cell.metadata.get("tags") for cell in back.cells] == [cell.metadata.get("tags") for cell in notebook.cells]


def test_jupytext_brings_any_notebook_back_as_the_documentation_says(tmp_path):
    protocol = (pathlib.Path(__file__).parents[2] / "Sources" / "Kernel" / "PROTOCOL.md").read_text()
    command = re.search(r"jupytext --to md (--opt \S+) ", protocol).group(1).split()
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# A title"), nbformat.v4.new_code_cell("load digits as=d"), nbformat.v4.new_code_cell("?train")],
        metadata=KERNELSPEC)
    nbformat.write(notebook, tmp_path / "a.ipynb")
    for form in ["md", "Rmd"]:
        for arguments in [["--to", form, *command, "a.ipynb", "-o", f"b.{form}"], ["--to", "ipynb", f"b.{form}", "-o", "c.ipynb"]]:
            subprocess.run([sys.executable, "-m", "jupytext", *arguments], cwd=tmp_path, check=True, capture_output=True)
        back = nbformat.read(tmp_path / "c.ipynb", as_version=4)
        assert [(c.cell_type, c.source) for c in back.cells] == [(c.cell_type, c.source) for c in notebook.cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_shipped_notebooks_are_as_jupyter_writes_them(path, tmp_path):
    """Opened and saved they are the same bytes: nothing is marked as modified."""
    from jupyter_client.manager import start_new_kernel
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    manager, client = start_new_kernel(kernel_name="elbo")
    try:
        ident = client.kernel_info()
        while (message := client.get_shell_msg(timeout=60))["parent_header"].get("msg_id") != ident:
            pass
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    # What a front end writes into a notebook when its kernel has started.
    notebook.metadata["language_info"] = {k: v for k, v in message["content"]["language_info"].items()}
    notebook.metadata["kernelspec"] = {k: v for k, v in zip(["display_name", "language", "name"], ["elbo", "elbo", "elbo"])}
    nbformat.write(notebook, tmp_path / "saved.ipynb")
    assert (tmp_path / "saved.ipynb").read_bytes() == path.read_bytes()
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


GIVEN = {
    "text": 'é 😀 β "quoted" \'and\' \\back\\slash\nline\ttab\r\x07\x00\x7f\u2028中', "path": "C:\\new\\x41\\u0041",
    "none": None, "yes": True, "no": False, "whole": 7, "negative": -3, "small": 1e-12, "huge": -1.5e300,
    "infinite": float("inf"), "minus": float("-inf"), "empty_list": [], "empty_text": "", "numbers": [1, 2.5, -3],
    "texts": ["a", "é\n"], "mixed": [1, "b", None, True, [2, [3]]],
    "deep": {"a": 1, "b": {"c": [True, None, "ü"], "d": {}}, "é \"k\"": -2.5},
}


def test_papermill_parameters_of_every_kind_arrive(tmp_path):
    cells = [nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]})]
    names = [*GIVEN, "nan"]
    cells += [nbformat.v4.new_code_cell(f"p_{name} > {tmp_path}/{name}.json") for name in names if name != "none"]
    cells += [nbformat.v4.new_code_cell(f"p_{name}") for name in ("infinite", "minus", "nan")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNELSPEC), tmp_path / "in.ipynb")
    given = {f"p_{name}": value for name, value in GIVEN.items()} | {"p_nan": float("nan")}
    done = papermill.execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", given, language="python", progress_bar=False)
    assert [cell.outputs[0].data["text/plain"] for cell in done.cells[-3:]] == ["inf", "-inf", "nan"]

    def plain(value):
        # Vectors of numbers are tensors, and their elements float32.
        if isinstance(value, dict) and "data" in value and "dtype" in value:
            return value["data"]
        return value

    for name, value in GIVEN.items():
        # JSON has no word for what is not finite.
        if name in ("none", "deep", "mixed", "infinite", "minus"):
            continue
        assert plain(json.loads((tmp_path / f"{name}.json").read_text())) == value, name
    deep = json.loads((tmp_path / "deep.json").read_text())
    assert list(deep) == ["a", "b", 'é "k"'] and deep["a"] == 1 and deep['é "k"'] == -2.5
    assert deep["b"]["c"] == [True, None, "ü"] and deep["b"]["d"] == {}
    assert json.loads((tmp_path / "mixed.json").read_text())[:4] == [1, "b", None, True]
