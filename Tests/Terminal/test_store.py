"""The workspace file under force: killed processes, full and read-only disks, two at once.

ELBO_KILLS sets how often the program is killed; without it a few times, `make torture` does it 500 times.
"""

import os
import random
import sqlite3
import subprocess
import threading
import time

import pytest

ELBO = os.environ["ELBO"]
KILLS = int(os.environ.get("ELBO_KILLS", "12"))


def elbo(*arguments, text="", **options):
    return subprocess.run([ELBO, *arguments], input=text, capture_output=True, text=True, timeout=60, **options)


# Written again and again: each is whole, or not there.
FILES = ["m.safetensors", "loss.png"]


def script(first, count):
    """Cells that say when they are finished: numbers, tensors, trainings with checkpoints, mistakes, undo, files, sweeps."""
    lines = []
    for i in range(first, first + count):
        lines.append(f"x{i} = {i}")
        kind = i % 9
        if kind == 0:
            lines.append(f"z{i % 27} = normal(200, 50, seed={i});")
        elif kind == 1:
            lines.append("train m on=e epochs=+1 checkpoint=5ms;")
        elif kind == 2:
            lines.append(f"y = {i}; y = y + 1; undo;")
        elif kind == 3:
            lines.append(f"drop z{(i - 3) % 27}")
        elif kind == 4:
            lines.append("nonsense here")
        elif kind == 6:
            lines.append(f"save m {FILES[0]}; plot loss m > {FILES[1]};")
        elif kind == 7:
            lines.append("transcript on run.session; 1 + 1; transcript off;")
        elif kind == 8:
            lines.append("s = sweep m on=e lr=0.001,0.01 epochs=1;")
        else:
            lines.append("set plot theme=dark; m2 = fork m; set m2 beta=2;")
    return lines


def test_whatever_was_shown_survives_kill_9(tmp_path):
    path = str(tmp_path / "work.elbodb")
    made = elbo(path, text="e = dataset normal(64, 16, seed=1)\nmodel m mlp hidden=16 latent=2 likelihood=gaussian seed=1\n")
    assert made.returncode == 0, made.stderr
    chance = random.Random(os.environ.get("ELBO_SEED", "1"))
    finished, next_cell, killed = [], 0, 0
    while killed < KILLS:
        process = subprocess.Popen(
            [ELBO, path, "--keep-going"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd=tmp_path)
        seen = []
        lines = script(next_cell, 400)

        def feed():
            try:
                process.stdin.write("\n".join(lines) + "\n")
                process.stdin.flush()
            except BrokenPipeError:
                pass

        threading.Thread(target=feed, daemon=True).start()
        reader = threading.Thread(target=lambda: seen.extend(process.stdout), daemon=True)
        reader.start()
        # From the middle of opening to the middle of the hundredth cell.
        time.sleep(chance.random() ** 2 * 0.6)
        process.kill()
        process.wait()
        reader.join()
        killed += 1
        shown = [line.split(" = ")[0] for line in seen if line.startswith("x") and line.endswith("\n") and " = " in line]
        finished += shown
        next_cell += 400

        database = sqlite3.connect(path)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], f"kill {killed}"
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        kept = {row[0].split(" = ")[0] for row in database.execute("SELECT source FROM cells WHERE status = 'ok'")}
        values = {row[0] for row in database.execute("SELECT name FROM variables")}
        database.close()
        for name in FILES:
            if (tmp_path / name).exists():
                read = elbo("-c", f"c = open {name}" if name == FILES[0] else f"load {name} as=p", cwd=tmp_path)
                assert read.returncode == 0, f"kill {killed}: {name}: {read.stderr}"
        missing = [name for name in finished if name not in kept or name not in values]
        assert missing == [], f"kill {killed}"
    # The session itself, with everything it was shown to hold.
    last = elbo(path, text="".join(f"{name}\n" for name in finished[-50:]) + "m.steps\nvars;\ntrain m epochs=+1;\n")
    assert last.returncode == 0, last.stderr
    assert last.stdout.split()[: len(finished[-50:])] == [name[1:] for name in finished[-50:]]
    assert "could not be restored" not in last.stdout + last.stderr
    assert len(finished) >= KILLS, "hardly anything ran between the kills"


