#!/usr/bin/env python3
"""How long a step takes on n ranks, and what that makes of images a second: a model of it.

    step(n) = F + (B / n) · c + A(n, S)
    A(n, S) = 2 ⌈log2 n⌉ α + 2 (n − 1)/n · S/β

F is what a step takes whatever its rows, c the computation of an image on one rank, B the rows of the global batch, S the
bytes of the gradients, α the latency and β the bandwidth of the network. A is a reduce-scatter and an all-gather, which an
all-reduce is made of (Thakur, Rabenseifner & Gropp 2005, "Optimization of collective communication operations in MPICH",
section 4). Nothing of it is hidden behind the computation: elbo starts it when the last gradient is done.

    scaling.py                    the table, for a fixed global batch and for one that grows with the ranks
    scaling.py --fit FILE         F, c from lines "rows seconds" of steps measured on one rank
"""

import argparse
import math

# Parameters of the trained networks, and images a second of two cores (../benchmarks/RESULTS.md): c is that of one rank of two
# threads. F was not measured apart there; it is taken as part of c, which flatters large n.
WORKLOADS = {
    # name: (parameters, batch, images a second)
    "mlp, 784-400-20": (652_824, 128, 48_442),
    "conv, the article's": (179_017, 128, 5_538),
    "burgess, 64×64": (502_005, 64, 3_254),
    "iwae k = 1": (425_284, 20, 40_244),
    "iwae k = 50": (425_284, 20, 2_478),
}

# Latency in seconds and bandwidth in bytes a second of one rank: assumptions, from what vendors say; measure yours with the
# "exchange" that train reports.
NETWORKS = {"10 Gbit/s Ethernet": (30e-6, 1.1e9), "100 Gbit/s InfiniBand": (2e-6, 11e9)}

RANKS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]


def exchange(ranks, size, latency, bandwidth):
    if ranks == 1:
        return 0.0
    return 2 * math.ceil(math.log2(ranks)) * latency + 2 * (ranks - 1) / ranks * size / bandwidth


def speed(ranks, batch, seconds, size, network, fixed=0.0, cores=None):
    """Images a second; a rank without rows still takes part in the exchange, and computes one. Ranks beyond the cores of
    their host take turns."""
    rows = max(1, math.ceil(batch / ranks))
    turns = max(1.0, ranks / cores) if cores else 1.0
    return batch / (turns * (fixed + rows * seconds) + exchange(ranks, size, *network))


def line(points):
    """Least squares of y = a + b · x."""
    n = len(points)
    x, y = sum(p[0] for p in points) / n, sum(p[1] for p in points) / n
    b = sum((p - x) * (q - y) for p, q in points) / sum((p - x) ** 2 for p, _ in points)
    return y - b * x, b


def fit(path):
    """Least squares of seconds = F + rows · c."""
    fixed, c = line([tuple(map(float, row.split())) for row in open(path) if row.strip() and not row.startswith("#")])
    print(f"F = {fixed * 1e3:.3f} ms, c = {c * 1e6:.2f} µs an image")


def table(title, batch_of):
    print(f"\n### {title}\n")
    print("| workload | network | " + " | ".join(str(n) for n in RANKS) + " |")
    print("|---|---|" + "---|" * len(RANKS))
    for name, (parameters, batch, rate) in WORKLOADS.items():
        for network, numbers in NETWORKS.items():
            first = speed(1, batch_of(batch, 1), 1 / rate, 4 * parameters, numbers)
            cells = [f"{speed(n, batch_of(batch, n), 1 / rate, 4 * parameters, numbers) / first:.1f}" for n in RANKS]
            print(f"| {name} | {network} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--fit", metavar="FILE")
    given = options.parse_args()
    if given.fit:
        fit(given.fit)
    else:
        table("Speed-up with the batch of one rank, divided", lambda batch, n: batch)
        table("Speed-up with that batch on every rank", lambda batch, n: batch * n)
