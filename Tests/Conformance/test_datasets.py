"""Data against the packages that write them: arrays of numpy, pictures of Pillow, tables of pandas, and damaged files."""

import glob
import gzip
import os
import subprocess
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageOps

TOOL = os.environ["DATASET_FILES"]
ELBO = os.environ["ELBO"]
HERE = os.path.dirname(os.path.abspath(__file__))


class Dump:
    """What the project reads from a source: stored content, labels, examples as batches give them, names and remarks."""

    def __init__(self, folder, source, *options):
        out = folder / "dump"
        out.mkdir(exist_ok=True)
        for old in out.iterdir():
            old.unlink()
        self.run = subprocess.run([TOOL, "dump", out, source, *options], capture_output=True, text=True)
        assert self.run.returncode == 0, self.run.stdout + self.run.stderr
        self.content = np.load(out / "content.npy")
        self.examples = np.load(out / "examples.npy")
        self.labels = np.load(out / "labels.npy") if (out / "labels.npy").exists() else None
        lines = []
        for line in self.run.stdout.removesuffix("\n").split("\n"):
            kind, _, text = line.partition(" ")
            if kind in ("label", "column", "note"):
                lines.append([kind, text])
            elif lines:
                # A name with a line break in it.
                lines[-1][1] += "\n" + line
        self.label_names = [text for kind, text in lines if kind == "label"]
        self.columns = [text for kind, text in lines if kind == "column"]
        self.notes = [text for kind, text in lines if kind == "note"]


def refused(source, *options):
    run = subprocess.run([TOOL, "dump", "/nonexistent", source, *options], capture_output=True, text=True)
    assert run.returncode == 1, run.stdout + run.stderr
    return run.stdout


TYPES = ["u1", "i1", "<u2", ">u2", "<i2", ">i2", "<u4", "<i4", ">i4", "<i8", ">i8", "<u8", "?", "<f2", "<f4", ">f4", "<f8", ">f8"]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("form", ["npy", "npy.gz", "stored", "compressed"])
def test_arrays_of_every_type_and_order(tmp_path, dtype, order, form):
    dtype = np.dtype(dtype)
    values = np.arange(5 * 3 * 4 * 2).reshape(5, 3, 4, 2)
    wanted = np.asarray(values % 2 if dtype.kind == "b" else values * (1 if dtype.itemsize == 1 else 270), dtype, order=order)
    if dtype.kind == "f":
        wanted = np.asarray(values / np.array(7, "f8"), dtype, order=order)
    if dtype.kind == "i":
        wanted = np.asarray(wanted - 60, dtype, order=order)
    path = tmp_path / "data"
    if form == "npy":
        np.save(open(path, "wb"), wanted)
    elif form == "npy.gz":
        np.save(gzip.open(path, "wb"), wanted)
    else:
        (np.savez if form == "stored" else np.savez_compressed)(open(path, "wb"), images=wanted, y=np.arange(5))
    read = Dump(tmp_path, path)
    # Channels are never taken for last here: an axis of 3 comes first.
    assert read.content.shape == wanted.shape
    assert np.array_equal(read.content.astype("f8"), wanted.astype("f8"))
    assert (read.content.dtype == wanted.dtype.newbyteorder("=")) or read.content.dtype in ("i4", "f4", "u1")
    if form in ("stored", "compressed"):
        assert read.labels.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_npy(tmp_path, version):
    wanted = np.arange(12, dtype="f4").reshape(3, 4)
    with open(tmp_path / "x", "wb") as file:
        np.lib.format.write_array(file, wanted, version=version)
    assert np.array_equal(Dump(tmp_path, tmp_path / "x").content, wanted)


def test_archives_as_keras_writes_them(tmp_path):
    train, test = np.arange(48, dtype="u1").reshape(3, 4, 4), np.arange(32, dtype="u1").reshape(2, 4, 4)
    np.savez(tmp_path / "m.npz", x_train=train, y_train=[1, 2, 3], x_test=test, y_test=[0, 9])
    read = Dump(tmp_path, tmp_path / "m.npz")
    assert np.array_equal(read.content[:, 0], np.concatenate([train, test])) and read.labels.tolist() == [1, 2, 3, 0, 9]
    np.savez(tmp_path / "two.npz", a=train, b=train)
    assert "several arrays: a, b" in refused(tmp_path / "two.npz")
    assert np.array_equal(Dump(tmp_path, tmp_path / "two.npz", "array=b").content[:, 0], train)


