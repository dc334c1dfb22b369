"""Makes data/digits.gz from the four files of MNIST: every class in equal measure, in the order of the originals.

usage: ELBO_DATA=DIR make-digits.py     (DIR/mnist holds the .gz files)
layout: 10,000 training images of 28×28 bytes, their labels, 2,000 test images, their labels.
"""
import gzip, os, pathlib

folder = pathlib.Path(os.environ["ELBO_DATA"]) / "mnist"
out = bytearray()
for name, per_class in (("train", 1000), ("t10k", 200)):
    images = gzip.open(folder / f"{name}-images-idx3-ubyte.gz").read()[16:]
    labels = gzip.open(folder / f"{name}-labels-idx1-ubyte.gz").read()[8:]
    taken = []
    counts = [0] * 10
    for index, label in enumerate(labels):
        if counts[label] < per_class:
            counts[label] += 1
            taken.append(index)
    for index in taken:
        out += images[index * 784 : (index + 1) * 784]
    out += bytes(labels[index] for index in taken)
target = pathlib.Path(__file__).parent / "data" / "digits.gz"
target.write_bytes(gzip.compress(bytes(out), 9, mtime=0))
print(target, len(out), target.stat().st_size)
