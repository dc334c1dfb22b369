"""A workspace whose disk is full for a while: what was finished is kept and goes in later, or its loss is said."""

import os
import resource
import signal
import sqlite3
import subprocess

import pytest

from lines import ELBO, Lines, only


class FullDisk:
    """Lets no file of a process grow beyond the size of its workspace, as a full disk would."""

    def __init__(self, process, workspace):
        self.process, self.workspace = process, workspace

    def fill(self):
        sizes = [os.path.getsize(self.workspace + end) for end in ("", "-wal") if os.path.exists(self.workspace + end)]
        hard = resource.prlimit(self.process, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process, resource.RLIMIT_FSIZE, (max(sizes), hard))

    def empty(self):
        hard = resource.prlimit(self.process, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process, resource.RLIMIT_FSIZE, (hard, hard))


@pytest.fixture
def kept(tmp_path):
    path = str(tmp_path / "work.elbodb")
    kernel = Lines("--session", path)
    kernel.run("a = 1")
    yield kernel, FullDisk(kernel.process.pid, path), path
    if kernel.process.poll() is None:
        assert kernel.close() == 0


LARGE = "z = normal(20000, 4, seed=1)"


def said(messages):
    return "".join(m["content"]["text"] for m in only(messages, "stream") if m["content"]["name"] == "stdout")


def history(kernel):
    messages = kernel.until_idle(kernel.send("history_request", {"hist_access_type": "range", "session": 0, "start": 1}))
    return [entry[1:] for entry in only(messages, "history_reply")[0]["content"]["history"]]


def cells(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return database.execute("SELECT number, source, status FROM cells ORDER BY id").fetchall()


def test_a_shell_command_on_a_full_disk_is_kept_and_goes_in_later(kept):
    kernel, disk, path = kept
    disk.fill()
    assert "goes on in memory" in said(kernel.run(LARGE))
    assert said(kernel.run("!echo hi")) == "hi\n"
    disk.empty()
    assert "nothing was lost" in said(kernel.run("b = 2"))
    assert history(kernel) == [[1, "a = 1"], [2, LARGE], [3, "!echo hi"], [4, "b = 2"]]
    assert cells(path) == [(1, "a = 1", "ok"), (2, LARGE, "ok"), (3, "!echo hi", "ok"), (4, "b = 2", "ok")]


def test_a_shell_command_that_meets_the_full_disk_says_so(kept):
    kernel, disk, path = kept
    disk.fill()
    output = "!head -c 100000 /dev/zero | tr '\\0' x"
    assert "goes on in memory" in said(kernel.run(output))
    assert history(kernel) == [[1, "a = 1"], [2, output]]
    disk.empty()
    assert "nothing was lost" in said(kernel.run("b = 2"))
    assert [number for number, _, _ in cells(path)] == [1, 2, 3]


@pytest.mark.parametrize("has_room_again", [False, True])
def test_a_silent_cell_that_meets_the_full_disk_is_said_by_the_next_one(kept, has_room_again):
    kernel, disk, path = kept
    disk.fill()
    assert not only(kernel.run(LARGE, silent=True), "stream")
    if has_room_again:
        disk.empty()
    text = said(kernel.run("b = 2"))
    # Said once, with what became of it.
    assert ("goes on in memory" in text) == (not has_room_again)
    assert ("nothing was lost" in text) == has_room_again
    assert "work.elbodb cannot be written" in text
    disk.empty()
    kernel.run("c = 3")
    assert said(kernel.run("d = 4")) == ""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        names = {name for (name,) in database.execute("SELECT name FROM variables")}
    assert names == {"a", "b", "c", "d", "z"}


def test_what_cannot_be_written_until_the_end_is_said_at_the_end(tmp_path):
    path = str(tmp_path / "work.elbodb")
    subprocess.run([ELBO, "--session", path, "-c", "a = 1"], check=True, capture_output=True)

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))

    for arguments, lost in [(["-c", LARGE], "1 cell"), (["--format", "json", "-c", LARGE + "\nb = 2"], "2 cells")]:
        ended = subprocess.run(
            [ELBO, "--session", path, *arguments], preexec_fn=limit, restore_signals=False, capture_output=True, text=True)
        assert ended.returncode == 1
        assert lost in ended.stderr and "cannot be written" in ended.stderr
        assert "goes on in memory" in ended.stdout
        assert [source for _, source, _ in cells(path)] == ["a = 1"]


def test_another_workspace_is_not_opened_while_this_one_is_behind(kept, tmp_path):
    kernel, disk, path = kept
    other = str(tmp_path / "other.elbodb")
    subprocess.run([ELBO, "--session", other, "-c", "x = 5"], check=True, capture_output=True)
    disk.fill()
    kernel.run(LARGE)
    error = only(kernel.run(f'open "{other}"'), "error")[0]["content"]
    assert "1 cell" in error["evalue"] and "save session" in error["evalue"]
    disk.empty()
    assert "opened" in said(kernel.run(f'open "{other}"'))
    assert [source for _, source, _ in cells(path)][:2] == ["a = 1", LARGE]
