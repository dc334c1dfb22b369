"""A program in a pseudo-terminal, with the screen a person would see."""

import os
import signal
import time

import pexpect
import pyte

ELBO = os.environ["ELBO"]


def killed(start, line):
    """A session that ran a line and was killed."""
    screen = start()
    screen.wait_prompt()
    screen.run(line)
    screen.signal(signal.SIGKILL)
    screen.end(killed_by=signal.SIGKILL)


class Screen:
    """Types into a program and reads its screen. Every wait is for something to appear, never for time to pass."""

    def __init__(self, arguments=(), home=None, rows=24, columns=80, environment=None, program=ELBO, nohup=False):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.home = str(home)
        values = {
            "HOME": self.home,
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "XDG_STATE_HOME": self.home + "/state",
            "XDG_CONFIG_HOME": self.home + "/config",
            "XDG_CACHE_HOME": self.home + "/cache",
            "PAGER": "cat",
        }
        if "ASAN_OPTIONS" in os.environ:
            values["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
        values.update(environment or {})
        self.child = pexpect.spawn(
            program, list(arguments), env=values, cwd=self.home, dimensions=(rows, columns), encoding="utf-8", timeout=20,
            ignore_sighup=nohup,
        )
        self.child.delaybeforesend = None
        self.raw = ""
        self.is_gone = False

    def type(self, text):
        self.child.send(text)

    def line(self, text):
        self.child.send(text + "\r")

    def paste(self, text):
        """As a terminal with bracketed paste does it."""
        self.child.send("\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~")

    def key(self, name):
        self.child.sendcontrol(name)

    def pump(self, seconds=0.05):
        try:
            text = self.child.read_nonblocking(65536, timeout=seconds)
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            return False
        self.raw += text
        self.stream.feed(text)
        return True

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self):
        return "\n".join(self.lines).rstrip()

    @property
    def current(self):
        """The line that the cursor is on, and the cursor's column."""
        return self.lines[self.screen.cursor.y]

    def wait(self, condition, what, seconds=60):
        """The end of the time only says that it will never come: a busy machine has its time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump()
            if condition():
                return
        raise AssertionError(f"{what} did not come; the screen is:\n{self.text}")

    def wait_text(self, text, seconds=60):
        self.wait(lambda: text in self.text, repr(text), seconds)

    def wait_line(self, line, seconds=60):
        self.wait(lambda: line in self.lines, repr(line), seconds)

    def wait_prompt(self, typed="", seconds=60):
        """The cursor stands right after the prompt and what was typed."""
        want = ("elbo> " + typed).rstrip()
        self.wait(
            lambda: self.current == want and self.screen.cursor.x == len("elbo> " + typed),
            f"the prompt {want!r}",
            seconds,
        )

    def run(self, text):
        """Types a command at the prompt, which may still be on its way, and waits for the next one."""
        self.wait(lambda: self.current == "elbo>" and self.screen.cursor.x == 6, "a prompt to type at")
        before, shown = self.screen.cursor.y, len(self.raw)
        self.line(text)
        # The prompt from before is on the screen until the return has been read, and a long output takes the line away.
        self.wait(lambda: "\n" in self.raw[shown:], f"the echo of {text!r}")
        self.wait(lambda: self.current == "elbo>" and self.screen.cursor.x == 6, "the next prompt")
        return before

    def signal(self, number):
        self.child.kill(number)

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def end(self, code=0, killed_by=None):
        """Waits for the program to end and checks how."""
        self.wait(lambda: not self.pump(0.01) and not self.child.isalive(), "the end of the program")
        self.child.close()
        assert self.child.signalstatus == killed_by, self.text
        assert self.child.exitstatus == (None if killed_by else code), f"{self.child.exitstatus}\n{self.text}"

    def hang_up(self):
        """Takes the terminal away and waits for the program to end; its exit code."""
        os.close(self.child.fileno())
        _, status = os.waitpid(self.child.pid, 0)
        self.is_gone = True
        return os.waitstatus_to_exitcode(status)

    def stop(self):
        if self.is_gone:
            return
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
        self.child.close(force=True)
