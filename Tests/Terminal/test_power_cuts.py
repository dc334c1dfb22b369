"""The workspace after a power cut: what the disk may hold then, made from a record of everything that was written.

A cut keeps what was synced. Of what was written since, each piece of 512 bytes may be there or not, in any order. The
workspace must open, be sound, and hold a session as it was after some cell: none in the middle is missing, and nothing of
a later one is there. `ELBO_CUTS` sets how many disks are made; without it a few, `make torture` makes 500.
"""

import json
import os
import random
import shutil
import sqlite3
import struct
import subprocess
from pathlib import Path

import pytest

ELBO = os.environ["ELBO"]
CUTS = int(os.environ.get("ELBO_CUTS", "25"))
SECTOR = 512
EPOCHS = 12

HALVES = "y = 1; drop y"
SESSION = [
    "e = dataset normal(64, 16, seed=1)",
    "model m mlp hidden=16 latent=2 likelihood=gaussian seed=1",
    *[
        line
        for i in range(EPOCHS)
        for line in (
            f"x{i} = {i}",
            "train m on=e epochs=+1 batch=16;",
            f"z = normal(300, 50, seed={i});",
            f"plot loss m > loss{i}.csv",
            HALVES,
        )
    ],
]


def elbo(*arguments, text="", **options):
    return subprocess.run([ELBO, *arguments], input=text, capture_output=True, text=True, timeout=120, **options)


def losses(path, more):
    """ELBO of the model after `more` further epochs, all digits of it."""
    result = elbo(path, "--format", "json", text=(f"train m on=e epochs=+{more} batch=16;\n" if more else "") + "evaluate m on=e seed=1\n")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])["outputs"][-1]["json"]


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """(folder, records, how many bytes of the log each cell had ended at)"""
    compiler = next(filter(shutil.which, ("cc", "clang", "gcc")), None)
    if not compiler:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("recorded")
    library = tmp_path_factory.mktemp("library") / "record_writes.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, Path(__file__).with_name("record_writes.c"), "-ldl"], check=True)
    log = library.with_name("log")
    environment = {
        **os.environ, "LD_PRELOAD": str(library), "RECORDED_FOLDER": str(folder), "RECORDED_LOG": str(log)}
    process = subprocess.Popen(
        [ELBO, "work.elbodb"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment)
    ends = []
    for number, source in enumerate(SESSION):
        # A cell that is printed behind each of them says when the one before was finished.
        process.stdin.write(f"{source}\n\"done {number}\"\n")
        process.stdin.flush()
        while f"done {number}" not in (line := process.stdout.readline()):
            assert line, f"the session ended at {SESSION[number]!r}"
        ends.append(log.stat().st_size)
    process.stdin.close()
    process.stdout.read()
    assert process.wait() == 0
    return folder, list(records(log.read_bytes())), ends


def records(data):
    """(kind, path, offset, data, where it ends in the log)"""
    position = 0
    while position < len(data):
        kind, length = struct.unpack_from("<cI", data, position)
        position += 5
        path = data[position:position + length].decode()
        offset, size = struct.unpack_from("<qq", data, position + length)
        position += length + 16
        yield kind.decode(), path, offset, data[position:position + size], position + size
        position += size


def disk_after(recorded, chance):
    """What the files may hold when the power goes behind these records: {path: bytes}"""
    synced = {}
    for index, (kind, path, *_) in enumerate(recorded):
        if kind == "S":
            synced[path] = index
    # From none of what was not synced to all of it.
    share = chance.choice([0, 0.5, 0.9, 1])
    files = {}
    for index, (kind, path, offset, data, _) in enumerate(recorded):
        is_safe = index < synced.get(path, -1)
        if kind == "W":
            content = files.setdefault(path, bytearray())
            for start in range(0, len(data), SECTOR):
                if is_safe or chance.random() < share:
                    at, piece = offset + start, data[start:start + SECTOR]
                    content.extend(bytes(max(0, at + len(piece) - len(content))))
                    content[at:at + len(piece)] = piece
        elif kind == "T":
            content = files.setdefault(path, bytearray())
            if is_safe or chance.random() < share:
                del content[offset:]
                content.extend(bytes(offset - len(content)))
        elif kind == "U":
            files.pop(path, None)
        elif kind == "R":
            target = data.decode()
            files[target] = files.pop(path, bytearray())
    return files


def test_every_disk_that_a_power_cut_leaves_holds_a_session_as_it_once_was(recording, tmp_path):
    folder, recorded, _ = recording
    chance = random.Random(os.environ.get("ELBO_SEED", "1"))
    uninterrupted = losses(str(folder / "work.elbodb"), 0)
    lengths = set()
    for cut in range(CUTS):
        here = tmp_path / str(cut)
        here.mkdir()
        end = chance.randrange(len(recorded)) + 1
        for path, content in disk_after(recorded[:end], chance).items():
            assert path.startswith(str(folder))
            (here / Path(path).name).write_bytes(content)
        path = here / "work.elbodb"
        if not path.exists():
            continue
        case = f"seed {os.environ.get('ELBO_SEED', '1')}, cut {cut} behind record {end}"
        opened = elbo(str(path), "-c", "vars")
        assert opened.returncode == 0, f"{case}: {opened.stderr}"
        database = sqlite3.connect(path)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], case
        assert database.execute("PRAGMA foreign_key_check").fetchall() == [], case
        cells = [row[0] for row in database.execute("SELECT source FROM cells WHERE status = 'ok' ORDER BY id")]
        kept = [cell for cell in cells if cell != "vars" and not cell.startswith('"done')]
        assert kept == SESSION[:len(kept)], f"{case}: a cell is missing"
        lengths.add(len(kept))
        # The variables are those after just these cells.
        names = {row[0] for row in database.execute("SELECT name FROM variables")}
        expected = {line.split(" = ")[0] for line in kept if line[0] in "exz"} | {"m" for line in kept if line.startswith("model")}
        # Each statement is a transaction of its own: of "y = 1; drop y", still running, the first may stand alone.
        if SESSION[len(kept):len(kept) + 1] == [HALVES]:
            names.discard("y")
        assert names - {"_"} == expected, case
        database.close()
        trained = sum(line.startswith("train") for line in kept)
        if trained and cut % 5 == 0:
            assert losses(str(path), EPOCHS - trained) == uninterrupted, f"{case}: not the same training"
        shutil.rmtree(here)
    # A test that finds the same state everywhere has cut nothing.
    assert len(lengths) > min(CUTS, len(SESSION)) / 5
