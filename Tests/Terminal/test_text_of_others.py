"""What others named cannot steer the terminal, and what is long breaks between words."""

import os
import re
import subprocess

import pytest

from screen import ELBO

EVIL = "\x1b]0;owned\x07"
NASTY = [EVIL, "\x1b[31mred", "\x9b31mred", "a\rb", "bell\x07", "del\x7f", "\u202egpj.exe", "\u2066x\u2069", "line\nbreak"]
# What steers a terminal: escape sequences that are not ours (colors, clearing a line, moving a column), and bare controls.
CONTROLS = set(map(chr, [*range(0x20), 0x7F, *range(0x80, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F),
                         *range(0x2066, 0x206A)])) - set("\n\t")


def run(folder, *arguments):
    result = subprocess.run([ELBO, *arguments], cwd=folder, capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    # As it is: text=True would take a carriage return for a newline.
    result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode()
    return result


def is_plain(text):
    return not CONTROLS & set(text)


@pytest.fixture
def pictures(tmp_path):
    """A folder of pictures whose classes have such names."""
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63680000008200817765dfaa0000000049454e44ae426082"
    )
    for index, name in enumerate(NASTY):
        folder = tmp_path / "faces" / f"c{index}{name}"
        folder.mkdir(parents=True)
        for number in range(4):
            (folder / f"{number}.png").write_bytes(pixel)
    return tmp_path


def test_classes_in_tables_reports_plots_and_errors(pictures):
    for line in ["describe d", "d", "vars", "head d", "load faces/", "plot latent m on=d", "evaluate m on=d", "nonsense faces"]:
        result = run(pictures, "-c", f"load faces as=d; model m mlp hidden=2 latent=2; train m on=d epochs=1; {line}")
        assert is_plain(result.stdout) and is_plain(result.stderr), line
    shown = run(pictures, "-c", "load faces as=d; describe d").stdout
    assert "\\x1b]0;owned\\x07" in shown and "\\x9b31mred" in shown and "\\u202egpj.exe" in shown


@pytest.mark.parametrize("name", NASTY)
def test_names_of_files_in_messages(tmp_path, name):
    (tmp_path / f"abcdefgh{name}.npy").write_bytes(b"no array")
    text = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    for line in ["load abcdefgh", f'load "abcdefgh{text}.npy"', f'load "abcdefgh{text}.npx"', f'zeros(2) > "{text}/o.csv"',
                 f'open "abcdefgh{text}.npy"', f'show "{text}"', f'x = "{text}"']:
        result = run(tmp_path, "-c", line)
        assert is_plain(result.stdout) and is_plain(result.stderr), line


@pytest.mark.parametrize("name", [EVIL, "\x9b31mred", "\u202egpj"])
def test_names_on_the_command_line(tmp_path, name):
    session = tmp_path / f"a{name}.session"
    session.write_text(f"elbo> 1 + 1\n3\nelbo> '{name}'\nother {name}\n")
    for arguments in [["run", f"no{name}"], ["replay", f"no{name}"], ["replay", "--verify", session.name], [f"no{name}"],
                      ["replay", session.name], ["replay", "--verify", session.name, f"no{name}.session"],
                      ["replay", "--update", session.name], [f"no/{name}.elbodb", "-c", "1"]]:
        result = run(tmp_path, *arguments)
        assert is_plain(result.stdout) and is_plain(result.stderr), arguments


def test_json_has_escapes_that_give_the_text_back(tmp_path):
    import json

    result = run(tmp_path, "--format", "json", "-c", 'x = "\x9b31m \u202egpj"; x')
    assert is_plain(result.stdout)
    assert json.loads(result.stdout)["outputs"][-1]["json"] == "\x9b31m \u202egpj"


def test_tab_lists_names_as_they_can_be_shown(start, tmp_path):
    for name in ["one" + EVIL, "one\x9b31mred", "one\u202egpj"]:
        (tmp_path / name).write_text("a\n1\n")
    screen = start()
    screen.wait_prompt()
    screen.type("load one\t")
    screen.wait_text("\\x1b]0;owned\\x07")
    assert "\x1b]0;owned" not in screen.raw and "\x9b" not in screen.raw and "\u202e" not in screen.raw
    screen.type("\\x1b\t")
    screen.wait(lambda: "owned\\x07" in screen.current, "the completed name")
    screen.type("as=d\r")
    screen.wait_prompt()
    screen.run("d")
    assert "(E" not in screen.text and "\x1b]0;owned" not in screen.raw


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_errors_help_and_remarks_break_between_words(start, columns):
    screen = start(columns=columns, rows=200)
    screen.wait_prompt()
    assert all(word in screen.text.split() for word in ["latent=20,", "epochs=5,", "'train?'", "Ctrl-D", "exits."])
    for line in ["help train", "train nothing_of_this_name epochs=20", "explain elbo", "help language", "help vars",
                 "model m mlp latent=2 nonsense=1", "load digits as=d", "model m mlp hidden=8 latent=2",
                 "train m on=d[0..99] epochs=1", "help plot"]:
        screen.raw = ""
        screen.run(line)
        # No line is longer than the screen, unless it is one word.
        for shown in re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", screen.raw).replace("\r", "").split("\n")[1:]:
            assert len(shown) <= columns or " " not in shown.strip(), shown


def test_the_place_of_an_error_in_a_long_line_is_shown(start):
    screen = start(columns=40)
    screen.wait_prompt()
    screen.line("x = " + "1 + " * 12 + "nothing + " + "2 + " * 12 + "3")
    screen.wait_line("elbo>")
    row = next(index for index, line in enumerate(screen.lines) if "^" in line)
    caret, source = screen.lines[row], screen.lines[row - 1]
    assert len(source) <= 40 and "…" in source
    assert source[caret.index("^"):caret.rindex("^") + 1] == "nothing"


def test_options_stand_in_their_columns(start):
    screen = start(columns=80, rows=120)
    screen.wait_prompt()
    screen.run("help plot")
    row = next(index for index, line in enumerate(screen.lines) if line.startswith("  color="))
    assert screen.lines[row].strip() == "color=label, none or VALUES" and screen.lines[row + 1].startswith(" " * 25)
    row = next(index for index, line in enumerate(screen.lines) if line.startswith("plot latent m on=d"))
    assert screen.lines[row].index("posterior") == screen.lines[row + 1].index("dimensions") == 25


def test_help_is_laid_out_for_the_screen_at_hand(start):
    screen = start(columns=40, rows=120)
    screen.wait_prompt()
    screen.run("help train")
    row = screen.lines.index("  patience=N")
    assert screen.lines[row + 1:row + 3] == ["      early stopping: stop after N", "      epochs without improvement and"]
    screen.run("help language")
    row = screen.lines.index("  z[0]  z[0..9]  z[-1]  z[:, 2]")
    assert screen.lines[row + 1] == "      rows and columns; a range includes"
    # A resize is known at the next page.
    screen.resize(120, 70)
    screen.run("help train")
    assert "  patience=N             early stopping: stop after N epochs without" in screen.lines
