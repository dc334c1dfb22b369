"""Exit codes and streams of mixtures: what fails first, in the middle, last, and by which way it came in."""

import json
import os
import subprocess

import pytest

ELBO = os.environ["ELBO"]


def run(*arguments, text="", **options):
    return subprocess.run([ELBO, *arguments], input=text, capture_output=True, text=True, timeout=60, **options)


def ways(tmp_path, cells):
    """Every way in which a batch can be given these cells."""
    script = tmp_path / "all.elbo"
    script.write_text("\n".join(cells) + "\n")
    files = []
    for index, cell in enumerate(cells):
        files.append(tmp_path / f"{index}.elbo")
        files[-1].write_text(cell + "\n")
    session = tmp_path / "all.session"
    session.write_text("".join(f"elbo> {cell}\n" for cell in cells))
    yield "standard input", [], script.read_text()
    yield "run -", ["run", "-"], script.read_text()
    yield "-c", ["-c", "\n".join(cells)], ""
    yield "several -c", [word for cell in cells for word in ("-c", cell)], ""
    yield "run", ["run", str(script)], ""
    yield "run of a session file", ["run", str(session)], ""
    yield "run of several files", ["run", *map(str, files)], ""


def with_options(arguments, *options):
    """Options stand behind a subcommand."""
    return [arguments[0], *options, *arguments[1:]] if arguments[:1] == ["run"] else [*options, *arguments]


@pytest.mark.parametrize(
    "cells, out",
    [
        (["nonsense", "1", "2"], "1\n2\n"),
        (["1", "nonsense", "2"], "1\n2\n"),
        (["1", "2", "nonsense"], "1\n2\n"),
        (["nonsense", "1", "nonsense", "2"], "1\n2\n"),
        (["nonsense", "nonsense"], ""),
    ],
)
def test_one_failure_is_enough_wherever_it_stands(tmp_path, cells, out):
    for way, arguments, text in ways(tmp_path, cells):
        result = run(*with_options(arguments, "--keep-going"), text=text)
        assert (result.returncode, result.stdout) == (1, out), way
        assert result.stderr.count("(E101)") == cells.count("nonsense"), way
        # Without --keep-going nothing after the first failure runs.
        result = run(*arguments, text=text)
        before = cells[: cells.index("nonsense")]
        assert (result.returncode, result.stdout) == (1, "".join(f"{cell}\n" for cell in before)), way
        assert result.stderr.count("(E101)") == 1, way


def test_no_failure_is_none(tmp_path):
    for way, arguments, text in ways(tmp_path, ["1", "2", "x = 3;"]):
        for options in [[], ["--keep-going"]]:
            result = run(*with_options(arguments, *options), text=text)
            assert (result.returncode, result.stdout, result.stderr) == (0, "1\n2\n", ""), way


def test_quitting_keeps_the_code_of_what_failed_before(tmp_path):
    for way, arguments, text in ways(tmp_path, ["nonsense", "quit", "3"]):
        result = run(*with_options(arguments, "--keep-going"), text=text)
        assert (result.returncode, result.stdout) == (1, ""), way
    for way, arguments, text in ways(tmp_path, ["1", "quit", "nonsense"]):
        result = run(*with_options(arguments, "--keep-going"), text=text)
        assert (result.returncode, result.stdout, result.stderr) == (0, "1\n", ""), way


def test_a_file_that_is_missing_stops_all_before_anything_runs(tmp_path):
    script = tmp_path / "a.elbo"
    script.write_text("1\n")
    for files in [[str(script), "missing.elbo"], ["missing.elbo", str(script)]]:
        result = run("run", "--keep-going", *files)
        assert result.returncode == 2 and result.stdout == "" and "missing.elbo" in result.stderr


def test_places_are_those_of_the_file_and_line(tmp_path):
    first, second = tmp_path / "a.elbo", tmp_path / "b.elbo"
    first.write_text("# one\n\nx = [1,\n  2]\nnonsense\n")
    second.write_text("more\n")
    result = run("run", "--keep-going", str(first), str(second))
    assert result.returncode == 1
    assert f"{first}:5: error" in result.stderr and f"{second}:1: error" in result.stderr
    assert "line 5: error" in run(text=first.read_text()).stderr
    assert "line" not in run("-c", "nonsense").stderr.splitlines()[0]


# JSON


def cells(*arguments, text):
    result = run("--format", "json", *arguments, text=text)
    return result, [json.loads(line) for line in result.stdout.splitlines()]


def test_objects_hold_what_belongs_to_them_and_nothing_else():
    text = "x = 4\n\n# comment\ny = [x,\n  5]\nnonsense\n1; 2; 3;\n'é😀' ; \"a\" + 1\nsum(y)\n"
    result, found = cells("--keep-going", text=text)
    assert result.returncode == 1 and result.stderr == ""
    assert [cell["cell"] for cell in found] == [1, 2, 3, 4, 5, 6]
    assert [cell["line"] for cell in found] == [1, 4, 6, 7, 8, 9]
    assert [cell["status"] for cell in found] == ["ok", "ok", "error", "ok", "error", "ok"]
    assert [cell["source"] for cell in found] == [
        "x = 4", "y = [x,\n  5]", "nonsense", "1; 2; 3;", "'é😀' ; \"a\" + 1", "sum(y)"]
    for cell in found:
        assert ("error" in cell) == (cell["status"] == "error")
        assert isinstance(cell["seconds"], float | int) and 0 <= cell["seconds"] < 60
    assert [[output["role"] for output in cell["outputs"]] for cell in found] == [
        ["result"], ["result"], [], [], [], ["result"]]
    assert found[5]["outputs"] == [{"role": "result", "text": "9", "json": 9}]
    # Only what has a figure has one.
    assert all("figure" not in output for cell in found for output in cell["outputs"])
    error = found[2]["error"]
    assert error["code"] == "E101" and error["span"] == [0, 8] and "nonsense" in error["message"]
    # Places are counted in bytes.
    begin = len("'é😀' ; ".encode())
    assert found[4]["error"]["span"] == [begin, begin + len('"a" + 1')]


def test_a_remark_is_a_note_and_no_result():
    result, found = cells(
        "-c", "load digits as=d;\nmodel m mlp hidden=4 latent=2 seed=1;\nreconstruct m d[0..9] n=2", text="")
    assert result.returncode == 0
    note, images = found[-1]["outputs"]
    assert images["role"] == "result"
    assert note["role"] == "note" and note["json"] is None and note["text"].startswith("rows 0..1 are the inputs")


def test_the_last_object_is_that_of_the_failure():
    result, found = cells(text="1\nnonsense\n2\n")
    assert result.returncode == 1 and [cell["status"] for cell in found] == ["ok", "error"]
    assert found[1]["error"]["fix"] is None or isinstance(found[1]["error"]["fix"], str)
    # What was shown before the failure of one cell is in its object.
    result, found = cells("-c", "1\n2 + nosuch", text="")
    shown = [output["text"] for cell in found for output in cell["outputs"]]
    assert shown == ["1"] and found[-1]["status"] == "error" and found[-1]["error"]["code"] == "E104"


def test_a_figure_is_a_picture_with_its_type():
    result, found = cells("-c", "z = normal(20, 2, seed=1);\nplot z", text="")
    assert result.returncode == 0
    figure = found[-1]["outputs"][-1]["figure"]
    assert len(figure) == 1
    kind, data = figure.popitem()
    assert (kind == "image/svg+xml" and "<svg" in data) or (kind == "image/png" and data.startswith("iVBOR"))
