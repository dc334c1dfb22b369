"""Writes the HDF5 files beside it, as h5py, AnnData and MATLAB 7.3 lay them out. Needs h5py, and nothing random."""

import os

import h5py
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
IMAGES = (np.arange(120) * 37 % 251).astype(np.uint8).reshape(5, 4, 6)

with h5py.File("images.h5", "w") as file:
    file.create_dataset("images", data=IMAGES, chunks=(2, 4, 6), compression="gzip")
    file["labels"] = np.array(["cat", "dog", "cat", "ape", "dog"], dtype=h5py.string_dtype())

# As 3D Shapes: channels last, six factors as float64.
with h5py.File("shapes.h5", "w") as file:
    file["images"] = np.stack([IMAGES.reshape(5, 6, 4)] * 3, axis=3)
    file["labels"] = np.array([[i % 2, 0.1 * (i % 3), 0, 1.25, i, -30 + 15 * (i % 2)] for i in range(5)], "f8")

with h5py.File("parts.h5", "w") as file:
    for part, rows in [("train", slice(0, 3)), ("val", slice(3, 4)), ("test", slice(4, 5))]:
        file[f"{part}/x"] = IMAGES[rows].astype("f4") / 8
        file[f"{part}/y"] = np.arange(5)[rows]

with h5py.File("several.h5", "w") as file:
    file["first"], file["second"] = IMAGES, IMAGES.astype("f8")


def cells(name, sparse, old):
    dense = np.array([[0, 2, 0], [1, 0, 0], [0, 0, 0], [0, 3, 4]], "f4")
    with h5py.File(name, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        if sparse:
            group = file.create_group("X")
            group.attrs["encoding-type"], group.attrs["shape"] = "csr_matrix", [4, 3]
            group["data"], group["indices"] = np.array([2, 1, 3, 4], "f4"), np.array([1, 0, 1, 2], "i4")
            group["indptr"] = np.array([0, 1, 2, 2, 4], "i4")
        else:
            file["X"] = dense
        names = h5py.string_dtype()
        file.create_group("var").attrs["_index"] = "gene"
        file["var/gene"] = np.array(["CD3", "CD8", "MS4A1"], dtype=names)
        file.create_group("obs").attrs["_index"] = "cell"
        file["obs/cell"] = np.array(["c0", "c1", "c2", "c3"], dtype=names)
        if old:
            file["obs/kind"] = np.array([1, 0, -1, 1], "i1")
            file["obs/__categories/kind"] = np.array(["B", "T"], dtype=names)
        else:
            file["obs/kind/codes"] = np.array([1, 0, -1, 1], "i1")
            file["obs/kind/categories"] = np.array(["B", "T"], dtype=names)
        file["obs/batch"] = np.array([0, 0, 1, 1])


cells("sparse.h5ad", sparse=True, old=False)
cells("dense.h5ad", sparse=False, old=True)

# MATLAB stores columns first: its 5×3 matrix is 3×5 here, its 4×6×5 images are 5×6×4.
with h5py.File("v73.mat", "w", userblock_size=512) as file:
    file["X"] = np.arange(15, dtype="f8").reshape(5, 3).T
    file["y"] = np.array([[1, 2, 1, 2, 1]], "f8")
    file.create_group("#refs#")
with h5py.File("images.mat", "w", userblock_size=512) as file:
    file["images"] = np.moveaxis(IMAGES, (1, 2), (2, 1))
for name in ["v73.mat", "images.mat"]:
    with open(name, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Tue Jan  1 00:00:00 2019 HDF5 schema 1.00 .")
