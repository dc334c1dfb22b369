"""The line while it is typed: colors, what the history suggests, searches, other editors; the screen is never off."""

import random

import pytest

GRAY = "brightblack"


def columns(text):
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


@pytest.fixture
def shell(start, tmp_path):
    """A prompt whose history holds some lines, oldest first."""

    homes = []

    def begin(*lines, environment=None, inputrc="", **options):
        homes.append(tmp_path / f"home{len(homes)}")
        folder = homes[-1] / "state" / "elbo"
        folder.mkdir(parents=True)
        (folder / "history").write_text("".join(line + "\n" for line in lines))
        (homes[-1] / ".inputrc").write_text(inputrc)
        screen = start(environment=environment, home=homes[-1], **options)
        screen.wait(lambda: screen.current.startswith("elbo>") and screen.screen.cursor.x == 6, "the prompt")
        return screen

    return begin


def color(screen, column, row=None):
    return screen.screen.buffer[screen.screen.cursor.y if row is None else row][column].fg


def typed(screen, text, column=None):
    """Types, and waits until the cursor is where the text ends."""
    start = screen.screen.cursor.x
    screen.type(text)
    screen.wait(lambda: screen.screen.cursor.x == (start + columns(text) if column is None else column), repr(text))


def test_words_have_colors_and_the_cursor_stays_where_it_belongs(shell):
    screen = shell()
    typed(screen, "train m on=d epochs=20")
    screen.wait(lambda: color(screen, 6) == "cyan" and color(screen, 14) == "brightblue", "the colors")
    assert color(screen, 12) == "default" and color(screen, 26) == "magenta"
    screen.type("\x01")
    screen.wait(lambda: screen.screen.cursor.x == 6, "the beginning of the line")
    typed(screen, "x = ")
    assert screen.current == "elbo> x = train m on=d epochs=20"
    assert color(screen, 10) == "cyan" and color(screen, 6) == "default"


def test_no_colors_and_no_suggestions_where_they_are_switched_off(shell):
    for environment in [{"NO_COLOR": "1"}, {"TERM": "dumb"}]:
        screen = shell("train m on=d", environment=environment)
        typed(screen, "train")
        screen.pump(0.2)
        assert screen.current == "elbo> train" and "\x1b[3" not in screen.raw and "\x1b[9" not in screen.raw
        screen.stop()


def test_the_history_suggests_in_gray_and_right_takes_it(shell):
    screen = shell("train m on=d epochs=5", "plot loss m", "train m on=d epochs=7")
    typed(screen, "tr")
    screen.wait_text("elbo> train m on=d epochs=7")
    assert screen.screen.cursor.x == 8 and color(screen, 8) == GRAY and color(screen, 6) != GRAY
    # Not a part of the line until it is taken.
    typed(screen, "ain q")
    screen.wait(lambda: screen.current == "elbo> train q", "the suggestion's end")
    screen.type("\x15pl")
    screen.wait_text("elbo> plot loss m")
    screen.type("\x1b[C")
    screen.wait_prompt("plot loss m")
    assert color(screen, 15) != GRAY
    # Alt-F takes a word, End all of it.
    screen.type("\x15tr\x1bf")
    screen.wait(lambda: screen.screen.cursor.x == 11, "a word of it")
    assert screen.current == "elbo> train m on=d epochs=7" and color(screen, 12) == GRAY
    screen.type("\x1b[F")
    screen.wait_prompt("train m on=d epochs=7")


def test_a_line_that_is_run_leaves_no_suggestion_behind(shell):
    screen = shell("1 + 1 + 1 + 1")
    typed(screen, "1 + 1")
    screen.wait_text("elbo> 1 + 1 + 1 + 1")
    screen.line("")
    screen.wait_line("2")
    screen.wait_prompt()
    assert "elbo> 1 + 1" in screen.lines and "elbo> 1 + 1 + 1 + 1" not in screen.lines
    # Nor does one that Ctrl-C drops.
    typed(screen, "1 +")
    screen.wait_text("elbo> 1 + 1")
    screen.key("c")
    screen.wait_text("elbo> 1 +^C")


def test_a_question_is_no_statement(shell):
    screen = shell("yes_it_is = 1")
    screen.run("d = dataset zeros(200, 4)")
    screen.run("model m mlp hidden=4 latent=2 seed=1")
    screen.run("train m on=d epochs=1")
    screen.key("d")
    screen.wait_text("Quit anyway?")
    screen.type("y")
    screen.wait(lambda: screen.current == "Quit anyway? [y/N] y", "the answer")


