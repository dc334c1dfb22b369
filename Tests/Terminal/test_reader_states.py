"""Ctrl-C, Ctrl-D and SIGTERM in every state of the reader: nothing runs that was not sent, nothing is lost that was."""

import signal

import pytest

from screen import killed

STATEMENT = "x = [1,"


def continuation(screen):
    screen.wait(lambda: screen.current.startswith("....>"), "the second prompt")


def is_unknown(screen, name):
    """Asks for a variable that no statement may have made."""
    screen.run(name)
    screen.wait_text(f"'{name}'")
    return any("(E101)" in line or "(E104)" in line for line in screen.lines)


@pytest.mark.parametrize("lines", [["x = [1,"], ["x = [1,", "2,"], ["x = 1 + \\"], ["x = \"text"], ["x = (1 +", ""]])
def test_ctrl_c_drops_a_statement_of_several_lines(prompt, lines):
    for line in lines:
        prompt.line(line)
        continuation(prompt)
    prompt.key("c")
    prompt.wait_prompt()
    # Nothing of it ran: no error of an unfinished statement, no variable.
    assert not any("(E1" in line for line in prompt.lines), prompt.text
    assert is_unknown(prompt, "x")
    prompt.run("1 + 1")
    assert "2" in prompt.lines


def test_ctrl_c_drops_the_half_typed_second_line_too(prompt):
    prompt.line("x = [1,")
    continuation(prompt)
    prompt.type("2]")
    prompt.wait(lambda: prompt.current.rstrip().endswith("2]"), "what was typed")
    prompt.key("c")
    prompt.wait_prompt()
    prompt.run("y = 5")
    assert "y = 5" in prompt.lines and is_unknown(prompt, "x")


def test_ctrl_c_then_the_same_statement_runs_once(prompt):
    prompt.line("x = [1,")
    continuation(prompt)
    prompt.key("c")
    prompt.wait_prompt()
    prompt.line("x = [1,")
    continuation(prompt)
    prompt.line("2]")
    prompt.wait_prompt()
    prompt.run("sum(x)")
    assert prompt.lines.count("3") == 1


def test_ctrl_d_in_the_middle_runs_what_is_there_and_says_what_is_missing(prompt):
    prompt.line("x = [1,")
    continuation(prompt)
    prompt.type("\x7f" * 4)
    prompt.key("d")
    prompt.wait_text("(E106)")
    prompt.wait(lambda: prompt.current == "elbo>", "the prompt")
    assert is_unknown(prompt, "x")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle_of_a_statement_leaves_with_its_code(start, number):
    screen = start("work.elbodb")
    screen.wait_prompt()
    screen.run("kept = 41")
    screen.line("x = [1,")
    continuation(screen)
    screen.signal(number)
    screen.end(128 + number)
    again = start("work.elbodb")
    again.wait_prompt()
    again.run("kept + 1")
    assert "42" in again.lines and is_unknown(again, "x")


def test_ctrl_c_in_a_search_and_at_a_recalled_line_runs_nothing(prompt):
    prompt.run("a = 1")
    prompt.run("a = a + 1")
    prompt.type("\x12a + ")
    prompt.wait_text("history> ")
    prompt.key("c")
    prompt.wait(lambda: prompt.current == "elbo>", "the prompt")
    prompt.type("\x1b[A")
    prompt.wait_prompt("a = a + 1")
    prompt.key("c")
    prompt.wait_prompt()
    prompt.run("a * 100")
    assert "200" in prompt.lines


def test_ctrl_c_after_a_completion_list_runs_nothing(prompt):
    prompt.type("s\t\t")
    prompt.wait_text("show a value in full")
    prompt.key("c")
    prompt.wait_prompt()
    prompt.run("1 + 1")
    assert "2" in prompt.lines and not any("(E1" in line for line in prompt.lines)


def test_ctrl_c_at_the_line_given_back_by_help_runs_nothing(prompt):
    prompt.type("show?\r")
    prompt.wait_prompt("show")
    prompt.key("c")
    prompt.wait_prompt()
    assert not any("(E1" in line for line in prompt.lines)
    prompt.run("1 + 1")
    assert "2" in prompt.lines


@pytest.mark.parametrize("key", ["c", "d"])
def test_no_answer_to_the_question_at_the_end_is_no(unsaved, key):
    unsaved.key("d")
    unsaved.wait(lambda: unsaved.current.endswith("[y/N]"), "the question")
    unsaved.key(key)
    unsaved.wait_prompt()
    unsaved.run("m.epochs")
    assert "1" in unsaved.lines


@pytest.mark.parametrize("key", ["c", "d"])
def test_no_answer_to_the_offer_at_the_start_keeps_what_is_offered(start, key):
    killed(start, "x = 41")
    second = start()
    second.wait(lambda: second.current.endswith("[l]ater:"), "the question")
    second.key(key)
    second.wait_prompt()
    assert is_unknown(second, "x")
    second.line("quit")
    second.end()
    third = start()
    third.wait(lambda: third.current.endswith("[l]ater:"), "the question again")
    third.line("y")
    third.wait_prompt()
    third.run("x + 1")
    assert "42" in third.lines


def test_ctrl_c_while_a_cell_runs_stops_that_cell_alone(prompt):
    prompt.run("load digits as=d")
    prompt.run("model m mlp hidden=50 latent=4")
    prompt.line("train m on=d epochs=500; after = 1")
    prompt.wait(lambda: "%" in prompt.current, "the bar")
    prompt.key("c")
    prompt.wait(lambda: prompt.current == "elbo>", "the prompt")
    assert is_unknown(prompt, "after")
    # The request does not linger for the next cell.
    prompt.run("1 + 1; 2 + 2")
    assert "4" in prompt.lines


def test_ctrl_c_leaves_out_the_rest_of_a_paste(prompt):
    prompt.run("load digits as=d")
    prompt.run("model m mlp hidden=50 latent=4")
    prompt.paste("train m on=d epochs=500\nafter = 1\nlater = 2\n")
    prompt.type("\r")
    prompt.wait(lambda: "%" in prompt.current, "the bar")
    prompt.key("c")
    prompt.wait_text("2 pasted commands not run")
    prompt.wait_prompt()
    assert is_unknown(prompt, "after") and is_unknown(prompt, "later")


def test_completion_counts_letters_and_not_bytes(prompt):
    prompt.run("velocity = [1, 2, 3]")
    for before in ['"é" + "日本😀"; mean(', '"ü"; mean(', '"e\u0301"; mean(']:
        prompt.type(before + "vel\t")
        prompt.wait(lambda: prompt.current.endswith("mean(velocity") or "mean(velocity " in prompt.current, "the name")
        assert prompt.current.count("velocity") == 1 and "vvel" not in prompt.current
        prompt.type(")\r")
        prompt.wait_line("2")
        prompt.run("1000 + 1")
        prompt.wait_line("1001")
