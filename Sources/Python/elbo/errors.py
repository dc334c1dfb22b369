"""What a command refuses, with its place and the fix."""

from __future__ import annotations

import re


class ElboError(Exception):
    """A statement that failed; what was done before it stays.

    code: stable, such as "E104"; message: the cause; fix: what to write instead, or None;
    line, span: the line of the source, and where in it the mistake is, or None.
    """

    def __init__(self, code: str, text: str, traceback: list[str]):
        super().__init__(text)
        self.code = code
        cause, mark, rest = text.partition(f" ({code})")
        self.message = cause
        self.fix: str | None = rest.removeprefix(".").strip() or None if mark else None
        self.line: str | None = None
        self.span: tuple[int, int] | None = None
        plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in traceback]
        for above, line in zip(plain, plain[1:]):
            carets = re.fullmatch(r"  ( *)(\^+)\s*", line)
            if carets and above.startswith("  "):
                self.line = above[2:]
                self.span = (len(carets[1]), len(carets[1]) + len(carets[2]))


class ElboInterrupted(ElboError):
    """A statement that was stopped; completed training steps are kept."""
