"""Training time to the same test −ELBO: elbo beside PyTorch and Keras, in turn on one machine.

usage: compare.py --elbo PROGRAM --data MNIST [--recipes conv mlp iwae] [--epochs N] [--peers torch keras] [--seed N]

Every program trains the same network on the same 60,000 images with the same optimiser, batch size and number of
epochs, and is measured on the 10,000 test images after every epoch; only training is timed. The target is the worse of
the two final figures, so both reach it. Printed are the seconds to the target, their ratio, and every program's figure
at the end. All begin alike; with --begin-at-mean ours alone begins with the decoder's last bias at the data's mean
(bias=mean), so that the ratio is no longer one of the same work. Recipes:

    conv   Keras' convolutional VAE example, 2 latents; Adam 1e-3, batch 128, 30 epochs
    mlp    pytorch/examples' VAE: 784-400-20, ReLU; Adam 1e-3, batch 128, 10 epochs
    iwae   the IWAE paper's one-layer network, k = 1: 784-200-200-50, tanh; Adam with epsilon 1e-4, batch 20, images
           binarised anew at every draw; the first 121 epochs of its learning-rate ladder
"""

import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
EPOCHS = {"conv": 30, "mlp": 10, "iwae": 121}
# What we are asked to do, one epoch at a time.
OURS = {
    "conv": (
        "",
        'model m encoder="conv32k3s2 conv64k3s2 dense16" '
        'decoder="dense3136 reshape64x7x7 convt64k3s2 convt32k3s2 convt1k3" latent=2 init=glorot on=d',
        "batch=128 lr=1e-3",
    ),
    "mlp": ("", "model m mlp hidden=400 latent=20 on=d", "batch=128 lr=1e-3"),
    "iwae": (
        "d = transform d binarize=dynamic",
        "model m vae iwae latent=50 on=d",
        "batch=20 lr=1e-3 epsilon=1e-4 schedule=iwae",
    ),
}


def script(recipe, epochs, seed, threads, at_mean):
    before, model, options = OURS[recipe]
    bias = " bias=mean" if at_mean else ""
    lines = [f"threads {threads}", "load mnist as=d", before, f"{model}{bias} seed={seed}"]
    # Each epoch is a statement of its own, so that what is between is not timed.
    lines.append(f"train m on=d epochs=1 seed={seed} {options}")
    for epoch in range(epochs):
        if epoch:
            lines.append("train m epochs=+1 " + " ".join(o for o in options.split() if o.startswith("schedule")))
        lines.append("evaluate m on=d.test")
    return "\n".join(line for line in lines if line) + "\n"


def elbo(options, recipe, epochs):
    """(seconds so far, test −ELBO) after every epoch."""
    environment = dict(os.environ, ELBO_DATA=os.path.dirname(os.path.abspath(options.data)))
    run = subprocess.run(
        [options.elbo, "--format", "json"], capture_output=True, env=environment, text=True,
        input=script(recipe, epochs, options.seed, options.threads, options.begin_at_mean))
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


def peer(script_name, options, recipe, epochs, *more):
    run = subprocess.run(
        [sys.executable, os.path.join(HERE, script_name), options.data, recipe, str(epochs), "--threads",
         str(options.threads), "--seed", str(options.seed), *more], text=True, capture_output=True)
    if run.returncode:
        sys.exit(run.stderr)
    rows = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    return [(row["seconds"], row["test"]) for row in rows]


def reached(curve, target):
    """Seconds to the target, on the straight line between the epochs around it."""
    before = (0.0, None)
    for seconds, value in curve:
        if value <= target:
            if before[1] is None or before[1] == value:
                return seconds
            share = (before[1] - target) / (before[1] - value)
            return before[0] + share * (seconds - before[0])
        before = (seconds, value)
    return float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elbo", required=True)
    parser.add_argument("--data", required=True, help="the folder with the four files of MNIST")
    parser.add_argument("--recipes", nargs="+", choices=EPOCHS, default=list(EPOCHS))
    parser.add_argument("--peers", nargs="+", choices=["torch", "torch-compile", "keras"],
                        default=["torch", "torch-compile", "keras"])
    parser.add_argument("--epochs", type=int, help="fewer than the recipe's")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--begin-at-mean", action="store_true", help="ours alone, with bias=mean")
    options = parser.parse_args()
    print("recipe  peer           epochs  −ELBO ours  −ELBO peer  target  seconds ours  seconds peer  peer/ours")
    for recipe in options.recipes:
        epochs = options.epochs or EPOCHS[recipe]
        for name in options.peers:
            if name == "keras" and recipe == "iwae":
                continue
            # In the same minutes: ours before every peer.
            ours = elbo(options, recipe, epochs)
            theirs = (peer("peer_keras.py", options, recipe, epochs) if name == "keras" else peer(
                "peer_torch.py", options, recipe, epochs, *(["--compile"] if name == "torch-compile" else [])))
            target = max(ours[-1][1], theirs[-1][1])
            a, b = reached(ours, target), reached(theirs, target)
            print(f"{recipe:7} {name:14} {epochs:6}  {ours[-1][1]:10.2f}  {theirs[-1][1]:10.2f}  {target:6.2f}"
                  f"  {a:12.1f}  {b:12.1f}  {b / a:8.2f}×", flush=True)


if __name__ == "__main__":
    main()
