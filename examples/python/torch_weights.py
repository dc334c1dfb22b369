"""A VAE trained by torch, and its weights in elbo: the same −ELBO in both.

    pip install torch safetensors; python torch_weights.py

The network and the names of its layers are those of pytorch/examples' vae: 784-400-20 and back.
"""

import math
import pathlib
import tempfile

import elbo
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

MAP = "encoder.1=fc1 encoder.mean=fc21 encoder.logVariance=fc22 decoder.1=fc3 decoder.2=fc4"


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)

    def terms(self, x, draw=True):
        """Reconstruction and KL, nats per image."""
        h = self.fc1(x).relu()
        mean, log_variance = self.fc21(h), self.fc22(h)
        z = mean + (0.5 * log_variance).exp() * torch.randn_like(mean) if draw else mean
        logits = self.fc4(self.fc3(z).relu())
        kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1)
        return cross_entropy(logits, x, reduction="none").sum(1).mean(), kl.mean()


def main():
    torch.manual_seed(1)
    with elbo.Session(seed=1) as s, tempfile.TemporaryDirectory() as folder:
        s.run("load digits as=d")
        train, test = (torch.from_numpy(s.get(f"d.{part}")).reshape(-1, 784) for part in ("train", "test"))
        model, step = VAE(), 0
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        for epoch in range(3):
            for batch in train[torch.randperm(len(train))].split(128):
                optimizer.zero_grad()
                sum(model.terms(batch)).backward()
                optimizer.step()
        path = pathlib.Path(folder) / "vae.safetensors"

        # With its noise: two estimates of one number from different draws.
        with torch.no_grad():
            theirs = sum(sum(model.terms(test)).item() for _ in range(10)) / 10
        save_file(model.state_dict(), path)
        s.run(f'model m mlp hidden=400 latent=20 on=d\nt = open "{path}" into=m map="{MAP}"')
        e = s.run("e = evaluate t on=d.test\ne").value
        ours, error = e["negative_elbo"], e["negative_elbo_standard_error"]
        print(f"−ELBO of 2,000 digits: torch {theirs:.3f}, elbo {ours:.3f} ± {error:.2f} over the images")
        print(f"KL: torch {model.terms(test)[1].item():.5f}, elbo {e['kl']:.5f}")

        # Without noise (σ² of e⁻³⁰) both compute the same function: the numbers agree to rounding.
        with torch.no_grad():
            model.fc22.weight.zero_()
            model.fc22.bias.fill_(-30)
            theirs = [term.item() for term in model.terms(test, draw=False)]
        save_file(model.state_dict(), path)
        e = s.run(f't = open "{path}" into=m map="{MAP}"\ne = evaluate t on=d.test\ne').value
        ours = [e["reconstruction"], e["kl"]]
        for name, a, b in zip(("reconstruction", "KL"), theirs, ours):
            print(f"without noise, {name}: torch {a:.4f}, elbo {b:.4f}")
            assert math.isclose(a, b, rel_tol=1e-4), name


if __name__ == "__main__":
    main()
