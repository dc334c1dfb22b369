"""The lessons of sessions/ as a whole."""

import os
import re
import subprocess

from screen import ELBO

SESSIONS = os.path.join(os.path.dirname(__file__), "..", "..", "sessions")


def codes(text):
    return set(re.findall(r"\bE\d{3}\b", text))


def test_the_lesson_on_errors_provokes_every_code_of_the_help():
    page = subprocess.run([ELBO, "-c", "help errors"], capture_output=True, text=True, check=True).stdout
    with open(os.path.join(SESSIONS, "errors.session"), encoding="utf-8") as file:
        shown = "".join(line for line in file if line.startswith("error: "))
    # A mistake in elbo itself cannot be made on purpose; the unit tests make one. Ranks need mpirun: test_mpi.py.
    assert codes(page) - codes(shown) == {"E305", "E901"}


def test_a_replay_that_compares_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    lesson = os.path.abspath(os.path.join(SESSIONS, "errors.session"))
    result = subprocess.run([ELBO, "replay", "--verify", lesson], capture_output=True, text=True, cwd=folder)
    assert result.returncode == 0, result.stdout
    assert list(folder.iterdir()) == []


def test_the_lessons_follow_each_other_and_none_is_left_out():
    seen = []
    name = "quickstart"
    while name:
        with open(os.path.join(SESSIONS, name + ".session"), encoding="utf-8") as file:
            text = file.read()
        seen.append(name)
        assert f"\n# Lesson {len(seen)}: " in text
        following = re.search(r"^# Next: sessions/(\S+)\.session", text, re.MULTILINE)
        name = following.group(1) if following else None
    here = {file[: -len(".session")] for file in os.listdir(SESSIONS) if file.endswith(".session")}
    assert set(seen) == here
