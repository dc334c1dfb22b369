"""Figures on a terminal: every way they are shown, and what happens when gnuplot or the disk fails."""

import array
import base64
import fcntl
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import termios

import pytest

from screen import ELBO

LINES = ["load digits as=d;", "e = d[0..499];", "model m mlp hidden=16 latent=2 seed=1;", "train m on=e epochs=1 seed=2;"]
TRAIN = " ".join(LINES)


@pytest.fixture
def shell(start):
    """A prompt with a small trained model."""

    def begin(**environment):
        screen = start(environment=environment)
        screen.wait_prompt()
        for line in LINES:
            screen.run(line)
        screen.raw = ""
        return screen

    return begin


def says(screen, text):
    """Whether the screen shows a text, wherever its lines were broken."""
    return "".join(text.split()) in "".join(screen.text.split())


def gnuplots(screen):
    """The gnuplots that the program under test has started."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                name, rest = file.read().rsplit(")", 1)
        except OSError:
            continue
        if int(rest.split()[1]) == screen.child.pid and "gnuplot" in name and rest.split()[0] != "Z":
            found.append(int(pid))
    return found


def unread(pid):
    """Bytes that wait in a process's standard input."""
    count = array.array("i", [0])
    descriptor = os.open(f"/proc/{pid}/fd/0", os.O_RDONLY | os.O_NONBLOCK)
    try:
        fcntl.ioctl(descriptor, termios.FIONREAD, count)
    finally:
        os.close(descriptor)
    return count[0]


def test_curves_are_coloured_characters_that_fit(shell):
    screen = shell()
    screen.run("plot loss m")
    assert "\x1b[38;5;" in screen.raw
    assert "Training of m" in screen.text and "epoch" in screen.text
    assert any(0x2801 <= ord(letter) <= 0x28FF for letter in screen.text)
    assert all(len(line) <= 80 for line in screen.lines)


def test_ascii_where_the_locale_has_nothing_else(shell):
    screen = shell(LC_ALL="C")
    screen.raw = ""
    screen.run("plot loss m")
    assert "Training of m" in screen.text and "+-" in screen.text
    drawn = screen.raw[screen.raw.index("Training of m"):screen.raw.rindex("epoch")]
    assert drawn.isascii()
    screen.run("set plot characters=braille")
    screen.run("plot loss m")
    assert any(0x2801 <= ord(letter) <= 0x28FF for letter in screen.text)


def test_a_large_window_is_used(start):
    screen = start(rows=60, columns=200)
    screen.wait_prompt()
    for line in LINES:
        screen.run(line)
    screen.run("plot loss m")
    drawn = [line for line in screen.lines if any(0x2801 <= ord(letter) <= 0x28FF for letter in line)]
    assert len(drawn) > 20 and max(len(line) for line in screen.lines) > 180
    assert "Training of m" in screen.text


def test_digits_of_classes_are_points_where_that_is_asked_for(shell):
    screen = shell()
    screen.run("set plot points=letters")
    screen.run("plot latent m on=e")
    assert sum(letter.isdigit() for line in screen.lines[3:18] for letter in line) > 100
    assert not any(0x2801 <= ord(letter) <= 0x28FF for letter in screen.text)


def test_full_colours_where_the_terminal_has_them(shell):
    screen = shell(COLORTERM="truecolor")
    screen.run("plot loss m")
    assert "\x1b[38;2;" in screen.raw


def test_no_color_means_none(shell):
    screen = shell(NO_COLOR="1")
    screen.run("plot loss m")
    screen.run("plot sample m n=4")
    assert "Training of m" in screen.raw
    assert not re.search(r"\x1b\[[0-9;]*[34]8;[25];", screen.raw)
    assert any(shade in screen.raw for shade in "░▒▓█▀▄")


def test_images_are_half_blocks(shell):
    screen = shell()
    screen.run("plot sample m n=4")
    assert "▀" in screen.text and "\x1b[38;5;" in screen.raw
    assert "Samples of m" in screen.text


