"""The data of the sessions in this folder, written to the folder of the first argument.

Penguins (Horst, Hill & Gorman 2020) and photographs come from packages of PyPI, as they are published there; spectra,
counts and shapes are made here from fixed seeds. `make data-sessions` installs what is needed and runs everything.
"""

import pathlib
import sys

import numpy as np
from PIL import Image, ImageDraw


def penguins(folder):
    """344 penguins of three species: measurements, island, sex, year; 19 cells are missing."""
    import palmerpenguins

    source = pathlib.Path(palmerpenguins.__file__).parent / "data" / "penguins.csv"
    (folder / "penguins.csv").write_bytes(source.read_bytes())


def photographs(folder):
    """1,200 squares of 32 pixels from three color photographs."""
    import skimage.data

    rng = np.random.default_rng(0)
    target = folder / "photographs"
    target.mkdir(exist_ok=True)
    pictures = [skimage.data.astronaut(), skimage.data.chelsea(), skimage.data.coffee()]
    for number in range(1200):
        picture = pictures[number % 3]
        top, left = (rng.integers(0, extent - 96) for extent in picture.shape[:2])
        square = Image.fromarray(picture[top:top + 96, left:left + 96])
        square.resize((32, 32), Image.Resampling.LANCZOS).save(target / f"{number:04}.png")


def spectra(folder):
    """900 absorption spectra of three drinks at 120 wavelengths: a band, a slope and noise."""
    rng = np.random.default_rng(1)
    wavelengths = np.linspace(400, 995, 120)
    drinks = ["coffee", "tea", "cocoa"]
    kind = rng.integers(0, 3, 900)
    center = np.array([520, 640, 780])[kind] + rng.normal(0, 12, 900)
    width, height = rng.uniform(25, 50, 900), rng.uniform(0.5, 1.2, 900)
    band = height[:, None] * np.exp(-(((wavelengths - center[:, None]) / width[:, None]) ** 2))
    slope = rng.normal(0, 0.1, 900)[:, None] * (wavelengths - 700) / 300
    values = 0.3 + band + slope + rng.normal(0, 0.02, band.shape)
    with open(folder / "spectra.csv", "w") as file:
        file.write(",".join(f"{w:.0f}" for w in wavelengths) + ",drink\n")
        for row, drink in zip(values, kind):
            file.write(",".join(f"{v:.4f}" for v in row) + f",{drinks[drink]}\n")


def counts(folder):
    """2,000 cells of four types, 100 genes: negative binomial counts of known means and dispersions."""
    rng = np.random.default_rng(2)
    types = rng.integers(0, 4, 2000)
    profiles = np.exp(rng.normal(0, 1.2, (4, 100)))
    profiles /= profiles.sum(1, keepdims=True)
    size = np.exp(rng.normal(np.log(800), 0.4, 2000))
    mean = size[:, None] * profiles[types]
    dispersion = np.exp(rng.uniform(0, 2, 100))
    values = rng.poisson(rng.gamma(dispersion, mean / dispersion))
    names = np.array(["B", "T", "NK", "monocyte"])
    np.savez(
        folder / "cells.npz", x=values.astype(np.float32), labels=names[types], mean=mean.astype(np.float32),
        dispersion=dispersion.astype(np.float32))


def shapes(folder):
    """A folder of color images with a folder for each class, in parts: train/circle, test/square …"""
    rng = np.random.default_rng(3)
    for part, count in [("train", 300), ("test", 60)]:
        for name in ["circle", "square", "triangle"]:
            target = folder / "shapes" / part / name
            target.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                image = Image.new("RGB", (128, 128), tuple(int(v) for v in rng.integers(0, 60, 3)))
                draw = ImageDraw.Draw(image)
                x, y, r = rng.uniform(44, 84), rng.uniform(44, 84), rng.uniform(24, 40)
                color = tuple(int(v) for v in rng.integers(120, 256, 3))
                if name == "circle":
                    draw.ellipse((x - r, y - r, x + r, y + r), fill=color)
                elif name == "square":
                    draw.rectangle((x - r, y - r, x + r, y + r), fill=color)
                else:
                    draw.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=color)
                image.resize((32, 32), Image.Resampling.BOX).save(target / f"{number:03}.png")


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    for make in [penguins, photographs, spectra, counts, shapes]:
        make(folder)
