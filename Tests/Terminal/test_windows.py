"""Figures in windows, on a screen that nobody sees.

Runs where Xvfb is installed and gnuplot opens windows (`apt-get install xvfb gnuplot-qt` or `gnuplot-x11`);
ELBO_WINDOW_GNUPLOT names a folder whose gnuplot goes before the installed one.
"""

import os
import shutil
import signal
import struct
import subprocess

import pytest

from test_figures import LINES

PATH = os.pathsep.join(filter(None, [os.environ.get("ELBO_WINDOW_GNUPLOT"), os.environ["PATH"]]))


def kinds():
    """The terminals of this gnuplot that open windows."""
    program = shutil.which("gnuplot", path=PATH)
    if program is None or shutil.which("Xvfb") is None:
        return []
    known = subprocess.run([program, "-d", "-e", "print GPVAL_TERMINALS"], capture_output=True, text=True).stderr.split()
    return [kind for kind in ("qt", "x11") if kind in known]


class Display:
    """An X server whose screen is a file."""

    def __init__(self, folder):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1024x24", "-fbdir", str(folder), "-noreset"],
            pass_fds=[write], stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as answer:
            self.name = ":" + answer.readline().strip()
        self.file = os.path.join(folder, "Xvfb_screen0")

    def count(self, color):
        """Pixels of a color on the screen (an XWD file of 32 bits a pixel, blue first)."""
        with open(self.file, "rb") as file:
            data = file.read()
        header, colors = struct.unpack(">I", data[:4])[0], struct.unpack(">I", data[76:80])[0]
        pixels = data[header + 12 * colors :]
        wanted = bytes(reversed(color))
        return sum(pixels[at : at + 3] == wanted for at in range(0, len(pixels) - 3, 4))

    def stop(self):
        self.server.terminate()
        self.server.wait()


@pytest.fixture
def display(tmp_path):
    (tmp_path / "screen").mkdir()
    display = Display(tmp_path / "screen")
    yield display
    display.stop()


LOSS, RECONSTRUCTION = (0x33, 0x22, 0x88), (0xCC, 0x66, 0x77)


def close_windows(display, kind):
    """Ends the program behind the windows, as when they are closed for good."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/comm") as name, open(f"/proc/{entry}/environ", "rb") as environment:
                if name.read().startswith(f"gnuplot_{kind}") and f"DISPLAY={display.name}\0".encode() in environment.read():
                    os.kill(int(entry), signal.SIGKILL)
        except OSError:
            continue


@pytest.mark.skipif(not kinds(), reason="no Xvfb, or a gnuplot without windows")
@pytest.mark.parametrize("kind", kinds())
def test_a_window_shows_the_figure_and_may_be_closed(start, display, kind):
    screen = start(environment={"DISPLAY": display.name, "PATH": PATH})
    screen.wait_prompt()
    for line in LINES:
        screen.run(line)
    screen.run(f"set plot terminal={kind}")
    screen.run("plot loss m")
    assert "figure: Training of m" in screen.text
    screen.wait(lambda: display.count(LOSS) > 100 and display.count(RECONSTRUCTION) > 100, "the window")
    close_windows(display, kind)
    screen.wait(lambda: display.count(LOSS) == 0, "an empty screen")
    # The session goes on, and at the latest the figure after the next has its window again.
    screen.run("plot loss m")
    screen.run("plot loss m")
    screen.wait(lambda: display.count(LOSS) > 100, "the window again")


@pytest.mark.skipif(not kinds(), reason="no Xvfb, or a gnuplot without windows")
def test_training_is_watched_in_a_window_chosen_by_itself(start, display):
    screen = start(environment={"DISPLAY": display.name, "PATH": PATH})
    screen.wait_prompt()
    for line in LINES:
        screen.run(line)
    screen.line("train m on=e epochs=+400 plot=live")
    screen.wait(lambda: display.count(LOSS) > 100, "the window")
    screen.wait(lambda: "train m epoch" in screen.text, "the bar")
    assert "nats/image" not in screen.text
    screen.key("c")
    screen.wait(lambda: screen.current == "elbo>", "the prompt")
