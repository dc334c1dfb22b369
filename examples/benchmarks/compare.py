"""Training time to the same test −ELBO: elbo, PyTorch and Keras alternately on one machine.

usage: compare.py --elbo PROGRAM --data MNIST [--recipes conv mlp iwae] [--epochs N] [--peers torch keras]
                  [--seeds N ...] [--begin alike|own] [--curves FILE]

Every program trains the same network on the same 60,000 images with the same optimizer, batch size and number of
epochs, and is evaluated on the 10,000 test images after every epoch; only training is timed. elbo and the peer
alternate, seed by seed. The target is the worse of the two medians of the final values, so that a typical run of both
reaches it; the output is the median seconds to the target, their ratio, and the final value of every run. All use the
same initialization unless --begin own: then elbo uses its default, with the decoder's last bias from the data's mean.
--curves stores every run, one object per line, and skips runs that the file already contains, such as curves.jsonl. Recipes:

    conv   Keras' convolutional VAE example, 2 latents; Adam 1e-3, batch 128, 30 epochs
    mlp    pytorch/examples' VAE: 784-400-20, ReLU; Adam 1e-3, batch 128, 10 epochs
    iwae   the IWAE paper's one-layer network, k = 1: 784-200-200-50, tanh; Adam with epsilon 1e-4, batch 20, images
           binarized anew at every draw; the first 121 epochs of its learning-rate ladder
"""

import argparse
import json
import os
import subprocess
import sys
from statistics import median

HERE = os.path.dirname(os.path.abspath(__file__))
EPOCHS = {"conv": 30, "mlp": 10, "iwae": 121}
# What we are asked to do, one epoch at a time.
OURS = {
    "conv": (
        "",
        'model m encoder="conv32k3s2 conv64k3s2 dense16" '
        'decoder="dense3136 reshape64x7x7 convt64k3s2 convt32k3s2 convt1k3" latent=2 init=glorot',
        "batch=128 lr=1e-3 epsilon=1e-7",
    ),
    "mlp": ("", "model m mlp hidden=400 latent=20", "batch=128 lr=1e-3"),
    "iwae": (
        "d = transform d binarize=dynamic",
        "model m vae iwae latent=50",
        "batch=20 lr=1e-3 epsilon=1e-4 schedule=iwae",
    ),
}


def script(recipe, epochs, seed, options):
    before, model, training = OURS[recipe]
    bias = " bias=init" if options.begin == "alike" else ""
    lines = [f"threads {options.threads}", "load mnist as=d", before, f"{model}{bias} on=d seed={seed}"]
    # Each epoch is a statement of its own, so that what is between is not timed.
    lines.append(f"train m on=d epochs=1 seed={seed} {training}")
    for epoch in range(epochs):
        if epoch:
            lines.append("train m epochs=+1 " + " ".join(o for o in training.split() if o.startswith("schedule")))
        lines.append("evaluate m on=d.test")
    return "\n".join(line for line in lines if line) + "\n"


def elbo(options, recipe, epochs, seed):
    """(seconds so far, test −ELBO) after every epoch."""
    environment = dict(os.environ, ELBO_DATA=os.path.dirname(os.path.abspath(options.data)))
    run = subprocess.run(
        [options.elbo, "--format", "json"], capture_output=True, env=environment, text=True,
        input=script(recipe, epochs, seed, options))
    curve, seconds = [], 0.0
    for line in run.stdout.splitlines():
        cell = json.loads(line)
        if cell["status"] != "ok":
            sys.exit(f"{cell['source']}: {cell['error']['message']}")
        if cell["source"].startswith("train"):
            seconds += cell["seconds"]
        elif cell["source"].startswith("evaluate"):
            curve.append((seconds, cell["outputs"][0]["json"]["elbo"]))
    return curve


def peer(name, options, recipe, epochs, seed):
    program = "peer_keras.py" if name == "keras" else "peer_torch.py"
    run = subprocess.run(
        [sys.executable, os.path.join(HERE, program), options.data, recipe, str(epochs), "--threads",
         str(options.threads), "--seed", str(seed), *(["--compile"] if name == "torch-compile" else [])],
        text=True, capture_output=True)
    if run.returncode:
        sys.exit(run.stderr)
    rows = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    return [(row["seconds"], row["test"]) for row in rows]


def once(options, recipe, epochs, program, seed):
    """The run, from the file of curves if it is there; else it is made and written there."""
    key = {"recipe": recipe, "program": program, "seed": seed, "threads": options.threads}
    if program == "elbo":
        key["begin"] = options.begin
    if options.curves and os.path.exists(options.curves):
        with open(options.curves, encoding="utf-8") as file:
            for row in map(json.loads, file):
                if len(row["curve"]) == epochs and all(row[k] == v for k, v in key.items()):
                    return row["curve"]
    curve = (elbo(options, recipe, epochs, seed) if program == "elbo" else peer(program, options, recipe, epochs, seed))
    if options.curves:
        with open(options.curves, "a", encoding="utf-8") as file:
            rounded = [(round(seconds, 3), round(value, 3)) for seconds, value in curve]
            print(json.dumps({**key, "curve": rounded}), file=file)
    return curve


def reached(curve, target):
    """Seconds to the target, on the straight line between the epochs around it; infinite where it was not reached."""
    before = (0.0, None)
    for seconds, value in curve:
        if value <= target:
            if before[1] is None or before[1] == value:
                return seconds
            share = (before[1] - target) / (before[1] - value)
            return before[0] + share * (seconds - before[0])
        before = (seconds, value)
    return float("inf")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elbo", required=True)
    parser.add_argument("--data", required=True, help="the folder with the four files of MNIST")
    parser.add_argument("--recipes", nargs="+", choices=EPOCHS, default=list(EPOCHS))
    parser.add_argument("--peers", nargs="+", choices=["torch", "torch-compile", "keras"],
                        default=["torch", "torch-compile", "keras"])
    parser.add_argument("--epochs", type=int, help="fewer than the recipe's")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="an odd number of them")
    parser.add_argument("--begin", choices=["alike", "own"], default="alike")
    parser.add_argument("--curves", metavar="FILE", help="(seconds, test −ELBO) after every epoch of every run")
    options = parser.parse_args()
    for recipe in options.recipes:
        epochs = options.epochs or EPOCHS[recipe]
        for name in options.peers:
            if name == "keras" and recipe == "iwae":
                continue
            runs = [[once(options, recipe, epochs, program, seed) for program in ("elbo", name)]
                    for seed in options.seeds]
            target = max(median(curve[-1][1] for curve in curves) for curves in zip(*runs))
            print(f"{recipe}, {epochs} epochs, elbo beside {name}: seconds to −ELBO {target:.2f}")
            print("   seed  −ELBO ours  −ELBO peer  seconds ours  seconds peer", flush=True)
            for seed, (ours, theirs) in zip(options.seeds, runs):
                print(f"{seed:7}  {ours[-1][1]:10.2f}  {theirs[-1][1]:10.2f}  {reached(ours, target):12.1f}"
                      f"  {reached(theirs, target):12.1f}")
            a, b = (median(reached(curve, target) for curve in curves) for curves in zip(*runs))
            c, d = (median(curve[-1][0] for curve in curves) for curves in zip(*runs))
            print(f" median                          {a:12.1f}  {b:12.1f}  {b / a:.2f}×"
                  f"   all epochs: {c:.1f} and {d:.1f} s, {d / c:.2f}×", flush=True)


if __name__ == "__main__":
    main()
