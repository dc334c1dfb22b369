"""Sessions of many cells: memory stays, cells stay quick to keep, a large workspace opens."""

import os
import subprocess
import threading

import pytest

ELBO = os.environ["ELBO"]
CELLS = int(os.environ.get("ELBO_CELLS", "4000"))


def resident(process):
    """Kilobytes of memory that a process holds; none once it has ended."""
    with open(f"/proc/{process.pid}/status") as status:
        return next((int(line.split()[1]) for line in status if line.startswith("VmRSS")), None)


@pytest.mark.parametrize("stored", [True, False])
def test_memory_does_not_grow_with_the_number_of_cells(tmp_path, stored):
    arguments = [str(tmp_path / "work.elbodb")] if stored else []
    process = subprocess.Popen(
        [ELBO, *arguments, "--keep-going"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    kinds = [
        "x = {i}", "[{i}, 2, 3] | sum", "z = normal(100, 30, seed={i})", "mean(z)", "nonsense {i}", "history n=2",
        "z[0..9] * 2", "vars", "undo", "help E104",
    ]
    lines = [kinds[i % len(kinds)].format(i=i) + f'\n"done {i}"\n' for i in range(CELLS // 2)]

    def feed():
        for line in lines:
            process.stdin.write(line)
        process.stdin.close()

    threading.Thread(target=feed, daemon=True).start()
    sizes, done = {}, 0
    for line in process.stdout:
        if line.startswith("done "):
            done += 1
            if done % (CELLS // 20) == 0:
                sizes[done] = resident(process)
    assert process.wait(60) in (0, 1)
    assert done == CELLS // 2
    # Results that `_N` reaches and twenty steps of undo fill up in the first half.
    middle, end = sizes[max(s for s in sizes if s <= CELLS // 4)], sizes[max(s for s in sizes if s < CELLS // 2)]
    # A session without a workspace keeps the text of its cells, a few hundred bytes each.
    allowance = 4_000 + (0 if stored else CELLS)
    assert end - middle < allowance, sizes
