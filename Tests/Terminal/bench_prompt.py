"""How the prompt feels, in figures beside their bars: `make bench-prompt`. Exit code 1 when one is missed."""

import os
import pty
import select
import statistics
import sys
import tempfile
import time

ELBO = os.environ["ELBO"]
missed = []


class Terminal:
    """A program in a pseudo-terminal, read byte by byte: no screen between it and the clock."""

    def __init__(self, program, *arguments, prompt):
        self.prompt, self.seen = prompt, b""
        self.home = tempfile.TemporaryDirectory()
        environment = {"HOME": self.home.name, "PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", "PS1": "$ "}
        self.child, self.descriptor = pty.fork()
        if self.child == 0:
            os.chdir(self.home.name)
            os.execve(program, [program, *arguments], environment)

    def wait(self, text, seconds=60):
        end = time.perf_counter() + seconds
        while text not in self.seen:
            if not select.select([self.descriptor], [], [], end - time.perf_counter())[0]:
                sys.exit(f"{text!r} did not come; read so far: {self.seen!r}")
            self.seen += os.read(self.descriptor, 65536)
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def type(self, text):
        os.write(self.descriptor, text)

    def run(self, line):
        self.type(line + b"\r")
        # The echo of the line is not the prompt behind it.
        self.wait(b"\n")
        self.wait(self.prompt)

    def echo(self, letter):
        """Milliseconds from a keystroke to its letter on the screen."""
        begin = time.perf_counter()
        self.type(letter)
        self.wait(letter)
        return (time.perf_counter() - begin) * 1000

    def echoes(self, rounds=20):
        values = []
        for _ in range(rounds):
            for letter in b"abcdefghij":
                time.sleep(0.005)
                values.append(self.echo(bytes([letter])))
            self.type(b"\x15")
            time.sleep(0.05)
            while select.select([self.descriptor], [], [], 0)[0]:
                os.read(self.descriptor, 65536)
            self.seen = b""
        return values

    def end(self):
        os.kill(self.child, 9)
        os.waitpid(self.child, 0)
        os.close(self.descriptor)
        self.home.cleanup()


def report(name, values, bar, of=statistics.median, which="median"):
    figure = of(values)
    if figure > bar:
        missed.append(name)
    print(f"{name:48} {which:>6} {figure:7.2f} ms  (min {min(values):.2f}, max {max(values):.2f}, n {len(values)})"
          f"  bar {bar:.0f} ms  {'ok' if figure <= bar else 'MISSED'}", flush=True)


def start():
    begin = time.perf_counter()
    shell = Terminal(ELBO, prompt=b"elbo> ")
    shell.wait(b"elbo> ")
    elapsed = (time.perf_counter() - begin) * 1000
    shell.end()
    return elapsed


def interrupt(shell, seconds):
    """Milliseconds from Ctrl-C during a training to the next prompt."""
    shell.type(b"train m on=d epochs=100000\r")
    shell.wait(b"\n")
    time.sleep(seconds)
    while select.select([shell.descriptor], [], [], 0)[0]:
        os.read(shell.descriptor, 65536)
    shell.seen = b""
    begin = time.perf_counter()
    shell.type(b"\x03")
    shell.wait(b"elbo> ")
    return (time.perf_counter() - begin) * 1000


report("start to prompt", [start() for _ in range(15)], 80)
shell = Terminal(ELBO, prompt=b"elbo> ")
shell.wait(b"elbo> ")
for line in [b"load digits as=d;", b"model m conv on=d;", b"train m on=d[0..999] epochs=1;"]:
    shell.run(line)
bash = Terminal("/bin/bash", "--norc", "--noprofile", prompt=b"$ ")
bash.wait(b"$ ")
theirs = bash.echoes()
print(f"{'bash: keystroke to echo':48} median {statistics.median(theirs):7.2f} ms  (max {max(theirs):.2f})")
# A screen shows a picture every 16 ms: half of one is not noticed.
report("keystroke to echo, a model in memory", shell.echoes(), 8, of=max, which="max")
report("Ctrl-C while training, to the prompt", [interrupt(shell, 0.3 + 0.17 * i) for i in range(10)], 250, of=max, which="max")
shell.end()
bash.end()
sys.exit(1 if missed else 0)
