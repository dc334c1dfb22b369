#!/usr/bin/env python3
"""What ranks gain on this machine, held against the model of scaling.py: run it while nothing else runs.

    measure.py [--elbo PROGRAM] [--rounds 3] [--examples 6000] [--ranks 2 4] [--mpirun "mpirun --bind-to core"] [--json FILE]

It trains `mlp` and `conv` on the built-in digits, in turn and so often: one rank with one thread on batches of several sizes,
which gives F and c; models of several sizes on two ranks, whose exchange gives the latency and the bandwidth of an all-reduce;
one rank with N threads, and N ranks with one. It prints, for each, images a second, bytes and seconds of the all-reduces of a
step, and what the model says with the inputs measured; nothing is taken from elsewhere. Each number is the median of the
rounds. An epoch is measured after one that is not.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile

import scaling

MODELS = {"mlp": "mlp hidden=400 latent=20", "conv": "conv latent=20"}
BATCHES = (32, 64, 128)
# Hidden units of a network whose gradients are 0.1 to 10 MB, with a batch so small that they are most of a step.
SIZES = (16, 64, 256, 1024, 1600)


class Machine:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp()

    def train(self, ranks, threads, model, batch, epochs=2):
        """Images a second of the last epoch, and of a step the all-reduces, their bytes and seconds."""
        script = (f"load digits as=all\nd = all[0..{self.options.examples - 1}]\nmodel m {model} seed=1 on=d\n"
                  f"train m on=d epochs=1 batch={batch} seed=1\nr = train m epochs=+{epochs} batch={batch}\nr\n")
        launcher = [*shlex.split(self.options.mpirun), "-n", str(ranks)] if ranks > 1 else []
        done = subprocess.run(
            [*launcher, self.options.elbo, "--format", "json", "--threads", str(threads)], input=script, text=True,
            capture_output=True, cwd=self.folder,
            env={**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"})
        if done.returncode:
            sys.exit(done.stdout[-2000:] + done.stderr)
        report = json.loads(done.stdout.splitlines()[-1])["outputs"][-1]["json"]
        return {"rate": report["speed"], "bytes": report.get("exchanged", 0), "count": report.get("all_reduces", 0),
                "seconds": report.get("exchange_seconds", 0.0)}

    def in_turn(self, runs):
        """The median of each, every round in the same order."""
        found = {name: [] for name in runs}
        for number in range(self.options.rounds):
            for name, arguments in runs.items():
                found[name].append(self.train(**arguments))
                print(f"# round {number + 1}: {name}: {found[name][-1]}", file=sys.stderr)
        return {name: {key: statistics.median(one[key] for one in all) for key in all[0]} for name, all in found.items()}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--elbo", default="elbo")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--examples", type=int, default=6000, help="of an epoch, up to 12000")
    options.add_argument("--ranks", type=int, nargs="+", default=[2, 4])
    options.add_argument("--mpirun", default="mpirun --oversubscribe --bind-to none")
    options.add_argument("--json", metavar="FILE", help="everything that was measured")
    options = options.parse_args()
    machine, cores = Machine(options), len(os.sched_getaffinity(0))

    # Inputs: what a step takes by its rows, and what an exchange takes by its bytes.
    runs = {f"{name} batch {batch}": dict(ranks=1, threads=1, model=model, batch=batch)
            for name, model in MODELS.items() for batch in BATCHES}
    runs |= {f"exchange {size}": dict(ranks=2, threads=1, model=f"mlp hidden={size} latent=8", batch=8, epochs=1)
             for size in SIZES}
    # What is to be predicted.
    for name, model in MODELS.items():
        for ranks in [1, *options.ranks]:
            runs[f"{name} {ranks} × 1"] = dict(ranks=ranks, threads=1, model=model, batch=128)
            if 1 < ranks <= cores:
                runs[f"{name} 1 × {ranks}"] = dict(ranks=1, threads=ranks, model=model, batch=128)
    found = machine.in_turn(runs)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(found, file, indent=1)

    latency, per_byte = scaling.line([(found[f"exchange {size}"]["bytes"], found[f"exchange {size}"]["seconds"]) for size in SIZES])
    # Of two ranks A = 2 α + S/β.
    network = (max(latency, 0) / 2, 1 / per_byte)
    print(f"all-reduce of two ranks here: α = {network[0] * 1e6:.1f} µs, β = {network[1] / 1e9:.2f} GB/s, with waits\n")
    print("| workload | ranks × threads | images/s | all-reduces a step | bytes | ms | share of the step | predicted images/s | measured/predicted |")
    print("|---|---|---|---|---|---|---|---|---|")
    summaries = []
    for name in MODELS:
        fixed, image = scaling.line([(batch, batch / found[f"{name} batch {batch}"]["rate"]) for batch in BATCHES])
        for key, one in found.items():
            if not key.startswith(name) or "×" not in key:
                continue
            ranks, threads = (int(word) for word in key.removeprefix(name).split("×"))
            share = one["seconds"] * one["rate"] / 128
            said = f"{scaling.speed(ranks, 128, image, one['bytes'], network, max(fixed, 0), cores):,.0f}" if threads == 1 else ""
            ratio = f"{one['rate'] / float(said.replace(',', '')):.2f}" if said else ""
            print(f"| {name} | {ranks} × {threads} | {one['rate']:,.0f} | {one['count']:.0f} | {one['bytes']:,.0f} "
                  f"| {one['seconds'] * 1e3:.3f} | {share:.0%} | {said} | {ratio} |")
        summary = f"{name}: F = {fixed * 1e3:.3f} ms, c = {image * 1e6:.2f} µs an image on one thread"
        for ranks in options.ranks:
            if f"{name} 1 × {ranks}" in found:
                gain = found[f"{name} {ranks} × 1"]["rate"] / found[f"{name} 1 × {ranks}"]["rate"]
                summary += f"; {ranks} ranks have {gain:.2f} of the speed of {ranks} threads"
        summaries.append(summary)
    print("", *summaries, "", sep="\n")
    print("Nothing of an exchange is hidden behind computation: it begins when the last gradient is done.")


if __name__ == "__main__":
    main()
