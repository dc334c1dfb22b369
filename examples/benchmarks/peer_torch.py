"""The published recipes in PyTorch: training seconds and test −ELBO after every epoch, one JSON object a line.

usage: peer_torch.py DATA RECIPE EPOCHS [--compile] [--threads N] [--seed N]

DATA holds the four files of MNIST. Recipes are those of compare.py. Evaluation is not part of the seconds.
"""

import argparse
import gzip
import json
import math
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def images(path):
    with gzip.open(path) as file:
        return torch.from_numpy(np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255)


class Dense(nn.Module):
    """Fully connected encoder and decoder with the same hidden widths."""

    def __init__(self, widths, latent, activation):
        super().__init__()
        down, up = [784, *widths], [latent, *reversed(widths)]
        self.encoder = nn.Sequential(*[m for a, b in zip(down, down[1:]) for m in (nn.Linear(a, b), activation())])
        self.mean, self.log_variance = nn.Linear(widths[-1], latent), nn.Linear(widths[-1], latent)
        hidden = [m for a, b in zip(up, up[1:]) for m in (nn.Linear(a, b), activation())]
        self.decoder = nn.Sequential(*hidden, nn.Linear(widths[0], 784))

    def encode(self, x):
        h = self.encoder(x)
        return self.mean(h), self.log_variance(h)


class Convolutional(nn.Module):
    """Keras' example: two stride-2 convolutions of 32 and 64 channels, dense 16; back from the latents to 7·7·64."""

    def __init__(self, latent):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 32, 3, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(),
            nn.Flatten(), nn.Linear(3136, 16), nn.ReLU())
        self.mean, self.log_variance = nn.Linear(16, latent), nn.Linear(16, latent)
        self.decoder = nn.Sequential(
            nn.Linear(latent, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 64, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 3, 1, 1), nn.Flatten())

    encode = Dense.encode

    def begin(self):
        """Keras' initial values: Glorot's uniform weights, biases of zero."""
        for parameter in self.parameters():
            nn.init.xavier_uniform_(parameter) if parameter.dim() > 1 else nn.init.zeros_(parameter)
        return self


RECIPES = {
    # batch, learning rate of an epoch, epsilon of Adam, binarized anew at every draw
    "conv": (lambda: Convolutional(2).begin(), 128, lambda epoch: 1e-3, 1e-7, False),
    "mlp": (lambda: Dense([400], 20, nn.ReLU), 128, lambda epoch: 1e-3, 1e-8, False),
    "iwae": (lambda: Dense([200, 200], 50, nn.Tanh), 20, lambda epoch: 1e-3 * 10 ** (-stage(epoch) / 7), 1e-4, True),
}


def stage(epoch):
    """i of the IWAE paper's ladder: 3^i epochs each."""
    return next(i for i in range(8) if epoch < sum(3**j for j in range(i + 1)) or i == 7)


def loss(model, x):
    mean, log_variance = model.encode(x)
    z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
    reconstruction = F.binary_cross_entropy_with_logits(model.decoder(z), x, reduction="sum")
    kl = 0.5 * (mean.square() + torch.expm1(log_variance) - log_variance).sum()
    return (reconstruction + kl) / len(x)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("recipe", choices=RECIPES)
    parser.add_argument("epochs", type=int)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    make, batch, rate, epsilon, dynamic = RECIPES[options.recipe]
    train = images(f"{options.data}/train-images-idx3-ubyte.gz")
    test = images(f"{options.data}/t10k-images-idx3-ubyte.gz")
    if dynamic:
        test = torch.bernoulli(test, generator=torch.Generator().manual_seed(1))
    model = make()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, eps=epsilon, fused=True)
    step_loss = torch.compile(loss) if options.compile else loss
    seconds = 0.0
    for epoch in range(options.epochs):
        for group in optimizer.param_groups:
            group["lr"] = rate(epoch)
        start = time.perf_counter()
        order = torch.randperm(len(train))
        # Whole batches, so that the compiled step sees one shape.
        for begin in range(0, len(train) - batch + 1, batch):
            x = train[order[begin : begin + batch]]
            if dynamic:
                x = torch.bernoulli(x)
            optimizer.zero_grad(set_to_none=True)
            value = step_loss(model, x)
            value.backward()
            optimizer.step()
        seconds += time.perf_counter() - start
        with torch.no_grad():
            measured = sum(float(loss(model, x)) * len(x) for x in test.split(1000)) / len(test)
        assert math.isfinite(measured)
        print(json.dumps({"epoch": epoch + 1, "seconds": seconds, "test": measured}), flush=True)


if __name__ == "__main__":
    main()