def test_objects_bombs_and_paths_are_refused(tmp_path):
    np.save(tmp_path / "o.npy", np.array([[1, "a"]], dtype=object), allow_pickle=True)
    assert "objects" in refused(tmp_path / "o.npy")
    np.savez(tmp_path / "o.npz", x=np.array([[1, None]], dtype=object))
    assert "objects" in refused(tmp_path / "o.npz")
    with zipfile.ZipFile(tmp_path / "up.npz", "w") as archive:
        archive.writestr("../../x.npy", b"")
    assert "outside" in refused(tmp_path / "up.npz")
    with gzip.open(tmp_path / "bomb.gz", "wb") as file:
        for _ in range(320):
            file.write(bytes(1 << 20))
    assert "bomb" in refused(tmp_path / "bomb.gz")
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", bytes(320 << 20))
    assert "bomb" in refused(tmp_path / "bomb.npz")


def picture(mode, size=(23, 17)):
    rng = np.random.default_rng(3)
    smooth = np.add.outer(np.arange(size[1]) * 5, np.arange(size[0]) * 4)[..., None] + rng.integers(0, 60, (size[1], size[0], 3))
    image = Image.fromarray(np.minimum(smooth, 255).astype("u1"), "RGB")
    if mode == "P":
        return image.quantize(16)
    if mode == "I;16":
        return Image.fromarray((np.asarray(image.convert("L")).astype("u2") * 257))
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "RGBA", "LA", "I;16"])
@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"compress_level": 0}])
def test_png_of_every_mode(tmp_path, mode, options):
    image = picture(mode)
    image.save(tmp_path / "x.png", **options)
    read = Dump(tmp_path, tmp_path / "x.png").content[0]
    if mode == "I;16":
        wanted = np.asarray(picture("L")).astype(int)[None] * 257
    elif mode in ("L", "1", "LA"):
        wanted = np.asarray(image.convert("L"))[None]
    else:
        wanted = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    assert np.array_equal(read, wanted)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("options", [{"quality": 95}, {"quality": 30}, {"progressive": True}, {"subsampling": 0}, {"subsampling": 2}])
def test_jpeg_as_pillow_reads_it(tmp_path, mode, options):
    picture(mode).save(tmp_path / "x.jpg", **options)
    wanted = np.asarray(Image.open(tmp_path / "x.jpg")).reshape(17, 23, -1).transpose(2, 0, 1).astype(int)
    read = Dump(tmp_path, tmp_path / "x.jpg").content[0].astype(int)
    # Two versions of one library round alike but for a step here and there.
    assert read.shape == wanted.shape and np.abs(read - wanted).max() <= 2 and (read != wanted).mean() < 0.02


def transparent(mode):
    alpha = np.tile(np.linspace(0, 255, 23).astype("u1"), (17, 1))
    image = picture("RGB").convert(mode)
    image.putalpha(Image.fromarray(alpha))
    return image


def composited(image, background):
    ground = Image.new("RGBA", image.size, background)
    return np.asarray(Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")).transpose(2, 0, 1).astype(int)


@pytest.mark.parametrize("background", [(0, 0, 0), (255, 255, 255), (255, 128, 0)])
@pytest.mark.parametrize("name", ["x.png", "x.tif", "x.webp"])
def test_transparency_as_pillow_composites_it(tmp_path, name, background):
    transparent("RGB").save(tmp_path / name, **({"lossless": True, "exact": True} if "webp" in name else {}))
    read = Dump(tmp_path, tmp_path / name, "background=#%02x%02x%02x" % background).content[0].astype(int)
    # TIFF holds colors times alpha or not; libtiff multiplies, which costs digits where little is opaque.
    assert np.abs(read - composited(transparent("RGB"), background)).max() <= (3 if "tif" in name else 1)


def test_gray_transparency_and_transparent_palettes(tmp_path):
    transparent("L").save(tmp_path / "la.png")
    read = Dump(tmp_path, tmp_path / "la.png", "background=white").content[0].astype(int)
    assert read.shape[0] == 1 and np.abs(read - composited(transparent("L"), (255, 255, 255))[:1]).max() <= 1
    palette = picture("P")
    palette.save(tmp_path / "p.png", transparency=3)
    read = Dump(tmp_path, tmp_path / "p.png", "background=#102030").content[0].astype(int)
    assert np.array_equal(read, composited(Image.open(tmp_path / "p.png"), (16, 32, 48)))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["x.jpg", "x.png", "x.tif"])
