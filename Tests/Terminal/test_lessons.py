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


def test_enter_runs_the_next_command_in_a_copy_of_the_session(prompt, tmp_path):
    prompt.run("d = 5")
    prompt.run("lesson latent-space")
    prompt.wait_line("elbo> load digits as=d;")
    assert "step 1 of" in prompt.text
    prompt.run("")
    prompt.wait_line("elbo> model m mlp hidden=200 latent=4 seed=1;")
    # A line of one's own, then further.
    prompt.run("mine = d.train.count")
    assert "mine = 10000" in prompt.lines
    prompt.run("")
    prompt.wait_line("elbo> train m on=d epochs=5 seed=7;")
    prompt.run("back")
    prompt.wait_line("elbo> model m mlp hidden=200 latent=4 seed=1;")
    prompt.run("leave")
    prompt.wait_text("back in your session")
    prompt.run("d")
    assert prompt.lines[prompt.screen.cursor.y - 1] == "5"
    # An empty line is one again, and the arrow finds what was typed.
    prompt.run("")
    prompt.type("\x1b[A")
    # In gray behind it, how an earlier line goes on.
    prompt.wait(lambda: prompt.current == "elbo> d = 5" and prompt.screen.cursor.x == len("elbo> d"), "the line before")
    assert list(tmp_path.glob("*.safetensors")) == []


def test_a_lesson_starts_from_the_shell_and_quitting_leaves_it(start):
    screen = start("lesson", "quickstart")
    screen.wait_line("elbo> load digits as=d")
    screen.run("")
    screen.line("quit")
    screen.end()


def test_lessons_are_listed_written_and_misspelled():
    def elbo(*arguments):
        return subprocess.run([ELBO, "lesson", *arguments], capture_output=True, text=True)

    names = [line.split()[0] for line in elbo().stdout.splitlines()]
    assert names[0] == "quickstart" and len(names) == 10
    with open(os.path.join(SESSIONS, "evaluation.session"), encoding="utf-8") as file:
        assert elbo("evaluation").stdout == file.read()
    wrong = elbo("evalution")
    assert wrong.returncode == 2 and "evaluation" in wrong.stderr
    assert elbo("--ipynb").returncode == 2


def test_lessons_work_in_a_pipe():
    lines = "lesson quickstart\nnext\nnext\nleave\nshow d\n"
    done = subprocess.run([ELBO, "--keep-going"], input=lines, capture_output=True, text=True)
    assert done.returncode == 1 and "variational autoencoder" in done.stdout
    assert "no variable named 'd'" in done.stderr and done.stderr.count("error") == 1
