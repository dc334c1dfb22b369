"""The pager: when it comes, how it is left, and that it never holds the program."""

import os
import signal
import time

import pytest

LONG = "help language; help errors; help functions"


@pytest.fixture
def less(start):
    screen = start(environment={"PAGER": "less"})
    screen.wait_prompt()
    return screen


def wait_pager(screen):
    screen.wait(lambda: "q quits" in screen.current, "the pager that says how it is left")


def test_the_pager_says_how_it_is_left(less):
    less.line("help functions")
    wait_pager(less)
    less.type("q")
    less.wait_prompt()
    less.run("1 + 1")
    assert "2" in less.lines


def test_a_few_lines_too_many_need_no_pager(less):
    less.line("help language")
    less.wait(lambda: less.current == "elbo>" and "help train" in less.text, "the whole page and the prompt")
    assert "q quits" not in less.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_end_of_the_program_ends_the_pager(less, number):
    less.line("help functions")
    wait_pager(less)
    children = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and parent(pid) == less.child.pid]
    less.signal(number)
    less.end(128 + number)
    assert children and not any(os.path.exists(f"/proc/{pid}") for pid in children)


def parent(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return int(file.read().rsplit(")", 1)[1].split()[1])
    except OSError:
        return None


def test_ctrl_c_leaves_the_pager_and_no_remark_stays(less):
    for presses in [1, 2]:
        less.line("help functions")
        wait_pager(less)
        for _ in range(presses):
            less.key("c")
        less.wait(lambda: less.current == "elbo>", "the prompt")
        assert "end of this step" not in less.raw
        less.run(f"{presses} + 40")
        assert str(40 + presses) in less.lines


def test_help_by_a_question_mark_is_paged_and_ended_the_same_way(less):
    less.line("functions?")
    wait_pager(less)
    less.signal(signal.SIGTERM)
    less.end(143)


def test_a_pager_that_does_not_listen_is_ended_too(start):
    screen = start(environment={"PAGER": "trap '' TERM INT; echo paging; cat > /dev/null; while :; do sleep 60; done"})
    screen.wait_prompt()
    screen.line("help functions")
    screen.wait_line("paging")
    screen.signal(signal.SIGTERM)
    screen.end(143)


def test_lines_that_were_typed_ahead_go_to_the_prompt(less, tmp_path):
    less.type("!sleep 1\rhelp functions\rx = 40 + 2\rx\r")
    less.wait_line("x = 42")
    less.wait_line("42")
    assert "q quits" not in less.raw


def test_a_line_typed_ahead_in_part_keeps_the_pager_away(less):
    less.type("!sleep 1\rhelp functions\r6 * ")
    less.wait_prompt("6 * ")
    less.type("7\r")
    less.wait_line("42")
    assert "q quits" not in less.raw


def test_the_pager_writes_no_files_and_starts_no_shell(less, tmp_path):
    less.line("help functions")
    wait_pager(less)
    less.type("!touch made\r")
    less.type("slogged\r")
    # A return leaves what `less` asks, q the pager; what comes late is typed at the prompt.
    for _ in range(50):
        if less.current.startswith("elbo>"):
            break
        less.type("\rq")
        while less.pump(0.1):
            pass
    # Keys that came before the prompt are echoed where they are, and read by it later.
    less.wait(lambda: less.current.startswith("elbo>"), "the prompt")
    assert not (tmp_path / "made").exists() and not (tmp_path / "logged").exists()


def test_reading_takes_no_time_of_the_cell(less):
    less.run("time on")
    less.line("help functions")
    wait_pager(less)
    begin = time.monotonic()
    less.pump(1.5)
    less.pump(1.5)
    read = time.monotonic() - begin
    less.type("q")
    less.wait(lambda: "took " in less.text, "the time")
    took = less.text[less.text.rindex("took ") + 5:].split()
    assert took[1] == "ms" or float(took[0]) < read