@pytest.mark.parametrize(
    "environment, opening",
    [
        ({"KITTY_WINDOW_ID": "1"}, "\x1b_Ga=T,f=100"),
        ({"TERM_PROGRAM": "iTerm.app"}, "\x1b]1337;File=inline=1"),
        ({"TERM_PROGRAM": "WezTerm"}, "\x1b]1337;File=inline=1"),
    ],
)
def test_pictures_where_the_terminal_is_known_to_show_them(shell, environment, opening):
    screen = shell(**environment)
    screen.line("plot loss m")
    screen.wait(lambda: opening in screen.raw, "the picture")


def test_sixels_where_the_terminal_says_it_can(shell):
    screen = shell()
    screen.line("plot loss m")
    screen.wait(lambda: "\x1b[c" in screen.raw, "the question")
    screen.type("\x1b[?62;4;22c")
    screen.wait(lambda: '\x1bP0;1;0q"1;1;' in screen.raw, "the picture")


def test_the_choice_is_heeded(shell):
    screen = shell(KITTY_WINDOW_ID="1")
    screen.run("set plot terminal=dumb")
    screen.run("plot loss m")
    assert "\x1b_G" not in screen.raw and "Training of m" in screen.text
    screen.line("set plot terminal=sixel; plot sample m n=4")
    screen.wait(lambda: "\x1bP0;1;0q" in screen.raw, "sixels")


def test_a_window_that_this_gnuplot_does_not_open(shell):
    screen = shell()
    if subprocess.run(["gnuplot", "-d", "-e", "set terminal qt"], capture_output=True).returncode == 0:
        pytest.skip("this gnuplot opens windows")
    screen.run("set plot terminal=qt")
    screen.run("plot loss m")
    assert says(screen, "does not support the terminal 'qt'") and says(screen, "set plot terminal=auto")


def test_without_gnuplot_the_line_says_what_to_do(shell):
    screen = shell(PATH="/nowhere")
    screen.run("plot loss m")
    # In characters it is not needed.
    assert "Training of m" in screen.text and "not installed" not in screen.raw
    screen.run("plot loss m > loss.png")
    assert says(screen, "gnuplot is not installed") and says(screen, "apt-get install gnuplot-nox")
    screen.run("plot sample m n=4")
    assert "▀" in screen.text
    screen.run("1 + 1")
    assert "2" in screen.lines


def test_a_killed_gnuplot_is_started_anew(shell):
    screen = shell()
    screen.run("plot loss m > loss.png")
    (pid,) = gnuplots(screen)
    os.kill(pid, signal.SIGKILL)
    screen.run("plot kl m on=e > kl.png")
    assert says(screen, "gnuplot ended unexpectedly")
    screen.raw = ""
    screen.run("plot kl m on=e > kl.png")
    assert "gnuplot ended" not in screen.raw
    assert gnuplots(screen) not in ([], [pid])


def test_a_stopped_gnuplot_is_left_by_ctrl_c(shell):
    screen = shell()
    screen.run("plot loss m > loss.png")
    (pid,) = gnuplots(screen)
    os.kill(pid, signal.SIGSTOP)
    screen.line("plot kl m on=e > kl.png")
    screen.wait(lambda: unread(pid) > 0, "the figure for gnuplot")
    screen.key("c")
    screen.wait(lambda: screen.current == "elbo>" and "interrupted" in screen.text, "the prompt")
    screen.run("plot kl m on=e > kl.png")
    assert os.path.getsize(screen.home + "/kl.png") > 1000
    assert pid not in gnuplots(screen)


def test_gnuplot_leaves_with_the_program(shell):
    screen = shell()
    screen.run("plot loss m > loss.png")
    (pid,) = gnuplots(screen)
    screen.key("d")
    screen.wait_text("[y/N]")
    screen.type("y\r")
    screen.wait(lambda: not os.path.exists(f"/proc/{pid}"), "the end of gnuplot")


