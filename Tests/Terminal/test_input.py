"""What is pasted, typed under any locale, and given on the command line in any order."""

import os
import subprocess

import pytest

from screen import ELBO


def run(*arguments, text=None, **options):
    return subprocess.run([ELBO, *arguments], input=text or "", capture_output=True, text=True, timeout=60, **options)


@pytest.mark.parametrize(
    "line, out",
    [
        ("1\u00a0+\u00a02", "3\n"), ("x\u202f=\u30003", "x = 3\n"), ("zeros(2)\u00a0|\u00a0mean", "0\n"),
        ("5 \u2212 3", "2\n"), ("5 \u2013 3", "2\n"), ("\u22121", "-1\n"), ("1e\u22123 * 1000", "1\n"), ("1e\u20133 * 1000", "1\n"),
        ("\u201ca b\u201d", "a b\n"), ("\u201esay \"a\"\u201c", 'say "a"\n'), ("\u2018it\u2019s\u2019", "it\u2019s\n"),
        ('"\u00a0\u2212\u201cx\u201d\u200b"', "\u00a0\u2212\u201cx\u201d\u200b\n"), ("7 # 5 \u2212 3 \u201cx", "7\n"),
    ],
)
def test_typographic_characters_are_read_as_what_they_look_like(line, out):
    result = run("-c", line)
    assert (result.stdout, result.stderr) == (out, "")


@pytest.mark.parametrize("mark, name", [("\u200b", "U+200B, zero width space"), ("\ufeff", "U+FEFF"), ("\u2060", "U+2060"), ("\u00ad", "U+00AD")])
def test_what_cannot_be_seen_is_dropped_and_named(mark, name):
    for line in [f"1 +{mark} 2", f"x{mark} = 1 + 2", f"mo{mark}del m mlp latent=2\n3"]:
        result = run("-c", line)
        assert result.returncode == 0 and "3" in result.stdout, result
        assert name in result.stdout and "is invisible" in result.stdout


@pytest.mark.parametrize("line, name", [("d[0\u20139]", "(U+2013, en dash)"), ("2 \u00d7 3", "(U+00D7, multiplication sign)"),
                                        ("2 \u2014 3", "(U+2014, em dash)"), ("(\u202e1)", "U+202E")])
def test_what_has_more_readings_is_named_with_its_code_point_and_a_fix(line, name):
    result = run("-c", line)
    assert result.returncode == 1 and name in result.stderr and result.stderr.count("\n") >= 1
    assert "Write " in result.stderr or "Delete" in result.stderr


def test_a_line_pasted_with_no_break_spaces_works_at_the_prompt(start):
    screen = start()
    screen.wait_prompt()
    screen.paste("x\u00a0=\u00a040\u00a0+\u00a02")
    screen.type("\r")
    screen.wait_line("x = 42")
    screen.run("\u00a0!echo from the shell")
    assert "from the shell" in screen.lines


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LC_CTYPE": "C", "LANG": "C.UTF-8"}, {"LANG": "C"}])
def test_letters_beyond_ascii_are_edited_under_the_c_locale(start, locale):
    screen = start(environment={"LANG": "", **locale})
    screen.wait_prompt()
    screen.type('x = "\u00e9\u00e9')
    screen.wait(lambda: screen.screen.cursor.x == 6 + 7, "the cursor")
    screen.type("\x1b[D\x1b[DXY\x7f")
    screen.wait(
        lambda: screen.current == 'elbo> x = "X\u00e9\u00e9' and screen.screen.cursor.x == 6 + 6, "the edited line")
    screen.type('\x05"\r')
    screen.wait_line('x = "X\u00e9\u00e9"')
    screen.run("1 / 4")
    assert "0.25" in screen.lines
    # What the program starts has the person's own.
    screen.run("!echo \"all=$LC_ALL ctype=$LC_CTYPE\"")
    assert f"all={locale.get('LC_ALL', '')} ctype={locale.get('LC_CTYPE', '')}" in screen.lines


def test_question_marks_of_globs_are_characters_in_every_locale(tmp_path):
    (tmp_path / "a.session").write_text("elbo> \"\u00e9\"\n? (glob)\nelbo> \"[abc] x\"\n[abc] x (glob)\n")
    for locale in ["C", "C.UTF-8"]:
        result = run("replay", "--verify", "a.session", cwd=tmp_path, env=os.environ | {"LC_ALL": locale})
        assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--threads", "1", "run", "a.elbo"], ["run", "--threads", "1", "a.elbo"], ["run", "a.elbo", "--threads", "1"],
        ["--threads=1", "run", "a.elbo"], ["--session", "w.elbodb", "--seed", "1", "--format", "text", "run", "a.elbo"],
        ["--keep-going", "run", "a.elbo"], ["--session", "run.elbodb", "run", "a.elbo"],
    ],
)
def test_options_of_run_stand_anywhere(tmp_path, arguments):
    (tmp_path / "a.elbo").write_text("40 + 2\n")
    result = run(*arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "42\n", "")


def test_options_of_other_subcommands_stand_anywhere(tmp_path):
    (tmp_path / "a.session").write_text("elbo> 1 + 1\n2\n")
    for arguments in [["--verify", "replay", "a.session"], ["--threads", "1", "--verify", "replay", "a.session"],
                      ["--tap", "t.tap", "--verify", "replay", "a.session"], ["-j", "2", "--verify", "replay", "a.session"]]:
        assert run(*arguments, cwd=tmp_path).returncode == 0, arguments
    for arguments in [["--prefix", "p", "jupyter", "install"], ["jupyter", "--prefix", "p", "install"],
                      ["jupyter", "install", "--prefix", "p"]]:
        result = run(*arguments, cwd=tmp_path)
        assert result.stdout == "installed p/share/jupyter/kernels/elbo\n", result.stderr
    assert run("--seed", "1", "kernel", text="", cwd=tmp_path).returncode == 0
    assert run("--help", "run").stdout.count("--keep-going") > 0


def test_an_option_that_a_subcommand_does_not_have_is_said(tmp_path):
    (tmp_path / "a.elbo").write_text("1\n")
    result = run("--verify", "run", "a.elbo", cwd=tmp_path)
    assert result.returncode == 2 and "--verify" in result.stderr
    # A value is no command, whatever it says.
    assert run("-c", "run").returncode == 1


def test_what_a_shell_command_writes_is_a_list_of_lines(start, tmp_path):
    for name in ["one.csv", "two words.csv"]:
        (tmp_path / name).write_text("")
    screen = start()
    screen.wait_prompt()
    screen.run("x = !ls *.csv | sort; echo end")
    screen.run("x")
    assert "[one.csv, two words.csv, end]" in screen.lines
    screen.run("y = !echo no > /dev/null; exit 3")
    assert "exit code 3" in screen.lines
    screen.line("z = !touch started; sleep 60")
    screen.wait((tmp_path / "started").exists, "the command")
    screen.key("c")
    screen.wait(lambda: screen.current == "elbo>", "the prompt")
    screen.run("vars")
    assert not any(line.startswith("z ") for line in screen.lines)
    result = run("-c", "x = !ls")
    assert result.returncode == 1 and "not in scripts and replays" in result.stderr
