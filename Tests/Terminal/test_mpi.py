"""One session on the ranks of mpirun: the same losses with any number of them, one voice, and ends that are said."""

import json
import os
import platform
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import pytest

from screen import ELBO

pytestmark = pytest.mark.skipif(
    not shutil.which("mpirun") or not os.path.exists(os.path.join(os.path.dirname(os.path.realpath(ELBO)), "libelbo-mpi.so")),
    reason="needs mpirun and libelbo-mpi.so: make mpi")

MPIRUN = ["mpirun", "--oversubscribe", "--mca", "btl_base_warn_component_unused", "0", "--mca", "mpi_yield_when_idle", "1",
          "--mca", "btl_vader_single_copy_mechanism", "none"]


def environment(tmp_path, **more):
    return {**os.environ, "HOME": str(tmp_path), "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", **more}


def command(ranks, *arguments, options=()):
    return [*(MPIRUN + ["-n", str(ranks), *options] if ranks else []), ELBO, *arguments]


def run(tmp_path, ranks, *arguments, text="", options=(), **more):
    return subprocess.run(
        command(ranks, *arguments, options=options), input=text, capture_output=True, text=True, timeout=120, cwd=tmp_path,
        env=environment(tmp_path, **more))


def values(tmp_path, ranks, script, name, *arguments):
    """The numbers of the expression `name` at the end of a script."""
    result = run(tmp_path, ranks, "--format", "json", "--threads", "1", *arguments, text=f"{script}\n{name}\n")
    assert result.returncode == 0, result.stdout + result.stderr
    cells = [json.loads(line) for line in result.stdout.splitlines()]
    return cells[-1]["outputs"][-1]["json"]


TRAIN = """load digits as=all
d = all[0..300]
model m {model}
train m on=d epochs=4 batch=37 validate=50 seed=3
"""


@pytest.mark.parametrize("model", ["mlp hidden=24 latent=3 seed=1", "mlp iwae hidden=16 latent=3 k=5 seed=1"])
def test_any_number_of_ranks_trains_the_same_model(tmp_path, model):
    script = TRAIN.format(model=model)
    alone = values(tmp_path, 0, script, "m.history")
    assert len(alone) == 4
    for ranks in (2, 3, 5):
        together = values(tmp_path, ranks, script, "m.history")
        for one, other in zip(alone, together, strict=True):
            for key in ("loss", "reconstruction", "kl", "validation"):
                if isinstance(one.get(key), float):
                    assert other[key] == pytest.approx(one[key], rel=1e-4), (ranks, key)


def test_one_rank_has_the_bits_of_a_process_by_itself(tmp_path):
    script = TRAIN.format(model="mlp hidden=24 latent=3 seed=1") + "z = encode m d\n"
    assert values(tmp_path, 0, script, "sum(z)") == values(tmp_path, 1, script, "sum(z)")


def test_rank_0_speaks_and_the_others_are_silent(tmp_path):
    result = run(tmp_path, 3, "--threads", "1", text=TRAIN.format(model="mlp hidden=8 latent=2") + "vars\nplot loss m > loss.png\n")
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("trained m on") == 1 and "\x1b" not in result.stdout
    assert re.search(r"ranks +3, 1 thread each", result.stdout)
    assert result.stderr == ""
    assert sorted(os.listdir(tmp_path)) == [".cache", "loss.png"] or (tmp_path / "loss.png").exists()


def test_a_workspace_continues_with_another_number_of_ranks(tmp_path):
    script = TRAIN.format(model="mlp hidden=24 latent=3 seed=1")
    (tmp_path / "train.elbo").write_text(script)
    first = run(tmp_path, 3, "run", "train.elbo", "--session", "work.elbodb", "--threads", "1")
    assert first.returncode == 0, first.stderr
    more = run(tmp_path, 2, "work.elbodb", "-c", "train m epochs=+2", "--threads", "1")
    assert more.returncode == 0, more.stderr
    assert run(tmp_path, 0, "work.elbodb", "-c", "train m epochs=+1", "--threads", "1").returncode == 0
    together = values(tmp_path, 0, "", "m.history", "work.elbodb")
    alone = values(tmp_path, 0, script.replace("epochs=4", "epochs=7"), "m.history")
    assert len(together) == 7
    for one, other in zip(alone, together, strict=True):
        assert other["loss"] == pytest.approx(one["loss"], rel=1e-4)