def test_curves_differ_in_their_marks_and_not_in_colors_alone(shell):
    screen = shell()
    screen.run("model b mlp hidden=64 latent=2 seed=3; train b on=e epochs=1 lr=0.01 seed=2;")
    screen.run("plot loss m b")
    cells = screen.screen.buffer
    # The legend: a piece of each curve with its shape, and its name.
    (row,) = [y for y, line in enumerate(screen.lines) if "─●─ m" in line and "─▲─ b" in line]
    places = [screen.lines[row].index(shape) for shape in "●▲"]
    blue, red = [cells[row][x].fg for x in places]
    assert blue != red
    # Each shape is on its curve in its color, and each curve is named at its end.
    for shape, color, name in [("●", blue, "m"), ("▲", red, "b")]:
        drawn = [(y, x) for y in range(row + 1, 24) for x in range(80) if cells[y][x].data == shape]
        assert len(drawn) >= 3 and all(cells[y][x].fg == color for y, x in drawn), screen.text
        assert any(line.endswith(" " + name) for line in screen.lines[row + 1:]), screen.text


def test_training_is_watched_live(shell):
    screen = shell()
    screen.line("train m on=e epochs=+50000 plot=live")
    screen.wait(lambda: "Training of m" in screen.text and "nats/image" in screen.text, "the live figure")
    screen.wait(lambda: "train m epoch" in screen.text, "the bar beneath it")
    # Drawn over, not beneath the one before.
    screen.wait(lambda: screen.raw.count("Training of m") > 2, "more figures")
    screen.wait(lambda: screen.text.count("Training of m") == 1, "one figure, however many were drawn")
    screen.key("c")
    screen.wait(lambda: screen.current == "elbo>", "the prompt")
    screen.run("plot loss m")
    assert "Training of m" in screen.text


def batch(folder, line, **options):
    return subprocess.run(
        [ELBO, "-c", TRAIN + line], cwd=folder, capture_output=True, text=True, timeout=60, **options
    )


def test_a_full_disk_leaves_the_old_file(tmp_path):
    if shutil.which("unshare") is None:
        pytest.skip("no unshare")
    (tmp_path / "small").mkdir()
    script = (
        "mount -t tmpfs -o size=16k none small && printf old > small/loss.png && "
        f"{ELBO} -c '{TRAIN} plot loss m > small/loss.png'; echo status $?; cat small/loss.png; ls small"
    )
    command = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-rm"]
    if subprocess.run([*command, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode != 0:
        pytest.skip("file systems cannot be mounted here")
    run = subprocess.run([*command, "sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "No space left on device" in run.stderr and "(E302)" in run.stderr
    assert run.stdout.endswith("status 1\noldloss.png\n")


def test_a_file_that_may_not_grow_leaves_the_old_one(tmp_path):
    (tmp_path / "loss.png").write_text("old")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    run = batch(tmp_path, "plot loss m > loss.png", preexec_fn=limit, restore_signals=False)
    assert run.returncode == 1 and "File too large" in run.stderr
    assert (tmp_path / "loss.png").read_text() == "old"
    assert os.listdir(tmp_path) == ["loss.png"]


def test_machines_get_pictures_and_text(tmp_path):
    # In a pipe a figure is its line of text.
    run = batch(tmp_path, "plot loss m\nplot sample m n=4")
    assert "figure: Training of m" in run.stdout and "figure: Samples of m" in run.stdout and "\x1b" not in run.stdout
    run = subprocess.run(
        [ELBO, "--format", "json"], input="\n".join([*LINES, "plot loss m", "plot sample m n=4"]), cwd=tmp_path,
        capture_output=True, text=True, timeout=60,
    )
    outputs = [output for line in run.stdout.splitlines() for output in json.loads(line)["outputs"]]
    loss, samples = [output for output in outputs if "figure" in output]
    assert loss["text"].startswith("figure: Training of m") and "<svg" in loss["figure"]["image/svg+xml"]
    assert base64.b64decode(samples["figure"]["image/png"]).startswith(b"\x89PNG")
