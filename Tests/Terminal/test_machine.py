"""On machines that leave a process less than they have: fewer processors, no threads, part of the time."""

import contextlib
import os
import pathlib
import re
import subprocess

import pytest

ELBO = os.environ["ELBO"]
GROUPS = pathlib.Path("/sys/fs/cgroup")


def run(*commands, before="", threads=None, cwd=None):
    """Runs commands, in a shell that has run `before`: its standard output."""
    chosen = [] if threads is None else ["--threads", str(threads)]
    arguments = [ELBO, *chosen, *[part for command in commands for part in ("-c", command)]]
    done = subprocess.run(
        ["bash", "-c", f'{before}\nexec "$@"', "bash", *arguments], capture_output=True, text=True, timeout=120, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def group(controller, **limits):
    """A control group of version 1 or 2 with these limits; gives what a shell has to run to be in it."""
    versions = {1: GROUPS / controller, 2: GROUPS}
    for version, root in versions.items():
        folder = root / f"elbo-test-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            for name, value in limits[f"version{version}"].items():
                (folder / name).write_text(value)
        except OSError:
            folder.rmdir()
            continue
        try:
            yield f"echo $$ > {folder}/cgroup.procs"
        finally:
            folder.rmdir()
        return
    pytest.skip("control groups cannot be made here")


def threads_of(tmp_path, before):
    """What the header of a transcript says."""
    run("x = 1", "history > all.session", before=before, cwd=tmp_path)
    header = (tmp_path / "all.session").read_text().splitlines()[0]
    return int(re.search(r"threads=(\d+)", header).group(1))


def test_a_transcript_says_how_many_threads_computed_it(tmp_path):
    available = len(os.sched_getaffinity(0))
    assert threads_of(tmp_path, "") <= available
    assert threads_of(tmp_path, "taskset -p -c $(taskset -p -c $$ | grep -o '[0-9]*$') $$ > /dev/null") == 1


def test_a_quota_of_one_processor_is_one_thread(tmp_path):
    limits = {
        "version1": {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "100000"}, "version2": {"cpu.max": "100000 100000"}}
    with group("cpu", **limits) as enter:
        assert threads_of(tmp_path, enter) == 1


DECODED = [
    "load digits as=d", "model m conv latent=2 on=d seed=1", "z = encode m d.test[0]", "x = decode m z", "mean(x)",
    "model p mlp hidden=9 latent=2 on=d seed=1", "y = decode p z", "mean(y)", "evaluate p on=d.test n=20",
]


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_without_more_threads_the_numbers_are_the_same(threads):
    whole = run(*DECODED, threads=threads)
    # The program has threads of its own beside the team's: one thread fewer than it asks for each time.
    limits = {"pids.max": "3"}
    with group("pids", version1=limits, version2=limits) as enter:
        assert run(*DECODED, threads=threads, before=enter) == whole