def test_a_second_process_is_refused_by_name_and_may_read(tmp_path):
    path = str(tmp_path / "work.elbodb")
    with subprocess.Popen([ELBO, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        first.stdin.write("a = 1\n")
        first.stdin.flush()
        assert first.stdout.readline() == "a = 1\n"
        second = elbo(path, "-c", "a = 2")
        assert second.returncode != 0
        assert f"is open in another process ({first.pid})" in second.stderr and "E501" in second.stderr
        reading = elbo(text=f"open {path} read-only=yes;\na\na = 5\na\n")
        assert reading.stdout == "1\na = 5\n5\n", reading.stderr
        first.stdin.write("a\n")
        first.stdin.flush()
        assert first.stdout.readline() == "1\n"
        first.stdin.close()
    assert elbo(path, "-c", "a").stdout == "1\n"


def unshared(commands, folder):
    """Runs shell commands where file systems can be mounted; skips where they cannot."""
    probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", str(folder)], capture_output=True)
    if probe.returncode != 0:
        pytest.skip("file systems cannot be mounted here")
    shell = ["unshare", "-m", "sh", "-ec", commands]
    return subprocess.run(shell, cwd=folder, capture_output=True, text=True, timeout=60, env={**os.environ, "E": ELBO})


def test_a_full_disk_leaves_the_session_in_memory_and_is_caught_up_with(tmp_path):
    result = unshared(
        """
        mkdir disk; mount -t tmpfs -o size=2m none disk
        printf 'a = 1\\nz = normal(100000, 20, seed=1)\\nb = a + 1\\nmean(z) | norm | _ < 1\\n' | $E disk/w.elbodb || true
        echo ----
        printf 'a\nvars\n' | $E disk/w.elbodb
        echo ----
        printf 'z = normal(100000, 20, seed=1)\\nc = 3\\ndrop z\\nz = 4;d = 5\\n' | $E disk/w.elbodb
        echo ----
        $E disk/w.elbodb -c 'a + c + d'
        cp disk/w.elbodb* .
        """,
        tmp_path,
    )
    full, after, caught_up, last = result.stdout.split("----\n")
    output = full + result.stderr
    assert "The session continues in memory" in output and output.count("continues in memory") >= 1
    assert "b = 2" in full
    assert "a" in after and "z" not in after.split()
    assert "c = 3" in caught_up and "d = 5" in caught_up
    assert "can be written again; no cell was lost" in caught_up + result.stderr
    assert last.strip() == "9"
    database = sqlite3.connect(tmp_path / "w.elbodb")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_read_only_disk_is_said_and_the_session_goes_on(tmp_path):
    result = unshared(
        """
        mkdir disk; mount -t tmpfs none disk
        $E disk/w.elbodb -c 'a = 41'
        mount -o remount,ro disk
        printf 'a + 1\nb = 3\nvars\n' | $E disk/w.elbodb
        """,
        tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert "42" in result.stdout and "b" in result.stdout
    assert "is read-only" in result.stdout + result.stderr and "save session PATH" in result.stdout + result.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("was_killed", [False, True])
def test_a_file_of_somebody_else_can_be_read(tmp_path, was_killed):
    folder = tmp_path / "theirs"
    folder.mkdir()
    path = str(folder / "w.elbodb")
    with subprocess.Popen([ELBO, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        first.stdin.write("a = 41\n")
        first.stdin.flush()
        first.stdout.readline()
        if was_killed:
            first.kill()
    for name in folder.iterdir():
        name.chmod(0o444)
    folder.chmod(0o555)
    for parent in folder.parents:
        if str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    result = elbo(path, "-c", "a + 1\nb = 2", user=65534, group=65534, extra_groups=[], env={"HOME": "/", "PATH": "/usr/bin"})
    assert result.returncode == 0, result.stderr
    assert "42" in result.stdout and "is read-only" in result.stdout + result.stderr