def test_pictures_are_upright(tmp_path, orientation, name):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture("RGB").save(tmp_path / name, exif=exif)
    wanted = np.asarray(ImageOps.exif_transpose(Image.open(tmp_path / name)).convert("RGB")).transpose(2, 0, 1).astype(int)
    read = Dump(tmp_path, tmp_path / name).content[0].astype(int)
    assert read.shape == wanted.shape and np.abs(read - wanted).max() <= 2


@pytest.mark.parametrize(
    "mode, name, options",
    [
        ("L", "x.tif", {}), ("1", "x.tif", {"compression": "group4"}), ("P", "x.tif", {}), ("RGB", "x.tif", {"compression": "tiff_lzw"}),
        ("RGB", "x.tif", {"compression": "tiff_adobe_deflate"}), ("I;16", "x.tif", {}), ("RGB", "x.webp", {"lossless": True}),
        ("L", "x.bmp", {}), ("1", "x.bmp", {}), ("P", "x.bmp", {}), ("RGB", "x.bmp", {}), ("P", "x.gif", {}), ("L", "x.gif", {}),
        ("P", "x.gif", {"interlace": 1}), ("L", "x.pgm", {}), ("RGB", "x.ppm", {}), ("1", "x.pbm", {}), ("I;16", "x.pgm", {}),
        ("CMYK", "x.jpg", {"quality": 95}),
    ],
)
def test_other_formats_as_pillow_reads_them(tmp_path, mode, name, options):
    (picture("RGB").convert("CMYK") if mode == "CMYK" else picture(mode)).save(tmp_path / name, **options)
    image = Image.open(tmp_path / name)
    read = Dump(tmp_path, tmp_path / name).content[0].astype(int)
    if mode == "I;16":
        wanted = np.asarray(picture(mode)).astype(int)[None]
    else:
        wanted = np.asarray(image.convert("RGB")).transpose(2, 0, 1).astype(int)
    # Gray is one plane where the format has it.
    assert read.shape[1:] == wanted.shape[1:]
    assert np.abs(np.broadcast_to(read, wanted.shape) - wanted).max() <= (3 if mode == "CMYK" else 0)


def test_colours_become_grey_as_in_pillow(tmp_path):
    picture("RGB").save(tmp_path / "x.png")
    read = Dump(tmp_path, tmp_path / "x.png", "color=gray").content[0, 0]
    assert np.array_equal(read, np.asarray(picture("RGB").convert("L")))


@pytest.mark.parametrize("size", [(17, 23), (8, 9), (1, 1), (40, 50), (17, 5), (30, 23)])
def test_resizing_is_pillows_bilinear(tmp_path, size):
    gray = picture("L")
    np.save(tmp_path / "x.npy", np.asarray(gray)[None])
    wanted = np.asarray(Image.fromarray(np.asarray(gray).astype("f4")).resize((size[1], size[0]), Image.Resampling.BILINEAR))
    read = Dump(tmp_path, tmp_path / "x.npy", f"resize={size[0]}x{size[1]}").examples[0, 0]
    assert np.abs(read * 255 - wanted).max() < 0.01
    gray.save(tmp_path / "x.png")
    loaded = Dump(tmp_path, tmp_path / "x.png", f"size={size[0]}x{size[1]}").content[0, 0]
    assert np.abs(loaded - wanted).max() <= 0.51


def test_folders_of_classes(tmp_path):
    for name, mode in [("cat/2.png", "L"), ("cat/10.jpg", "L"), ("dog/1.png", "L")]:
        path = tmp_path / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(mode).save(path)
    read = Dump(tmp_path, tmp_path / "p")
    assert read.content.shape == (3, 1, 17, 23) and read.labels.tolist() == [0, 0, 1] and read.label_names == ["cat", "dog"]
    assert np.array_equal(read.content[0, 0], np.asarray(picture("L")))


def table():
    rng = np.random.default_rng(5)
    return pd.DataFrame({
        "a": rng.normal(size=200), "b": rng.normal(size=200) * 1e-20, "c, d": rng.integers(-(10**6), 10**6, 200),
        'say "x"': rng.random(200) > 0.5, "kind": rng.choice(["red", "gre\nen", "blü,e"], 200),
    })


