"""Replays of several files and commands: any that differs decides, each is reported once, in order."""

import os
import re
import subprocess
import xml.etree.ElementTree as ET

import pytest

ELBO = os.environ["ELBO"]


def run(*arguments, **options):
    return subprocess.run([ELBO, *arguments], capture_output=True, text=True, timeout=60, **options)


def files(tmp_path, outcomes):
    """A session file for each: 'ok', 'bad' or 'number', with three commands, of which the second may differ."""
    paths = []
    for index, outcome in enumerate(outcomes):
        second = {"ok": "0.25", "bad": "different", "number": "0.26"}[outcome]
        path = tmp_path / f"{index}.session"
        path.write_text(
            f"#! elbo-session 1 seed={index} rtol=1e-3\n# Prose {index}.\nelbo> x = {index}\nx = {index}\n"
            f"elbo> 1 / 4\n{second}\nelbo> x + 1\n{index + 1}\n")
        paths.append(path)
    return paths


@pytest.mark.parametrize(
    "outcomes",
    [
        ["bad", "ok", "ok"], ["ok", "bad", "ok"], ["ok", "ok", "bad"], ["number", "ok"], ["ok", "number"], ["bad", "bad"],
        ["bad"], ["number"],
    ],
)
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_one_file_that_differs_is_enough(tmp_path, outcomes, jobs):
    paths = files(tmp_path, outcomes)
    before = [path.read_text() for path in paths]
    result = run("replay", "--verify", "--jobs", jobs, *map(str, paths))
    assert result.returncode == 3, result.stdout + result.stderr
    for path, outcome, text in zip(paths, outcomes, before):
        actual = path.with_suffix(".session.actual")
        good = re.search(rf"^ok +{re.escape(str(path))} \(3 commands", result.stdout, re.MULTILINE)
        wrong = re.search(rf"^FAIL +{re.escape(str(path))}: 1 of 3 commands differ", result.stdout, re.MULTILINE)
        assert bool(good) == (outcome == "ok") and bool(wrong) == (outcome != "ok")
        assert path.read_text() == text
        assert actual.exists() == (outcome != "ok")
        if outcome != "ok":
            assert actual.read_text() == text.replace("different", "0.25").replace("0.26", "0.25")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_files_that_agree_leave_nothing_behind(tmp_path, jobs):
    paths = files(tmp_path, ["ok", "ok"])
    stale = paths[1].with_suffix(".session.actual")
    stale.write_text("of another day\n")
    result = run("replay", "--verify", "--jobs", jobs, *map(str, paths))
    assert result.returncode == 0 and result.stderr == ""
    assert "FAIL" not in result.stdout and result.stdout.count("ok  ") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.session", "1.session"]


def test_reports_hold_every_file_and_command_in_order(tmp_path):
    paths = files(tmp_path, ["ok", "bad", "ok", "number"])
    junit, tap = tmp_path / "j.xml", tmp_path / "t.tap"
    result = run("replay", "--verify", "--junit", str(junit), "--tap", str(tap), *map(str, paths))
    assert result.returncode == 3
    root = ET.fromstring(junit.read_text())
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("12", "2", "0")
    assert [suite.get("name") for suite in root] == [str(path) for path in paths]
    assert [suite.get("failures") for suite in root] == ["0", "1", "0", "1"]
    for suite in root:
        assert [case.get("line") for case in suite] == ["3", "5", "7"]
        failed = [case.find("failure") is not None for case in suite]
        assert failed == [False, suite.get("failures") == "1", False]
        assert abs(float(suite.get("time")) - sum(float(case.get("time")) for case in suite)) < 0.005
    lines = [line for line in tap.read_text().splitlines() if re.match(r"(not )?ok ", line)]
    assert tap.read_text().startswith("TAP version 13\n1..12\n")
    assert [line.startswith("ok") for line in lines] == [True] * 4 + [False] + [True] * 5 + [False, True]
    assert [int(re.search(r"ok (\d+)", line).group(1)) for line in lines] == list(range(1, 13))


def test_the_time_of_a_worker_is_that_of_its_commands(tmp_path):
    for name in ["a", "b"]:
        (tmp_path / f"{name}.session").write_text("elbo> (norm(normal(300000)) > 0)\n1\nelbo> 1\n1\n")
    junit = tmp_path / "j.xml"
    result = run("replay", "--verify", "--junit", str(junit), *map(str, sorted(tmp_path.glob("*.session"))))
    assert result.returncode == 0, result.stdout
    for suite in ET.fromstring(junit.read_text()):
        # A thousandth of a second is the least that can be written; drawing takes several.
        assert float(suite[0].get("time")) > 0


