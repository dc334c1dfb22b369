"""A session of elbo in a process of its own, which speaks JSON lines; arrays go through files in memory."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import uuid
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from .errors import ElboError, ElboInterrupted
from .results import Result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike


def program() -> str:
    """The program: $ELBO, else the one of this package, else the one on the PATH."""
    own = pathlib.Path(__file__).parent / "bin" / "elbo"
    found = os.environ.get("ELBO") or (str(own) if own.exists() else shutil.which("elbo"))
    if not found:
        raise FileNotFoundError("the program 'elbo' is not on the PATH; set ELBO to where it is")
    return found


class Session:
    """Datasets, models and tensors under names, as at the prompt.

    workspace: a file that keeps the session, or None for memory alone.
    on_progress: called with the text of a progress line about four times a second.
    """

    def __init__(
        self, workspace: str | os.PathLike[str] | None = None, *, seed: int | None = None, threads: int | None = None,
        cwd: str | os.PathLike[str] | None = None, on_progress: Callable[[str], None] | None = None,
    ):
        arguments = [program(), "kernel"]
        if workspace is not None:
            arguments += ["--session", os.path.abspath(workspace)]
        if seed is not None:
            arguments += ["--seed", str(seed)]
        if threads is not None:
            arguments += ["--threads", str(threads)]
        self._progress = on_progress
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="elbo-", dir=memory))
        self._lock = threading.Lock()
        self._errors = tempfile.TemporaryFile()
        # A process group of its own: Ctrl-C is sent as a request, so that finished work is kept.
        self._process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, cwd=cwd,
            start_new_session=True)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the program; a workspace has everything."""
        if self._process.stdin and not self._process.stdin.closed:
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                pass
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._errors.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    # Statements

    def run(self, source: str, **variables: str | float | int | bool) -> Result:
        """Runs a cell of one or more statements; `{name}` in it is a keyword argument.

        Raises ElboError where one fails. Ctrl-C stops it and keeps completed training steps.
        """
        if variables:
            source = source.format_map({name: _literal(value) for name, value in variables.items()})
        result = Result()
        failure: dict[str, Any] | None = None
        for kind, content in self._request("execute_request", {"code": source, "allow_stdin": False}):
            if kind in ("execute_result", "display_data"):
                if "display_id" in content.get("transient", {}):
                    self._report(content)
                else:
                    result._add(content["data"], kind == "execute_result")
            elif kind == "update_display_data":
                self._report(content)
            elif kind == "stream":
                result.notes.append(content["text"].rstrip("\n"))
            elif kind == "error":
                failure = content
        if failure is not None:
            wanted = ElboInterrupted if failure["ename"] in ("Interrupted", "E403") else ElboError
            raise wanted(failure["ename"], failure["evalue"], failure.get("traceback", []))
        return result

    def value(self, expression: str) -> Any:
        """The value of an expression as Python data: a number, a text, a list, a dictionary, a table as records."""
        for kind, content in self._request(
            "execute_request", {"code": "", "silent": True, "user_expressions": {"value": expression}}):
            if kind == "execute_reply":
                answer = content["user_expressions"]["value"]
                if answer["status"] != "ok":
                    raise ElboError(answer["ename"], answer["evalue"], answer.get("traceback", []))
                return answer["data"].get("application/json", answer["data"]["text/plain"])
        raise RuntimeError("the program did not answer")

    # Arrays

    def put(self, name: str, array: ArrayLike, labels: ArrayLike | None = None) -> None:
        """Makes a dataset of an array: [N, D], [N, H, W] or [N, C, H, W], and one class for each example."""
        import numpy as np

        _check(name)
        path, other = self._folder / f"{name}.npy", self._folder / f"{name}.labels.npy"
        np.save(path, np.ascontiguousarray(array))
        words = ""
        if labels is not None:
            np.save(other, np.ascontiguousarray(labels, dtype=np.int32))
            words = f' labels="{other}"'
        # The file stays while the session does: a workspace would have to find it again.
        self.run(f'load "{path}"{words} as={name};')

    def get(self, expression: str) -> np.ndarray:
        """A tensor, a dataset's examples, or a table of numbers as an array."""
        import numpy as np

        path = self._folder / f"{uuid.uuid4().hex}.npy"
        try:
            self.run(f'{expression} > "{path}"')
            try:
                # The file's memory is the array's: nothing is copied, and it is freed with the array.
                return np.load(path, mmap_mode="c", allow_pickle=False).view(np.ndarray)
            except ValueError:  # an array without elements
                return np.load(path, allow_pickle=False)
        finally:
            path.unlink(missing_ok=True)

    def records(self, expression: str) -> list[dict[str, Any]]:
        """A table as records, for pandas.DataFrame."""
        table = self.value(expression)
        return table["rows"] if isinstance(table, dict) and "rows" in table else table

    # Messages

    def _report(self, content: Mapping[str, Any]) -> None:
        if self._progress:
            self._progress(content["data"].get("text/plain", ""))

    def _send(self, kind: str, content: Mapping[str, Any], channel: str = "shell") -> str:
        ident = uuid.uuid4().hex
        header = {"msg_id": ident, "msg_type": kind, "session": "python", "username": "", "date": "", "version": "5.5"}
        message = {"channel": channel, "header": header, "parent_header": {}, "metadata": {}, "content": content}
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise RuntimeError(self._ending()) from None
        return ident

    def _request(self, kind: str, content: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The messages of one request, up to its end."""
        assert self._process.stdout
        with self._lock:
            ident = self._send(kind, content)
            while True:
                try:
                    line = self._process.stdout.readline()
                except KeyboardInterrupt:
                    self._send("interrupt_request", {}, "control")
                    continue
                if not line:
                    raise RuntimeError(self._ending())
                message = json.loads(line)
                if message["parent_header"].get("msg_id") != ident:
                    continue
                name = message["header"]["msg_type"]
                if name == "status" and message["content"]["execution_state"] == "idle":
                    return
                yield name, message["content"]

    def _ending(self) -> str:
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()
        return f"elbo ended with exit code {code}" + (f": {said}" if said else "")


def _check(name: str) -> None:
    if not name.isidentifier() or not name.isascii():
        raise ValueError(f"{name!r} cannot be the name of a variable")


def _literal(value: str | float | int | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else str(value)