def test_up_finds_what_begins_like_the_line(shell):
    screen = shell("apple = 1", "plum = 2", "apricot = 3", "cherry = 4")
    typed(screen, "ap")
    screen.type("\x1b[A")
    screen.wait_prompt("apricot = 3")
    screen.type("\x1b[A")
    screen.wait_prompt("apple = 1")
    screen.type("\x1b[B")
    screen.wait_prompt("apricot = 3")
    # On an empty line it goes through all of them.
    screen.type("\x15\x1b[A")
    screen.wait_prompt("cherry = 4")
    screen.type("\x1b[A")
    screen.wait_prompt("apricot = 3")


def test_inputrc_decides_what_up_does(shell):
    screen = shell("apple = 1", "plum = 2", inputrc='"\\e[A": previous-history\n')
    typed(screen, "ap")
    screen.type("\x1b[A")
    screen.wait_prompt("plum = 2")


def test_ctrl_r_finds_a_line_by_some_of_its_letters(shell):
    screen = shell("train m on=d epochs=5", "evaluate m on=d.test", "plot latent m on=d.test", "1 + 2")
    typed(screen, "tep")
    screen.type("\x12")
    screen.wait_text("history> tep")
    screen.wait_text("> train m on=d epochs=5")
    screen.type("\x15ltst")
    screen.wait_text("history> ltst")
    screen.wait(lambda: "  evaluate m on=d.test" in screen.lines and "> plot latent m on=d.test" in screen.lines, "both")
    # The next one, and back to the line for editing.
    screen.type("\x12\t")
    screen.wait_prompt("evaluate m on=d.test")
    assert "history>" not in screen.text and "plot latent" not in screen.text
    screen.type("\x15\x12+\r")
    screen.wait_line("3")
    screen.wait_prompt()
    # Ctrl-G leaves the line as it was.
    typed(screen, "abc")
    screen.type("\x12zzz")
    screen.wait_text("0 of 5")
    screen.key("g")
    screen.wait_prompt("abc")
    screen.type("\x12m")
    screen.wait_text("history> abcm")
    screen.key("c")
    screen.wait_prompt("abc")


def test_the_line_is_edited_in_another_program(shell, tmp_path):
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\ntest -t 0 && test -t 1 || exit 9\nsed -i "s/2/40/; s/^/3 + /" "$1"\n')
    editor.chmod(0o755)
    screen = shell(environment={"EDITOR": str(editor), "VISUAL": ""})
    typed(screen, "1 + 2")
    screen.type("\x18\x05")
    screen.wait_prompt("3 + 1 + 40")
    screen.line("")
    screen.wait_line("44")
    # Several lines come back as a paste does.
    editor.write_text('#!/bin/sh\nprintf "a = 5\\na * 3\\n" > "$1"\n')
    screen.wait_prompt()
    screen.type("\x18\x05")
    screen.wait_text("a * 3")
    screen.line("")
    screen.wait_line("15")
    # What fails leaves the line.
    editor.write_text("#!/bin/sh\nexit 3\n")
    screen.wait_prompt()
    typed(screen, "7 + 7")
    screen.type("\x18\x05")
    screen.wait_text("exit code 3")
    screen.wait_prompt("7 + 7")


def test_a_paste_of_lines_is_whole_on_the_screen(shell):
    screen = shell("x = 1 + 1")
    screen.paste("x = 1\ny = 2 + 3\nx * y + 100")
    screen.wait_text("x * y + 100")
    screen.type("\r")
    screen.wait_line("105")


def test_lines_longer_than_the_screen_are_plain_and_whole(shell):
    for width in (80, 20):
        screen = shell("x = 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11", rows=12, columns=width)
        text = "x = " + " + ".join(str(number) for number in range(10, 50))
        screen.type(text)
        place = 6 + len(text)
        screen.wait(lambda: screen.screen.cursor.x == place % width, "the end")
        shown = "".join(line.ljust(width) for line in screen.screen.display)
        assert "elbo> " + text in shown, screen.text
        # From its beginning back to one row, letter by letter.
        screen.type("\x01" + "\x04" * (len(text) - 6))
        screen.wait(lambda: screen.screen.display[screen.screen.cursor.y].rstrip() == "elbo> " + text[-6:], "what is left")
        screen.type("\x15\x0b1 + 1\r")
        screen.wait_line("2")
        screen.stop()