LONG = """load digits as=d
model m mlp hidden=64 latent=8 seed=1
train m on=d epochs=5000 batch=64 checkpoint=200ms
"""


class Ranks:
    """A long training on several ranks, with a workspace."""

    def __init__(self, tmp_path, ranks, **more):
        self.folder = tmp_path
        (tmp_path / "long.elbo").write_text(LONG)
        self.process = subprocess.Popen(
            command(ranks, "run", "long.elbo", "--session", "work.elbodb", "--threads", "1"), cwd=tmp_path, text=True,
            env=environment(tmp_path, **more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True)

    def pid(self, rank):
        """The process of a rank, once it runs."""
        for _ in range(200):
            for name in filter(str.isdigit, os.listdir("/proc")):
                try:
                    program = os.readlink(f"/proc/{name}/exe")
                    variables = open(f"/proc/{name}/environ", "rb").read().split(b"\0")
                    folder = os.readlink(f"/proc/{name}/cwd")
                except OSError:
                    continue
                if program == os.path.realpath(ELBO) and folder == str(self.folder) and f"OMPI_COMM_WORLD_RANK={rank}".encode() in variables:
                    return int(name)
            time.sleep(0.05)
        raise AssertionError(f"no process of rank {rank}")

    def wait_checkpoint(self):
        """Until the workspace has completed steps of the model."""
        for _ in range(300):
            time.sleep(0.1)
            if self.process.poll() is not None:
                raise AssertionError(self.process.communicate())
            try:
                with sqlite3.connect(f"file:{self.folder}/work.elbodb?mode=ro", uri=True) as database:
                    found = database.execute("select summary from variables where name = 'm'").fetchone()
            except sqlite3.OperationalError:
                continue
            if found and "not trained" not in found[0]:
                return
        raise AssertionError("no checkpoint")

    def metrics(self):
        """Steps whose terms the workspace holds."""
        with sqlite3.connect(f"file:{self.folder}/work.elbodb?mode=ro", uri=True) as database:
            return database.execute("select max(step) from metrics where model = 'm'").fetchone()[0] or 0

    def end(self, seconds=30):
        start = time.monotonic()
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out, err, time.monotonic() - start

    def steps(self):
        """Steps that the workspace holds."""
        return values(self.folder, 0, "", "m.steps", "work.elbodb")


HOST = socket.gethostname()


@pytest.fixture
def long(tmp_path):
    """Starts a long training, whose ranks end with the test."""
    started = []

    def begin(ranks, **more):
        started.append(Ranks(tmp_path, ranks, **more))
        started[-1].wait_checkpoint()
        return started[-1]

    yield begin
    for ranks in started:
        if ranks.process.poll() is None:
            ranks.process.kill()
            ranks.process.communicate()


def test_a_killed_rank_ends_the_run_and_the_workspace_has_the_last_checkpoint(long):
    ranks = long(3)
    os.kill(ranks.pid(2), signal.SIGKILL)
    code, _, err, seconds = ranks.end()
    assert code != 0 and seconds < 15
    # Said by mpirun, which ends the other ranks a second later.
    assert re.search(rf"rank 2 .*{re.escape(HOST)}", err), err
    assert ranks.steps() > 0


def test_a_rank_that_does_not_answer_is_named_and_completed_steps_are_kept(long):
    ranks = long(3, ELBO_MPI_TIMEOUT="4")
    os.kill(ranks.pid(1), signal.SIGSTOP)
    code, _, err, seconds = ranks.end()
    assert code != 0 and seconds < 25
    assert f"rank 1 on {HOST} has not answered for 4 s (E305)" in err, err
    assert "rank 2" not in err.split("(E305)")[0]
    kept = ranks.steps()
    assert kept > 0
    # With another number of ranks it goes on from there.
    more = run(ranks.folder, 2, "work.elbodb", "-c", "train m epochs=+1; m.steps", "--threads", "1")
    assert more.returncode == 0, more.stderr
    assert int(more.stdout.split()[-1].replace(",", "")) > kept


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_launcher_stops_after_the_step_and_keeps_it(long, number):
    ranks = long(2)
    before = ranks.metrics()
    ranks.process.send_signal(number)
    code, _, err, seconds = ranks.end()
    assert code != 0 and seconds < 10
    assert "all completed steps are kept" in err, err
    # More than the last checkpoint: what was done until the signal came, with the state of a clean end.
    assert ranks.steps() >= before > 0
    with sqlite3.connect(f"file:{ranks.folder}/work.elbodb?mode=ro", uri=True) as database:
        assert database.execute("select count(*) from sessions where ended is null").fetchone() == (0,)


def test_a_signal_to_one_rank_stops_all(long):
    ranks = long(2)
    os.kill(ranks.pid(1), signal.SIGTERM)
    code, _, err, _ = ranks.end()
    assert "all completed steps are kept" in err and code == 130, err
    assert ranks.steps() > 0


@pytest.mark.parametrize("model", [
    'encoder="dense16 batchnorm" decoder="dense16 batchnorm dense784" latent=3', "mlp hidden=16 latent=3 freebits=0.1",
    "mlp capacity-vae hidden=16 latent=3 capacity=2 beta=10", "mlp beta-tcvae hidden=16 latent=3",
    "mlp info-vae hidden=16 latent=3 lambda=10"])
def test_terms_that_couple_examples_are_those_of_the_global_batch(tmp_path, model):
    script = TRAIN.format(model=model + " seed=1 on=d")
    alone = values(tmp_path, 0, script, "m.history")
    for ranks in (2, 3):
        together = values(tmp_path, ranks, script, "m.history")
        for one, other in zip(alone, together, strict=True):
            for key in ("loss", "reconstruction", "validation"):
                assert other[key] == pytest.approx(one[key], rel=1e-4), (ranks, key)


def test_measures_of_many_examples_are_shared_and_the_same(tmp_path):
    script = """load digits as=all
d = all[0..1800]
model m mlp hidden=24 latent=3 seed=1 on=d
"""
    for name in ("e = evaluate m on=d nll=60; e", "z = encode m d; z[7]", "z = encode m d; sum(z)",
                 "u = transform d binarize=dynamic; e = evaluate m on=u seed=3; e"):
        *before, last = name.split("; ")
        text = script + "".join(f"{line}\n" for line in before)
        alone = values(tmp_path, 0, text, last)
        assert alone and values(tmp_path, 3, text, last) == alone, name


def test_data_that_no_other_rank_can_load_are_measured_by_rank_0(tmp_path):
    table = "a,b\n" + "".join(f"{i % 7},{i % 11}\n" for i in range(1200))
    script = "load - as=t; model m mlp hidden=8 latent=2 seed=1 on=t; evaluate m on=t seed=1"
    alone, together = (run(tmp_path, ranks, "--threads", "1", "-c", script, text=table) for ranks in (0, 2))
    assert alone.returncode == together.returncode == 0, together.stderr
    assert alone.stdout == together.stdout and "ELBO" in alone.stdout


SWEEP = """load digits as=all
d = all[0..300]
model m mlp hidden=8 latent=2 seed=1 on=d
s = sweep m on=d {options} seed=3
"""


@pytest.mark.parametrize("options", [
    "beta=0.5,1,2 latent=2,3 epochs=2 seeds=2", "lr=1e-3,3e-3,1e30 epochs=3 seeds=2",
    "latent=2..9 trials=9 epochs=9 stop=halving metric=nll"])
def test_a_sweep_has_the_table_of_one_process(tmp_path, options):
    script = SWEEP.format(options=options)
    for name in ("s.trials", "s.curves", "s.best.loss"):
        alone = values(tmp_path, 0, script, name)
        assert alone
        for ranks in (2, 4):
            assert values(tmp_path, ranks, script, name) == alone, (ranks, name)


def test_a_stopped_sweep_goes_on_with_another_number_of_ranks(tmp_path):
    script = SWEEP.format(options="beta=0.5,1,2,4 epochs=4000")
    (tmp_path / "sweep.elbo").write_text(script)
    # On a busy machine the sweep may not have begun yet.
    for seconds in [6, 20, 60]:
        for file in tmp_path.glob("work.elbodb*"):
            file.unlink()
        process = subprocess.Popen(
            command(3, "run", "sweep.elbo", "--session", "work.elbodb", "--threads", "1"), cwd=tmp_path, text=True,
            env=environment(tmp_path), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(seconds)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        if "all completed steps are kept" in err:
            break
    assert process.returncode != 0 and "all completed steps are kept" in err, err
    kept = values(tmp_path, 2, "", "s.trials", "work.elbodb")
    assert len(kept) == 4 and all(row["epochs"] < 4000 for row in kept)
    assert sum(row["epochs"] > 0 for row in kept) >= 2


@pytest.mark.skipif(platform.machine() != "x86_64", reason="ELBO_SIMD names instruction sets of x86-64")
def test_ranks_of_other_instruction_sets_are_refused(tmp_path):
    result = subprocess.run(
        [*MPIRUN, "-n", "1", ELBO, "-c", "1", ":", "-n", "1", "env", "ELBO_SIMD=sse4", ELBO, "-c", "1"], cwd=tmp_path,
        capture_output=True, text=True, timeout=60, env=environment(tmp_path))
    assert result.returncode == 1
    assert re.search(rf"rank 1 on {re.escape(HOST)} computes with SSE4, rank 0 on", result.stderr), result.stderr
    assert result.stderr.count("elbo:") == 1


def test_other_builds_are_refused(tmp_path):
    other = tmp_path / "elbo"
    shutil.copy(os.path.realpath(ELBO), other)
    with open(other, "ab") as file:
        file.write(b"another build")
    library = os.path.join(os.path.dirname(os.path.realpath(ELBO)), "libelbo-mpi.so")
    result = subprocess.run(
        [*MPIRUN, "-n", "1", ELBO, "-c", "1", ":", "-n", "1", str(other), "-c", "1"], cwd=tmp_path, capture_output=True,
        text=True, timeout=60, env=environment(tmp_path, ELBO_MPI_LIBRARY=library))
    assert result.returncode == 1 and "runs another build of elbo" in result.stderr


def test_wrong_starts_are_said_once(tmp_path):
    result = run(tmp_path, 3, "-c", "1", ELBO_MPI_TIMEOUT="soon")
    assert result.returncode == 2 and result.stderr.count("ELBO_MPI_TIMEOUT: expected seconds from 1 to 86400") == 1
    result = run(tmp_path, 3, "replay", "x.session")
    assert result.returncode == 2 and result.stderr.count("replay runs in one process") == 1
    result = run(tmp_path, 2, "run", "nothing.elbo")
    assert result.returncode == 2 and result.stderr.count("elbo: nothing.elbo: No such file") == 1
    result = run(tmp_path, 2, "-c", "1", ELBO_MPI_LIBRARY="/nowhere/libelbo-mpi.so")
    assert result.returncode == 1 and result.stderr.count("elbo: /nowhere/libelbo-mpi.so") == 1
    # What the launcher of another MPI would leave unconnected.
    result = run(tmp_path, 0, "-c", "1", PMI_RANK="0", PMI_SIZE="4")
    assert result.returncode == 1 and "4 processes were started, of which Open MPI" in result.stderr, result.stderr
    result = run(tmp_path, 0, "-c", "1", SLURM_PROCID="0", SLURM_STEP_NUM_TASKS="4")
    assert result.returncode == 2 and "srun --mpi=pmix" in result.stderr


def test_threads_are_divided_among_the_ranks_of_a_host(tmp_path):
    processors = len(os.sched_getaffinity(0))
    for ranks in (2, 3):
        text = TRAIN.format(model="mlp hidden=8 latent=2").replace("epochs=4", "epochs=1")
        result = run(tmp_path, ranks, text=text, options=("--bind-to", "none"))
        threads = max(1, processors // ranks)
        assert re.search(rf"ranks +{ranks}, {threads} threads? each", result.stdout), result.stdout + result.stderr
