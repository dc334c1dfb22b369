"""What a person types, and what they see."""

import os


def test_values_and_errors(prompt):
    prompt.run("x = 1 + 2")
    assert "x = 3" in prompt.lines
    prompt.run("x * 4")
    assert "12" in prompt.lines
    prompt.run("show q")
    assert any("(E104)" in line for line in prompt.lines)
    assert "  show q" in prompt.lines and "       ^" in prompt.lines


def test_the_first_start_says_what_to_type_and_the_second_is_short(start):
    first = start()
    first.wait_prompt()
    assert "Try  load digits" in first.text
    assert first.screen.cursor.y == 3
    first.run("x = 1")
    first.line("quit")
    first.end()
    second = start()
    second.wait_prompt()
    assert "Try" not in second.text
    assert second.screen.cursor.y == 1


def test_one_tab_completes_and_shows_its_help_line_which_the_next_key_takes_away(prompt):
    prompt.type("hel\t")
    prompt.wait_prompt("help ")
    prompt.wait_text("explain commands")
    assert prompt.lines[prompt.screen.cursor.y + 1].startswith("  explain commands")
    prompt.type("v")
    prompt.wait_prompt("help v")
    prompt.wait(lambda: "explain commands" not in prompt.text, "the hint's end")


def test_several_candidates_are_listed_with_help_and_the_line_stays(prompt):
    prompt.type("s\t")
    prompt.wait_text("show a value in full")
    prompt.wait_prompt("s")


def test_variables_complete(prompt):
    prompt.run("velocity = [1, 2, 3]")
    prompt.type("mean(vel\t")
    prompt.wait(lambda: prompt.current.startswith("elbo> mean(velocity"), "the completed name")


def test_values_labels_and_paths_complete(prompt, tmp_path):
    (tmp_path / "faces of 1965.npy").write_bytes(b"")
    prompt.type("load fac\t")
    prompt.wait_prompt('load "faces of 1965.npy" ')
    prompt.key("c")
    prompt.wait_prompt()
    prompt.type("model m conv lik\tbern\t")
    prompt.wait_prompt("model m conv likelihood=bernoulli ")
    prompt.wait_text("cross-entropy")
    prompt.key("c")
    prompt.wait_prompt()
    prompt.run("load digits as=d")
    prompt.type("d.test[la\t1\t")
    prompt.wait(lambda: prompt.current.startswith("elbo> d.test[label=1"), "the label")
    prompt.key("c")
    prompt.wait_prompt()
    prompt.type("model q de\t")
    prompt.wait_text("VAE that reconstructs clean examples")
    prompt.wait_prompt("model q de")


def test_a_question_mark_after_an_option_tells_what_it_can_be(prompt):
    prompt.type("train m optimizer=?\r")
    prompt.wait_text("adam with decoupled weight decay")
    prompt.wait_prompt("train m optimizer=")


def test_help_at_a_question_mark_gives_the_line_back(prompt):
    prompt.type("show?\r")
    prompt.wait_text("show: show a value in full")
    prompt.wait_prompt("show")
    prompt.key("u")
    prompt.wait_prompt()


def test_history_comes_back_in_the_next_program_and_while_both_run(start):
    first = start()
    first.wait_prompt()
    first.run("apples = 12")
    second = start()
    second.wait_prompt()
    second.type("\x1b[A")
    second.wait_prompt("apples = 12")
    second.key("c")
    second.wait_prompt()
    second.run("pears = 3")
    first.run("1 + 1")
    first.type("\x12pears")
    first.wait_text("pears = 3")
    first.line("")
    first.wait(lambda: first.current == "elbo>", "the prompt")


def test_a_paste_of_ten_lines_runs_one_by_one(prompt):
    prompt.paste("\n".join(f"v{i} = {i} * 11" for i in range(10)) + "\n")
    prompt.type("\r")
    prompt.wait_line("v9 = 99")
    for i in range(10):
        assert f"elbo> v{i} = {i} * 11" in prompt.lines or i < 2
    prompt.run("v3 + v4")
    assert "77" in prompt.lines


