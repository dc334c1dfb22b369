"""What the clock decides is never compared: a session that is recorded verifies at once, whatever it uses."""

import os
import re
import subprocess

import pytest

ELBO = os.environ["ELBO"]

COMMON = [
    "e = dataset (reshape(uniform(64, 16, seed=1), 64, 1, 4, 4)) labels=(floor(uniform(64, seed=2) * 3))",
    'model m encoder="dense4" decoder="dense4 dense16 reshape1x4x4" latent=2 seed=1 on=e',
    "train m on=e epochs=2 batch=16 seed=1",
]

# Everything that says a duration or a rate, or what came of one; each in a session of its own, and all in one.
CELLS = {
    "history": ["nonsense", "x = 1; a_long_name_that_is_cut_where_the_table_is_too_wide_for_all = 123456789", "history", "history n=2"],
    "train": ["train m epochs=+1 validate=0.2", "m.history", "m", "r = train m epochs=+1", "r", "r.seconds", "r.speed"],
    "named": ["r = train m epochs=+1", "t = r.seconds", "t * 1000", "_ + 1", "[t, 2]", "vars", "s = r.speed / 2", "s"],
    "column": ["h = m.history", "h.speed", "h[0]", "mean(h.speed[0..0])", "hh = history", "hh.took", "hh"],
    "dry": ["train m epochs=+5 dry=yes", "d = train m epochs=+1 dry=yes", "d.total_seconds"],
    # Not 'vars': it cuts what a model is at its width, and epochs of more digits elsewhere.
    "race": ["m2 = fork m", "race m m2 for=30ms", "evaluate m on=e", "m", "plot loss m", "w = fork m", "w.loss"],
    "json": ["format json", "train m epochs=+1", "history", "m.history", "format csv", "history", "m.history", "train m epochs=+1"],
    "time": ["time on", "train m epochs=+1", "1 + 1", "time off"],
    "seeds": ["train m on=e epochs=1 seeds=1..2", "m_1"],
    "measures": ["evaluate m on=e", "kl m", "doctor m", "compare m m on=e", "compress m e", "summary m", "set", "datasets"],
}


def session(path, cells):
    # Several files are verified by as many processes, each with its share of the threads where the header says none.
    path.write_text("#! elbo-session 1 seed=3 threads=1 rtol=0 atol=0\n" + "".join(f"elbo> {cell}\n" for cell in cells))
    return str(path)


def replay(*arguments, cwd):
    return subprocess.run([ELBO, "replay", *arguments], capture_output=True, text=True, cwd=cwd, timeout=120)


def test_what_is_recorded_verifies_at_once(tmp_path):
    paths = [session(tmp_path / f"{name}.session", COMMON + cells) for name, cells in CELLS.items()]
    for path in paths:
        recorded = replay("--record", path, cwd=tmp_path)
        assert recorded.returncode == 0, recorded.stderr
    for _ in range(2):
        verified = replay("--verify", *paths, cwd=tmp_path)
        assert verified.returncode == 0, verified.stdout + verified.stderr
    text = (tmp_path / "history.session").read_text()
    assert "[..]" in text and "µs" not in text and "failed" in text
    # What the clock has no part in is still compared.
    assert re.search(r"^ +4 +[0-9.]+ +[0-9.]+ +[0-9.]+", (tmp_path / "train.session").read_text(), re.MULTILINE)


def test_a_wrong_number_beside_a_duration_is_still_found(tmp_path):
    path = tmp_path / "wrong.session"
    session(path, COMMON + ["m.history"])
    assert replay("--record", str(path), cwd=tmp_path).returncode == 0
    text = path.read_text()
    lines = [line for line in text.splitlines() if line.split() == ["steps", "8"]]
    assert lines
    path.write_text(text.replace(lines[0], lines[0].replace("8", "9")))
    assert replay("--verify", str(path), cwd=tmp_path).returncode == 3


@pytest.mark.parametrize("line", ["history > out.session"])
def test_a_history_that_is_written_verifies(tmp_path, line):
    script = "\n".join(COMMON + CELLS["train"] + ["history", line]) + "\n"
    for arguments in [[], [str(tmp_path / "w.elbodb")]]:
        run = subprocess.run([ELBO, "--seed", "3", *arguments], input=script, capture_output=True, text=True, cwd=tmp_path, timeout=60)
        assert run.returncode == 0, run.stderr
        verified = replay("--verify", str(tmp_path / "out.session"), cwd=tmp_path)
        assert verified.returncode == 0, verified.stdout + verified.stderr
        assert "\U0010ff0d" not in run.stdout and "\U0010ff0d" not in (tmp_path / "out.session").read_text()


def test_nobody_is_shown_the_marks(tmp_path):
    path = session(tmp_path / "show.session", COMMON + ["history"])
    shown = replay(path, cwd=tmp_path)
    assert shown.returncode == 0 and "\U0010ff0d" not in shown.stdout and "[..]" not in shown.stdout
