"""Ctrl-C, Ctrl-Z, Ctrl-D, signals and resizes: the session is never lost."""

import os
import re
import signal
import time

import pytest

from screen import ELBO, killed


def test_ctrl_c_clears_the_line_wherever_one_is(prompt):
    prompt.type("a half typed li")
    prompt.wait_prompt("a half typed li")
    prompt.key("c")
    prompt.wait_prompt()
    assert "elbo> a half typed li^C" in prompt.lines
    prompt.key("c")
    prompt.key("c")
    prompt.wait_prompt()
    prompt.line("[1,")
    prompt.wait(lambda: prompt.current.startswith("....>"), "the second prompt")
    prompt.key("c")
    prompt.wait_prompt()
    prompt.type("\x12some")
    prompt.wait_text("history> ")
    prompt.key("c")
    prompt.wait(lambda: prompt.current == "elbo>", "the prompt")
    prompt.run("2 + 3")
    assert "5" in prompt.lines


def test_ctrl_d_leaves_at_once_when_nothing_would_be_lost(prompt):
    prompt.run("x = 1")
    prompt.key("d")
    prompt.end(0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_sigterm_and_sighup_leave_with_their_codes_and_keep_what_was_done(start, number):
    empty = start()
    empty.wait_prompt()
    empty.signal(number)
    empty.end(128 + number)
    screen = start()
    screen.wait_prompt()
    screen.run("x = 41")
    screen.signal(number)
    screen.end(128 + number)
    again = start()
    again.wait_text("did not exit cleanly")


def test_a_resize_keeps_the_line(prompt):
    prompt.type("mean([1, 2, 3]) + 39")
    prompt.wait_prompt("mean([1, 2, 3]) + 39")
    prompt.resize(30, 60)
    prompt.pump(0.2)
    prompt.type(" + 1\r")
    prompt.wait_line("42")
    prompt.wait_prompt()


def test_ctrl_z_stops_the_job_and_fg_brings_the_line_back(start):
    shell = start("--norc", program="/bin/bash", environment={"PS1": "$ "})
    shell.wait_line("$")
    shell.line(ELBO)
    shell.wait_prompt()
    shell.type("21 * 2")
    shell.wait_prompt("21 * 2")
    shell.key("z")
    shell.wait_text("Stopped")
    shell.line("echo back in $((1+1)) bash")
    shell.wait_line("back in 2 bash")
    shell.line("fg")
    shell.wait(lambda: shell.current.endswith("elbo> 21 * 2"), "the line")
    shell.line("")
    shell.wait_line("42")


def test_a_killed_session_is_offered_again(start, tmp_path):
    killed(start, "x = 41")
    second = start()
    second.wait_text("did not exit cleanly")
    second.line("")
    second.wait_prompt()
    second.run("x + 1")
    assert "42" in second.lines
    second.line("quit")
    second.end()
    # Nothing is left of a session that ended well.
    assert list((tmp_path / "state" / "elbo" / "recovery").iterdir()) == []
    third = start()
    third.wait_prompt()
    assert "did not exit cleanly" not in third.text


def test_a_training_that_was_killed_is_in_the_history(start, tmp_path):
    first = start("work.elbodb")
    first.wait_prompt()
    first.run("load digits as=d")
    first.run("model m mlp hidden=8 latent=2")
    first.line("train m on=d epochs=100000 checkpoint=200ms")
    first.wait(lambda: re.search(r"epoch ([2-9]|\d\d+)/", first.current), "the second epoch")
    # Two commits later the workspace has the first epoch, whole.
    log = tmp_path / "work.elbodb-wal"
    for _ in range(2):
        seen = log.stat().st_mtime_ns
        first.wait(lambda: log.stat().st_mtime_ns != seen, "a checkpoint")
    first.signal(signal.SIGKILL)
    first.end(killed_by=signal.SIGKILL)
    second = start("work.elbodb")
    second.wait_text("cell 3 did not finish: train m on=d epochs=100000")
    second.wait_prompt()
    second.run("(m.epochs > 0)")
    assert "1" in second.lines
    second.run("history all=yes")
    assert any("train m on=d epochs=100000" in line for line in second.lines)
    second.line("quit")
    second.end()
    # Said once.
    third = start("work.elbodb")
    third.wait_prompt()
    assert "cut off" not in third.text


def test_what_open_left_behind_is_offered_at_the_next_start(start, tmp_path):
    first = start()
    first.wait_prompt()
    first.run("a = 1")
    first.run("save session other.elbodb")
    first.line("quit")
    first.end()
    second = start()
    second.wait_prompt()
    for line in ["load digits as=d", "model m mlp hidden=4 latent=2", "train m on=d[0..99] epochs=1"]:
        second.run(line)
    second.run("open other.elbodb")
    second.line("quit")
    second.wait_text("Model m of the session before 'open' will be offered")
    second.end()
    third = start()
    third.wait_text("did not exit cleanly")
    third.line("")
    third.wait_prompt()
    third.run("m.epochs")
    assert "1" in third.lines


def test_every_letter_is_echoed_before_the_next_is_typed(prompt):
    for index in range(40):
        prompt.type("x")
        prompt.wait_prompt("x" * (index + 1))


def test_ctrl_c_while_training_returns_to_the_prompt_at_once_with_the_session_whole(prompt):
    prompt.run("load digits as=d")
    prompt.run("model m mlp latent=8")
    prompt.line("train m on=d epochs=500")
    prompt.wait(lambda: "epoch" in prompt.current and "%" in prompt.current and "loss" in prompt.current, "the bar")
    assert len(prompt.current) < 80
    for part in ["▕", "/s", "kl "]:
        assert part in prompt.current
    prompt.key("c")
    prompt.wait(lambda: prompt.current == "elbo>", "the prompt")
    assert "interrupted: " in prompt.text
    assert "▕" not in prompt.text and "^C" not in prompt.text
    # In the middle of the first of many epochs, or soon after.
    prompt.run("(m.epochs < 400)")
    assert "1" in prompt.lines
    prompt.line("train m epochs=+500")
    prompt.wait(lambda: "%" in prompt.current, "the bar")
    prompt.key("c")
    prompt.key("c")
    prompt.key("c")
    prompt.wait(lambda: prompt.current == "elbo>", "the prompt")
    prompt.run("vars")
    assert any(line.startswith("d ") for line in prompt.lines) and any(line.startswith("m ") for line in prompt.lines)
    prompt.key("d")
    prompt.wait_text("Model m would be lost")
    prompt.line("n")
    prompt.wait_prompt()
    prompt.key("d")
    prompt.wait(lambda: prompt.current.startswith("Quit anyway?"), "the question")
    prompt.line("y")
    prompt.end(0)


def test_ctrl_d_asks_only_for_what_no_file_holds(start, unsaved):
    unsaved.key("d")
    unsaved.wait_text("Model m would be lost")
    unsaved.line("n")
    unsaved.wait_prompt()
    unsaved.run("save m m.safetensors")
    unsaved.key("d")
    unsaved.end(0)
    second = start()
    second.wait_prompt()
    second.run("m = open m.safetensors")
    second.run("d = dataset zeros(200, 4)")
    second.run("train m on=d epochs=+1")
    second.run("save session work.elbodb")
    second.key("d")
    second.end(0)


@pytest.mark.parametrize("nohup", [False, True])
def test_a_terminal_that_goes_away_ends_the_program_even_with_unsaved_work(start, nohup):
    screen = start(nohup=nohup)
    screen.wait_prompt()
    screen.run("d = dataset zeros(200, 4)")
    screen.run("model m mlp hidden=4 latent=2 seed=1")
    screen.run("train m on=d epochs=1")
    assert screen.hang_up() == 128 + signal.SIGHUP
    again = start()
    again.wait_text("did not exit cleanly")


def test_ctrl_z_stops_training_and_fg_goes_on_with_it(start):
    shell = start("--norc", program="/bin/bash", environment={"PS1": "$ "})
    shell.wait_line("$")
    shell.line(ELBO)
    shell.wait_prompt()
    shell.run("load digits as=d")
    shell.run("model m mlp hidden=50 latent=4")
    shell.line("train m on=d epochs=500")
    shell.wait(lambda: "%" in shell.current, "the bar")
    shell.key("z")
    shell.wait_text("Stopped")
    shell.line("fg")
    shell.wait(lambda: "%" in shell.current, "the bar")
    shell.key("c")
    shell.wait(lambda: shell.current == "elbo>", "the prompt")
    shell.run("1 + 1")
    assert "2" in shell.lines


def test_ctrl_z_stops_a_replay_of_several_files_and_fg_goes_on_with_it(start, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    lines = ["load digits as=d", "model m mlp hidden=8 latent=2", "train m on=d epochs=100000"]
    for name in "ab":
        (tmp_path / f"{name}.session").write_text("".join(f"elbo> {line}\n...\n" for line in lines))
    shell = start("--norc", program="/bin/bash", environment={"PS1": "$ ", "TMPDIR": str(scratch)})
    shell.wait_line("$")
    shell.line(f"{ELBO} replay --verify --jobs 2 a.session b.session")
    shell.wait(lambda: len(list(scratch.iterdir())) == 2, "both processes")
    shell.key("z")
    shell.wait_text("Stopped")
    shell.line("fg")
    shell.wait(lambda: os.tcgetpgrp(shell.child.fileno()) != shell.child.pid, "the job in front")
    shell.key("c")
    shell.wait(lambda: shell.current.endswith("$"), "the shell's prompt")
    shell.line("echo code $?")
    shell.wait_line("code 130")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_comes_while_a_shell_command_runs_is_not_lost(prompt, number):
    prompt.line("!echo ready; cat > /dev/null")
    prompt.wait_line("ready")
    prompt.signal(number)
    prompt.key("d")
    prompt.end(128 + number)


def test_a_resize_while_a_shell_command_runs_is_known_at_the_next_prompt(prompt):
    prompt.line("!echo ready; cat > /dev/null")
    prompt.wait_line("ready")
    prompt.resize(24, 50)
    prompt.key("d")
    prompt.wait_prompt()
    prompt.type("x = " + "1" * 60)
    prompt.wait(lambda: prompt.current == "1" * 20, "the second row")
    # Who thinks that all stands in one row goes to the beginning of the second.
    prompt.key("a")
    prompt.wait(lambda: prompt.current.startswith("elbo> x = 1") and prompt.screen.cursor.x == 6, "the first row")


def test_a_bar_follows_the_width_and_is_drawn_at_most_ten_times_a_second(prompt):
    prompt.run("load digits as=d")
    prompt.run("model m mlp hidden=50 latent=4")
    begin, drawn = time.monotonic(), prompt.raw.count("\r")
    prompt.line("train m on=d epochs=500")
    prompt.wait(lambda: "%" in prompt.current, "the bar")
    prompt.wait(lambda: prompt.raw.count("\r") > drawn + 10, "ten more drawings")
    # Three more for the echo of the line.
    assert prompt.raw.count("\r") - drawn <= 10 * (time.monotonic() - begin) + 6
    prompt.resize(24, 50)
    before = len(prompt.raw)
    prompt.wait(lambda: prompt.raw[before:].count("\r") > 2, "drawings at the new width")
    bars = [line.split("\x1b[K")[0] for line in prompt.raw[before:].split("\r")[2:-1]]
    assert bars and max(len(line) for line in bars if "%" in line) < 50 + 16  # colors take no columns
    prompt.key("c")
    prompt.wait(lambda: prompt.current == "elbo>", "the prompt")


def test_what_was_trained_survives_a_kill(start):
    first = start("work.elbodb")
    first.wait_prompt()
    first.run("load digits as=d")
    first.run("model m mlp hidden=50 latent=4")
    first.run("train m on=d epochs=1")
    first.line("train m epochs=+500")
    first.wait(lambda: "%" in first.current, "the bar")
    first.signal(signal.SIGKILL)
    first.end(killed_by=signal.SIGKILL)
    second = start("work.elbodb")
    second.wait_prompt()
    second.run("show m")
    assert any("trained" in line and " epoch" in line and " 0 epochs" not in line for line in second.lines)