def test_a_worker_that_cannot_play_does_not_hide_the_others(tmp_path):
    paths = files(tmp_path, ["ok", "bad"])
    broken = tmp_path / "broken.session"
    broken.write_text("#! elbo-session 9 seed=1\nelbo> 1\n1\n")
    result = run("replay", "--verify", str(paths[0]), str(broken), str(paths[1]))
    assert result.returncode in (1, 2) and "version '9'" in result.stderr


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_updating_writes_only_what_changed(tmp_path, order):
    paths = files(tmp_path, ["ok", "bad"])
    times = [path.stat().st_mtime_ns for path in paths]
    text = paths[0].read_text()
    result = run("replay", "--update", *[str(paths[index]) for index in order])
    assert result.returncode == 0
    assert "unchanged " + str(paths[0]) in result.stdout and "updated " + str(paths[1]) in result.stdout
    assert paths[0].read_text() == text and paths[0].stat().st_mtime_ns == times[0]
    assert "different" not in paths[1].read_text() and "# Prose 1.\n" in paths[1].read_text()
    assert run("replay", "--verify", *map(str, paths)).returncode == 0


def test_what_the_header_says_holds(tmp_path):
    path = tmp_path / "a.session"
    # 0.25 against 0.2562: apart by 0.0062, of which atol allows 0.001 and rtol 0.00512; both together do not, with less.
    for header, code in [("rtol=2e-2 atol=2e-3", 0), ("rtol=2e-2 atol=1.2e-3", 0), ("rtol=2e-2 atol=1e-3", 3),
                         ("rtol=2e-2", 3), ("atol=2e-3", 3), ("atol=7e-3", 0)]:
        path.write_text(f"#! elbo-session 1 seed=0 {header}\nelbo> 1 / 4\n0.2562\n")
        assert run("replay", "--verify", str(path)).returncode == code, header
    # The seed is the file's, whatever the program is told elsewhere.
    drawn = [run("--seed", seed, "-c", "normal(3)").stdout for seed in ["7", "8"]]
    for seed, out in zip(["7", "8"], drawn):
        path.write_text(f"#! elbo-session 1 seed={seed} rtol=0 atol=0\nelbo> normal(3)\n{out}")
        assert run("replay", "--verify", str(path)).returncode == 0
    path.write_text(f"#! elbo-session 1 seed=7 rtol=0 atol=0\nelbo> normal(3)\n{drawn[1]}")
    assert run("replay", "--verify", str(path)).returncode == 3
    narrow = run("-c", "datasets", env=os.environ | {"COLUMNS": "50"}).stdout
    path.write_text("#! elbo-session 1 seed=0 width=50\nelbo> datasets\n" + narrow)
    assert run("replay", "--verify", str(path)).returncode == 0
    path.write_text("#! elbo-session 1 seed=0\nelbo> datasets\n" + narrow)
    assert run("replay", "--verify", str(path)).returncode == 3


def test_commands_after_the_end_were_not_run(tmp_path):
    path = tmp_path / "a.session"
    path.write_text("elbo> 1\n1\nelbo> quit\nelbo> 3\n3\n")
    result = run("replay", "--verify", str(path))
    assert result.returncode == 3 and "1 of 3 commands differ" in result.stdout
    assert "not run: the session had ended" in result.stdout


def test_showing_fails_for_what_the_file_does_not_expect(tmp_path):
    path = tmp_path / "a.session"
    for text, code in [
        ("elbo> 1\nelbo> 2\n", 0),
        ("elbo> nonsense\nelbo> 2\n", 1),
        ("elbo> 1\nelbo> nonsense\n", 1),
        ("elbo> nonsense\nerror: unknown command 'nonsense' (E101)\nelbo> 2\n", 0),
        ("elbo> nonsense\n...\nelbo> 2\n", 0),
        ("elbo> nonsense\nerror: another (E104)\nelbo> 2\n", 1),
    ]:
        path.write_text(text)
        result = run("replay", str(path))
        assert result.returncode == code, text
    # Of several, any.
    other = tmp_path / "b.session"
    path.write_text("elbo> nonsense\n")
    other.write_text("elbo> 2\n2\n")
    for order in [[path, other], [other, path]]:
        assert run("replay", *map(str, order)).returncode == 1


def test_what_a_session_writes_is_gone_and_what_it_reads_is_found(tmp_path):
    path = tmp_path / "sub" / "a.session"
    path.parent.mkdir()
    (path.parent / "own.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "here.csv").write_text("a,b\n5,6\n7,9\n")
    (tmp_path / "out.csv").write_text("precious\n")
    path.write_text(
        "elbo> load own.csv as=d;\nelbo> load here.csv as=e;\nelbo> d.count + e.count\n4\nelbo> [1, 2] > out.csv\n...\n")
    result = run("replay", "--verify", str(path), cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    assert (tmp_path / "out.csv").read_text() == "precious\n"
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["a.session", "own.csv"]
