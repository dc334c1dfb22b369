"""Makes trees.csv: 400 trees that nobody measured, with gaps. Species decides height, girth and leaf; older trees are taller
and have more nests. Run in this folder: python3 make-trees.py"""

import csv
import math
import random

random.seed(8)
SPECIES = {"beech": (24, 0.9), "larch": (30, 0.7), "spruce": (34, 0.6), "willow": (14, 1.3)}

with open("trees.csv", "w", newline="") as file:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["species", "site", "height", "girth", "age", "nests", "evergreen"])
    for _ in range(400):
        species = random.choices(list(SPECIES), [4, 2, 3, 1])[0]
        tall, wide = SPECIES[species]
        age = min(240, 15 + random.expovariate(1 / 45))
        height = tall * (1 - math.exp(-age / 35)) * random.lognormvariate(0, 0.08)
        girth = wide * height**1.1 * 7 * random.lognormvariate(0, 0.1)
        nests = sum(random.random() < age / 2400 for _ in range(40))
        low = {"beech": 0.7, "larch": 0.1, "spruce": 0.2, "willow": 0.95}[species]
        site = "valley" if random.random() < low else "slope"
        row = [species, site, f"{height:.1f}", f"{girth:.0f}", f"{age:.0f}", nests, int(species == "spruce")]
        table.writerow(["" if random.random() < 0.05 else cell for cell in row])