@pytest.mark.parametrize("options", [{}, {"sep": ";"}, {"sep": "\t"}, {"lineterminator": "\r\n"}, {"quoting": 1}, {"index": True}])
@pytest.mark.parametrize("packed", [False, True])
def test_tables_of_pandas(tmp_path, options, packed):
    path = tmp_path / ("t.csv.gz" if packed else "t.csv")
    table().to_csv(path, **{"index": False, **options})
    read = Dump(tmp_path, path, "target=kind")
    wanted = pd.read_csv(path, sep=options.get("sep", ","), index_col=0 if options.get("index") else None)
    assert read.columns == list(wanted.columns[:-1])
    assert np.array_equal(read.content, wanted.iloc[:, :-1].to_numpy("f8").astype("f4"))
    assert [read.label_names[label] for label in read.labels] == list(wanted["kind"])


def test_missing_values_and_categories_are_those_of_pandas(tmp_path):
    frame = table().rename(columns={"c, d": "c"})[["a", "c", "kind"]]
    frame.loc[3, "a"] = np.nan
    frame.loc[[5, 9], "c"] = np.nan
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert "row 4 (line 6)" in refused(tmp_path / "t.csv") or "row 4" in refused(tmp_path / "t.csv")
    dummies = pd.get_dummies(frame, columns=["kind"], dtype=float)
    read = Dump(tmp_path, tmp_path / "t.csv", "missing=mean")
    wanted = dummies.fillna(frame[["a", "c"]].mean())
    assert np.allclose(read.content, wanted.to_numpy("f8"), rtol=1e-6)
    dropped = Dump(tmp_path, tmp_path / "t.csv", "missing=drop")
    assert np.allclose(dropped.content, dummies.dropna().to_numpy("f8"), rtol=1e-6)
    codes = Dump(tmp_path, tmp_path / "t.csv", "missing=zero", "categories=codes")
    assert codes.content[:, 2].tolist() == frame["kind"].astype("category").cat.codes.tolist()


def test_the_embedded_digits_are_real_ones(tmp_path):
    digits = Dump(tmp_path, "digits")
    assert digits.content.shape == (12000, 1, 28, 28)
    folder = os.environ.get("ELBO_DATA", os.path.join(HERE, "../../../shared/data"))
    path = os.path.join(folder, "mnist/train-images-idx3-ubyte.gz")
    if not os.path.exists(path):
        pytest.skip("no MNIST here")
    everything = {}
    for part in ["train", "t10k"]:
        images = np.frombuffer(gzip.open(f"{folder}/mnist/{part}-images-idx3-ubyte.gz").read(), "u1", offset=16)
        labels = np.frombuffer(gzip.open(f"{folder}/mnist/{part}-labels-idx1-ubyte.gz").read(), "u1", offset=8)
        everything[part] = {image.tobytes(): label for image, label in zip(images.reshape(-1, 784), labels)}
    for index, (image, label) in enumerate(zip(digits.content, digits.labels)):
        assert everything["train" if index < 10000 else "t10k"][image.tobytes()] == label


def test_an_array_larger_than_memory_should_hold_trains_in_little_of_it(tmp_path):
    """4 GiB on disk, of which nothing is stored: holes read as zeros."""
    rows = 4 << 20
    with open(tmp_path / "big.npy", "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (rows, 1024)})
        start = file.tell()
        file.truncate(start + rows * 1024)
    script = "load big.npy as=b;\nmodel m mlp hidden=32 latent=2 on=b;\ntrain m on=b[0..399999] epochs=1 batch=2000;\n"
    (tmp_path / "s.elbo").write_text(script)
    with open(tmp_path / "out", "w") as out:
        run = subprocess.Popen([ELBO, "run", tmp_path / "s.elbo"], stdout=out, stderr=out, cwd=tmp_path)
        _, status, usage = os.wait4(run.pid, 0)
    peak = usage.ru_maxrss / 1024
    assert status == 0, (tmp_path / "out").read_text()
    assert peak < 1200, f"{peak} MiB"


def test_damaged_files_are_read_or_refused(tmp_path):
    corpus = sorted(path for path in glob.glob(f"{HERE}/../DatasetsTests/Corpus/*") if not path.endswith(".py"))
    count = os.environ.get("ELBO_FUZZ_INPUTS", "100000")
    log = tmp_path / "seed"
    run = subprocess.run(
        [TOOL, "fuzz", count, "1", *corpus], capture_output=True, text=True, env={**os.environ, "ELBO_FUZZ_LOG": str(log)})
    seed = int.from_bytes(log.read_bytes(), "little")
    assert run.returncode == 0, f"seed {seed}: {run.stdout}{run.stderr}"
