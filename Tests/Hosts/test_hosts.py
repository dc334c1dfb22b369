"""Two hosts, as network namespaces joined by a veth pair, each with its own address and host name: MPI over TCP, and one
of them cut off in the middle. Needs root and iproute2: make test-mpi-hosts."""

import os
import re
import shutil
import sqlite3
import subprocess
import time

import pytest

ELBO = os.environ.get("ELBO", "elbo")
AGENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "agent.sh")

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("mpirun"), reason="needs root, iproute2 and mpirun")


def ip(*arguments, check=True):
    subprocess.run(["ip", *arguments], check=check, capture_output=True)


@pytest.fixture
def hosts():
    """host-1 at 10.77.0.1 and host-2 at 10.77.0.2."""

    def remove():
        for number in "12":
            inside = subprocess.run(["ip", "netns", "pids", f"elbo-{number}"], capture_output=True, text=True)
            for process in inside.stdout.split():
                subprocess.run(["kill", "-9", process], check=False)
            ip("netns", "del", f"elbo-{number}", check=False)

    remove()
    ip("link", "add", "elbo-veth-1", "type", "veth", "peer", "name", "elbo-veth-2")
    for number in "12":
        space = f"elbo-{number}"
        ip("netns", "add", space)
        ip("link", "set", f"elbo-veth-{number}", "netns", space)
        ip("-n", space, "addr", "add", f"10.77.0.{number}/24", "dev", f"elbo-veth-{number}")
        ip("-n", space, "link", "set", f"elbo-veth-{number}", "up")
        ip("-n", space, "link", "set", "lo", "up")
    yield
    remove()


def start(folder, *arguments, options=(), **more):
    """mpirun on host-1 with a rank on each host."""
    command = [
        AGENT, "10.77.0.1", "exec", "mpirun", "-n", "2", "-H", "10.77.0.1:1,10.77.0.2:1", "--map-by", "node",
        "--mca", "plm_rsh_agent", AGENT, "--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", "10.77.0.0/24",
        "--mca", "oob_tcp_if_include", "10.77.0.0/24", "--bind-to", "none", "-x", "ELBO_MPI_TIMEOUT", *options, ELBO,
        *arguments]
    variables = {
        **os.environ, "HOME": str(folder), "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "ELBO_MPI_TIMEOUT": "60", **more}
    return subprocess.Popen(
        command, cwd=folder, env=variables, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


SCRIPT = """load digits as=all
d = all[0..600]
model m mlp hidden=24 latent=3 seed=1
train m on=d epochs={epochs} batch=37 seed=3 checkpoint=200ms
"""


def rows(folder, workspace):
    with sqlite3.connect(f"file:{folder}/{workspace}?mode=ro", uri=True) as database:
        return [value for (value,) in database.execute(
            "select value from metrics where name = 'loss' and split = 'train' order by step")]


def test_two_hosts_train_the_model_of_one(hosts, tmp_path):
    (tmp_path / "train.elbo").write_text(SCRIPT.format(epochs=4))
    process = start(tmp_path, "run", "train.elbo", "--session", "two.elbodb", "--threads", "1")
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, out + err
    assert re.search(r"ranks +2, 1 thread each", out)
    subprocess.run([ELBO, "run", "train.elbo", "--session", "one.elbodb", "--threads", "1"], cwd=tmp_path, check=True,
                   capture_output=True, env={**os.environ, "HOME": str(tmp_path)})
    alone, together = rows(tmp_path, "one.elbodb"), rows(tmp_path, "two.elbodb")
    assert len(alone) == 68
    assert together == pytest.approx(alone, rel=1e-4)


def cut_off(folder, *options):
    """A training on two hosts, the second of which is cut off once the workspace has a few steps; and when."""
    (folder / "train.elbo").write_text(SCRIPT.format(epochs=100_000))
    process = start(folder, "run", "train.elbo", "--session", "two.elbodb", "--threads", "1", options=options,
                    ELBO_MPI_TIMEOUT="10")
    for _ in range(300):
        time.sleep(0.1)
        assert process.poll() is None, process.communicate()
        try:
            if len(rows(folder, "two.elbodb")) > 20:
                break
        except sqlite3.OperationalError:
            pass
    else:
        raise AssertionError("no checkpoint")
    ip("-n", "elbo-2", "link", "set", "elbo-veth-2", "down")
    return process, time.monotonic()


def steps(folder):
    """Of the workspace, opened without the other host."""
    more = subprocess.run(
        [ELBO, "two.elbodb", "-c", "m.steps", "--threads", "1"], cwd=folder, capture_output=True, text=True,
        env={**os.environ, "HOME": str(folder)})
    return int(more.stdout.replace(",", "")), more.stderr


def test_a_host_that_is_cut_off_is_named_and_the_session_ends_with_every_step(hosts, tmp_path):
    process, begin = cut_off(tmp_path)
    said = ""
    # mpirun itself goes on waiting for its daemon there: what is read is what rank 0 said.
    os.set_blocking(process.stderr.fileno(), False)
    while "(E305)" not in said and time.monotonic() - begin < 30:
        time.sleep(0.2)
        try:
            said += os.read(process.stderr.fileno(), 1 << 16).decode()
        except BlockingIOError:
            pass
    assert "rank 1 on host-2 has not answered for 10 s (E305)" in said, said
    time.sleep(3)
    process.kill()
    found, remarks = steps(tmp_path)
    assert found > 20 and remarks == ""


def test_mpirun_ends_too_when_it_watches_its_connections(hosts, tmp_path):
    watched = {"time": 15, "intvl": 2, "probes": 3}
    process, begin = cut_off(tmp_path, *[word for name, value in watched.items()
                                         for word in ("--mca", f"oob_tcp_keepalive_{name}", str(value))])
    _, err = process.communicate(timeout=90)
    assert process.returncode != 0 and time.monotonic() - begin < 60
    assert "rank 1 on host-2 has not answered for 10 s (E305)" in err, err
    # Which of the two depends on whether it was reading or writing.
    assert "lost communication with a remote daemon" in err or "oob:tcp: send_msg: write failed" in err, err
    assert steps(tmp_path)[0] > 20


def test_a_rank_that_has_not_the_same_data_is_named(tmp_path):
    """One host, and for rank 1 another folder in the place of rank 0's."""
    for name, rows in [("data", "1,2\n3,4\n5,6\n7,8\n"), ("other", "1,2\n3,4\n5,6\n7,9\n"), ("none", None)]:
        (tmp_path / name).mkdir()
        if rows:
            (tmp_path / name / "numbers.csv").write_text("a,b\n" + rows)
    script = "load data/numbers.csv as=t; model m mlp hidden=4 latent=2 on=t; train m on=t epochs=1 batch=2"
    variables = {**os.environ, "HOME": str(tmp_path), "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    for name in ("data", "other", "none"):
        result = subprocess.run(
            ["mpirun", "--oversubscribe", "-n", "1", ELBO, "--threads", "1", "-c", script, ":", "-n", "1", "unshare", "-m",
             "sh", "-c", f"mount --bind {tmp_path}/{name} {tmp_path}/data && exec {ELBO} --threads 1 -c '{script}'"],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, env=variables)
        if name == "data":
            assert result.returncode == 0, result.stderr
            continue
        assert result.returncode != 0 and result.stderr.count("error:") == 1, result.stderr
        assert re.search(r"rank 1 on \S+ cannot take part: .*numbers.*\(E305\)", result.stderr), result.stderr