def test_a_pasted_transcript_runs_its_commands_and_skips_its_outputs(prompt):
    prompt.paste("elbo> a = 5\na = 5\nelbo> a * 2\n99999\n# prose\nelbo> [a, \\\n....> 7]\n")
    prompt.type("\r")
    prompt.wait_line("[5, 7]")
    assert "10" in prompt.lines
    assert prompt.text.count("99999") == 1


def test_a_transcript_typed_without_bracketed_paste_skips_its_outputs_too(prompt):
    prompt.type("elbo> a = 5\ra = 5\relbo> a * 2\r99999\relbo> a * 3\r")
    prompt.wait_line("15")
    assert "10" in prompt.lines
    assert "99999" not in [line for line in prompt.lines if not line.startswith("elbo>")]


def test_a_paste_stops_at_its_first_error_and_says_what_was_left(prompt):
    prompt.paste("a = 1\nnonsense\nb = 2\nc = 3\n")
    prompt.type("\r")
    prompt.wait_text("2 pasted commands not run")
    prompt.wait_prompt()


def test_a_paste_may_hold_shell_commands_and_questions(prompt):
    prompt.paste("show?\na = 5\n!echo from the $((1 + 1))nd shell; exit 3\na * 9\n")
    prompt.type("\r")
    prompt.wait_line("45")
    prompt.wait_prompt()
    assert "show: show a value in full" in prompt.raw
    assert "from the 2nd shell" in prompt.lines and "exit code 3" in prompt.lines
    assert "prompt alone" not in prompt.raw


def test_ctrl_c_in_a_pasted_shell_command_leaves_out_the_rest(prompt):
    prompt.paste("!echo ready; exec cat > /dev/null\na = 5\n")
    prompt.type("\r")
    prompt.wait_line("ready")
    prompt.key("c")
    prompt.wait_text("1 pasted command not run")
    prompt.wait_prompt()


def test_an_open_bracket_asks_for_more_and_two_empty_lines_end_it(prompt):
    prompt.line("[1,")
    prompt.wait(lambda: prompt.current.startswith("....>"), "the second prompt")
    prompt.line("2]")
    prompt.wait_line("[1, 2]")
    prompt.wait_prompt()
    prompt.line("(1 +")
    prompt.wait(lambda: prompt.current.startswith("....>"), "the second prompt")
    prompt.line("")
    prompt.line("")
    prompt.wait_text("(E106)")
    prompt.wait_prompt()


def test_wide_characters_take_their_columns(prompt):
    prompt.type('"日本語" ')
    prompt.wait(lambda: prompt.screen.cursor.x == 6 + 9, "the cursor")
    prompt.type("\x7f" * 3)
    prompt.wait(lambda: prompt.screen.cursor.x == 6 + 5, "the cursor")
    prompt.type('x"\r')
    prompt.wait_line("日本x") if "日本x" in prompt.text else prompt.wait_text("x")


def test_letters_beyond_ascii_are_typed_under_a_locale_that_is_not_installed(start):
    screen = start(environment={"LANG": "xx_XX.UTF-8"})
    screen.wait_prompt()
    screen.type('"é"')
    screen.wait(lambda: screen.screen.cursor.x == 6 + 3, "the cursor")
    screen.type("\r")
    screen.wait_line("é")


def test_inputrc_rules(start, tmp_path):
    (tmp_path / ".inputrc").write_text('$if elbo\n"\\C-xg": "40 + 2"\n$endif\nset editing-mode vi\n')
    screen = start()
    screen.wait_prompt()
    screen.type("1 + 1\x1bA + 5\r")
    screen.wait_line("7")
    screen.wait_prompt()


def test_long_output_goes_through_the_pager_and_back(start):
    screen = start(environment={"PAGER": "less"})
    screen.wait_prompt()
    screen.line("help language; help results; help functions")
    screen.wait(lambda: "q quits" in screen.current, "the pager")
    screen.type("q")
    screen.wait(lambda: screen.current == "elbo>" or "q quits" in screen.current, "prompt or the next page")
    while screen.current != "elbo>":
        screen.type("q")
        screen.pump(0.2)
    screen.run("1 + 1")


