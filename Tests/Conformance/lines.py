"""A kernel in machine mode: JSON lines on its standard input and output."""

import json
import os
import queue
import select
import subprocess
import threading
import time
import uuid

ELBO = os.environ["ELBO"]


class Lines:
    def __init__(self, *arguments, environment=None):
        self.output, theirs = os.pipe()
        self.process = subprocess.Popen(
            [ELBO, "kernel", *arguments], stdin=subprocess.PIPE, stdout=theirs, stderr=subprocess.PIPE,
            # Python ignores SIGXFSZ, and so does what it starts: a file that may not grow is an error, no end.
            env=os.environ | (environment or {}), restore_signals=False,
        )
        os.close(theirs)
        self.messages = queue.Queue()
        self.stray = []
        self.reads = threading.Event()
        self.reads.set()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def _read(self):
        rest = b""
        while True:
            self.reads.wait()
            try:
                # Not for longer than a moment, so that the pipe can be closed or left alone from outside.
                if not select.select([self.output], [], [], 0.2)[0]:
                    continue
                chunk = os.read(self.output, 1 << 20)
            except (OSError, ValueError):
                break
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)
        if rest:
            self.stray.append(rest)
        self.messages.put(None)

    def _take(self, line):
        try:
            message = json.loads(line)
            assert message["header"]["msg_type"] and message["channel"] and "parent_header" in message
            self.messages.put(message)
        except (ValueError, TypeError, KeyError, AssertionError):
            self.stray.append(line)

    def pause(self):
        """Reads nothing until `resume`."""
        self.reads.clear()

    def resume(self):
        self.reads.set()

    def resident(self):
        """Bytes of memory in use."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, kind, content=None, channel="shell"):
        ident = uuid.uuid4().hex
        header = {"msg_id": ident, "msg_type": kind, "session": "t", "username": "u", "date": "", "version": "5.5"}
        message = {"channel": channel, "header": header, "parent_header": {}, "metadata": {}, "content": content or {}}
        self.raw(json.dumps(message).encode() + b"\n")
        return ident

    def execute(self, code, **options):
        return self.send("execute_request", {"code": code, **options})

    def next(self, timeout=60):
        message = self.messages.get(timeout=timeout)
        assert message is not None, "the kernel closed its output"
        return message

    def until_idle(self, ident, timeout=60):
        """Everything about one request up to its idle."""
        found = []
        end = time.monotonic() + timeout
        while True:
            message = self.next(max(0.1, end - time.monotonic()))
            if message["parent_header"].get("msg_id") != ident:
                continue
            found.append(message)
            if message["header"]["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return found

    def run(self, code, **options):
        return self.until_idle(self.execute(code, **options))

    def close(self):
        self.process.stdin.close()
        code = self.process.wait(60)
        assert not self.stray, self.stray
        return code


def kinds(messages):
    names = [m["header"]["msg_type"] for m in messages]
    return [m["content"]["execution_state"] if n == "status" else n for n, m in zip(names, messages)]


def only(messages, kind):
    return [m for m in messages if m["header"]["msg_type"] == kind]


def reply(messages):
    return only(messages, "execute_reply")[0]["content"]