def test_wide_letters_take_their_columns(shell):
    screen = shell('"日本語" + "é"')
    typed(screen, '"日')
    screen.wait_text('"日本語" + "é"'.replace("日", "日 ").replace("本", "本 ").replace("語", "語 ")
                     if '"日 本' in screen.text else '本')
    assert screen.screen.cursor.x == 9
    screen.type("\x1b[C")
    screen.wait(lambda: screen.screen.cursor.x == 6 + 8 + 3 + 3, "all of it")
    screen.type("\x1b[D\x7f")
    screen.wait(lambda: screen.screen.cursor.x == 6 + 8 + 3 + 1, "one less")
    screen.type('ü\r')
    screen.wait_text("ü")


def test_a_window_that_shrinks_and_grows_keeps_one_line(shell):
    screen = shell("train m on=d epochs=5")
    typed(screen, "train m")
    for rows, width in [(24, 60), (20, 40), (30, 100)]:
        screen.resize(rows, width)
        screen.pump(0.3)
        typed(screen, " x")
        assert sum("elbo> train m x" in line for line in screen.lines) == 1, screen.text
        screen.type("\x7f\x7f")
        screen.wait(lambda: screen.screen.cursor.x == 13, "the shorter line")


@pytest.mark.parametrize("width", [80, 20])
def test_whatever_is_typed_the_screen_is_what_plain_readline_shows(shell, width):
    """The same keys with colors and without: the letters on the screen are the same, gray ones apart."""
    history = ["train m on=d epochs=5", "a = [1, 2, 3]", 'x = "日本"', "plot loss m", "encode m d.test"]
    keys = ["t", "r", "a", "i", " ", "m", "=", '"', "日", "é", "1", "+", "(", "\x7f", "\x7f", "\x01", "\x05", "\x1b[D", "\x1b[C",
            "\x04", "\x0b", "\x19", "\x1b[A", "\x1b[B", "\x14", "\x17", "\x1bb", "\x1bf", "\x1f", "\x15"]
    generator = random.Random(width)
    colored = shell(*history, columns=width, rows=12)
    plain = shell(*history, columns=width, rows=12, environment={"NO_COLOR": "1"})
    for _ in range(250):
        # What takes a suggestion does something else where there is none.
        key = generator.choice(keys)
        if key in ("\x05", "\x1b[C", "\x1bf"):
            at_end = plain.screen.cursor.x >= len(plain.current)
            if at_end:
                continue
        # On an empty line it is the end.
        if key == "\x04" and plain.current == "elbo>":
            continue
        for screen in (colored, plain):
            screen.type(key)
            screen.pump(0.02)
            while screen.pump(0.01):
                pass

        def letters(screen):
            return ["".join(" " if screen.screen.buffer[y][x].fg == GRAY else screen.screen.buffer[y][x].data
                            for x in range(width)).rstrip() for y in range(12)]

        def same():
            a, b = (colored.screen.cursor.x, colored.screen.cursor.y), (plain.screen.cursor.x, plain.screen.cursor.y)
            return a == b and letters(colored) == letters(plain)

        for _ in range(100):
            if same():
                break
            colored.pump(0.02), plain.pump(0.02)
        assert same(), f"after {key!r}:\n{colored.text}\n{'-' * width}\n{plain.text}"


def test_paths_start_in_the_folder_that_was_changed_to(prompt, tmp_path):
    (tmp_path / "data").mkdir()
    prompt.run("pwd")
    assert str(tmp_path) in prompt.text.replace("\n", "")
    prompt.run("x = [1, 2, 3]; cd data; x > x.npy")
    assert (tmp_path / "data" / "x.npy").exists()
    prompt.run("y = !ls")
    prompt.run("y")
    prompt.wait_text("x.npy")
    prompt.run("cd -; x > x.npy")
    assert (tmp_path / "x.npy").exists()
    prompt.run("cd nowhere")
    assert "(E301)" in prompt.text
    # The workspace is read and written where it was.
    prompt.run("save session work.elbodb")
    prompt.run("open work.elbodb; cd data; x = x * 2")
    prompt.run("undo; redo; x")
    assert "[2, 4, 6]" in prompt.lines
    prompt.line("quit")
    prompt.end()
    assert (tmp_path / "work.elbodb").exists() and not (tmp_path / "data" / "work.elbodb").exists()


def test_a_statement_is_watched_until_ctrl_c(prompt):
    prompt.run("n = 1")
    prompt.line("watch 0.1s n = n + 1")
    prompt.wait_text("n = 4")
    prompt.key("c")
    prompt.wait_text("variables are as they were")
    prompt.wait_prompt()
    prompt.run("n")
    assert "1" in prompt.lines
    prompt.run("time n + 1")
    assert any(line.startswith("took ") for line in prompt.lines)