def test_a_long_remark_breaks_between_words(prompt):
    prompt.run("load digits as=d")
    prompt.run("model m mlp hidden=8 latent=2")
    prompt.line("train m on=d epochs=1")
    prompt.wait_text("gray values", 60)
    prompt.wait_prompt()
    remark = prompt.text[prompt.text.index("gray values"):]
    assert "binarize=dynamic" in remark and "likelihood=continuous-bernoulli" in remark


def test_a_batch_is_never_paged(start):
    screen = start("-c", "help language; help", "-c", "'the end'", environment={"PAGER": "echo PAGED; cat >/dev/null"})
    screen.wait_text("the end")
    screen.end()
    assert "PAGED" not in screen.raw and "explain TERM" in screen.raw


def test_no_color_means_no_color(start):
    colored = start()
    colored.wait_prompt()
    assert "\x1b[1;36m" in colored.raw
    plain = start(environment={"NO_COLOR": "1"})
    plain.wait_prompt()
    plain.run("nonsense")
    assert "\x1b[1" not in plain.raw and "\x1b[3" not in plain.raw


def test_shell_commands_run_and_their_failure_is_said(prompt):
    prompt.run("!echo from the shell; exit 3")
    assert "from the shell" in prompt.lines
    assert "exit code 3" in prompt.lines


def test_the_rc_file_is_read_and_its_errors_are_placed(start, tmp_path):
    folder = tmp_path / "config" / "elbo"
    folder.mkdir(parents=True)
    (folder / "rc.elbo").write_text("# mine\nfavorite = 42\nnonsense\n")
    screen = start()
    screen.wait_prompt()
    assert "rc.elbo:3:error:unknowncommand" in "".join(screen.text.split())
    screen.run("favorite + 1")
    assert "43" in screen.lines
    bare = start("--no-rc")
    bare.wait_prompt()
    bare.run("favorite")
    assert "unknown command or variable" in bare.text


def test_a_transcript_verifies_at_once(prompt, tmp_path):
    prompt.run("a = 1 / 3")
    prompt.run("transcript on run.session")
    prompt.run("a * [1, 2, 3]")
    prompt.run("nonsense")
    prompt.run("history > all.session")
    prompt.line("quit")
    prompt.end()
    from screen import ELBO

    for name in ["run.session", "all.session"]:
        text = (tmp_path / name).read_text()
        assert text.startswith("#! elbo-session 1 seed=0 rtol=0 atol=0")
        assert "elbo> a = 1 / 3\n" in text
    assert os.system(f"cd {tmp_path} && {ELBO} replay --verify run.session all.session") == 0


def test_what_was_trained_plotted_and_measured_at_a_prompt_verifies_bit_for_bit(prompt, tmp_path):
    from screen import ELBO

    prompt.run("transcript on run.session")
    for line in [
        "load digits as=d",
        "model m mlp hidden=20 latent=4",
        "train m on=d epochs=2",
        "z = encode m d.test;",
        "mean(z[label=3])",
        "set plot terminal=none",
        "plot loss m",
        "plot latent m on=d.test",
        "evaluate m on=d.test",
        "sample m n=4",
        "history > all.session",
    ]:
        prompt.run(line)
    prompt.key("d")
    prompt.wait(lambda: "Quit anyway?" in prompt.text, "the question")
    prompt.line("y")
    prompt.end()
    assert "points, x 0" in (tmp_path / "run.session").read_text()
    command = f"cd {tmp_path} && {ELBO} replay --verify run.session all.session"
    assert os.system(command) == 0
    text = (tmp_path / "run.session").read_text()
    assert "rtol=0 atol=0" in text
    # The last digit of a loss is enough to be told apart.
    changed = "".join(
        line.replace(line.split()[1], line.split()[1][:-1] + ("1" if line.split()[1][-1] != "1" else "2"))
        if line.startswith("  loss ") and "nats" in line else line
        for line in text.splitlines(True)
    )
    assert changed != text
    (tmp_path / "run.session").write_text(changed)
    assert os.WEXITSTATUS(os.system(f"cd {tmp_path} && {ELBO} replay --verify run.session")) == 3
