"""Writes the files beside it: small data as numpy, Pillow and pandas write them. Needs the three, and nothing random."""

import gzip
import io
import os
import struct

import numpy as np
import pandas as pd
from PIL import Image

os.chdir(os.path.dirname(os.path.abspath(__file__)))
STEPS = np.arange(120)
IMAGES = (STEPS * 37 % 251).astype(np.uint8).reshape(5, 4, 6)


def write(name, content):
    if name.endswith(".gz"):
        content = gzip.compress(content, mtime=0)
    with open(name, "wb") as file:
        file.write(content)


def idx(array, kind):
    head = bytes([0, 0, kind, array.ndim]) + b"".join(struct.pack(">I", extent) for extent in array.shape)
    return head + array.tobytes()


write("images.idx", idx(IMAGES, 0x08))
write("images.idx.gz", idx(IMAGES, 0x08))
write("labels.idx", idx(np.array([0, 1, 2, 1, 0], np.uint8), 0x08))
write("int16.idx", idx((STEPS * 300 - 9000).astype(">i2").reshape(10, 12), 0x0B))
write("float.idx", idx((STEPS / 8 - 3).astype(">f4").reshape(10, 2, 6), 0x0D))
write("double.idx", idx((STEPS / 8 - 3).astype(">f8").reshape(5, 2, 2, 6), 0x0E))


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


write("bytes.npy", npy(IMAGES))
write("bytes.npy.gz", npy(IMAGES))
write("columns.npy", npy(np.asfortranarray((STEPS / 8).astype("f4").reshape(10, 12))))
write("int64.npy", npy(STEPS.reshape(5, 24)))
write("last.npy", npy((STEPS[:108] % 256).astype(np.uint8).reshape(4, 3, 3, 3)))
np.savez("stored.npz", x=IMAGES, y=np.array([0, 1, 2, 1, 0]))
np.savez_compressed("packed.npz", images=IMAGES, factors=np.array([[0, 1], [1, 0], [2, 1], [0, 0], [1, 1]]))
np.savez_compressed(
    "parts.npz", x_train=IMAGES[:3], y_train=np.array([0, 1, 2], "u1"), x_test=IMAGES[3:], y_test=np.array([1, 0], "u1")
)

table = pd.DataFrame({
    "length": [5.1, 4.9, np.nan, 6.25e-3], "width": [1, 2, 3, 4], "kind": ["a", 'say "b"', "c, d", "a"],
})
write("table.csv", table.to_csv(index=False).encode())
write("index.csv", table[["length", "width"]].fillna(0).to_csv().encode())
write("semicolons.csv", table.to_csv(index=False, sep=";", lineterminator="\r\n").encode())
write("numbers.csv.gz", pd.DataFrame(STEPS.reshape(10, 12) / 7).to_csv(index=False, header=False).encode())

grey = Image.fromarray(IMAGES[0])
color = Image.fromarray(np.stack([IMAGES[0], IMAGES[1], IMAGES[2]], axis=2))
grey.save("grey.png")
grey.convert("1").save("bits.png")
color.save("color.png")
color.quantize(8).save("palette.png")
color.convert("RGBA").save("alpha.png")
Image.fromarray(IMAGES[0].astype(np.uint16) * 257).save("deep.png")
big = Image.fromarray((np.add.outer(np.arange(24), np.arange(20)) * 6).astype(np.uint8))
big.save("grey.jpg", quality=70)
Image.merge("RGB", [big, big.rotate(180), big]).save("color.jpg", quality=70)
Image.merge("RGB", [big, big.rotate(180), big]).save("progressive.jpg", quality=50, progressive=True)

# Pictures as people have them. Strokes are black, and their shape is in the transparency alone.
strokes = np.zeros((4, 6), np.uint8)
strokes[1:3, 2:5] = 255
strokes[0, 0] = 128
black = Image.new("L", (6, 4))
Image.merge("LA", [black, Image.fromarray(strokes)]).save("strokes.png")
Image.merge("RGBA", [black, black, black, Image.fromarray(strokes)]).save("shapes.png")
clear = Image.fromarray((strokes > 0).astype(np.uint8), "P")
clear.putpalette([0, 0, 0, 255, 0, 0])
clear.save("clear.png", transparency=0)
exif = Image.Exif()
exif[0x0112] = 6
big.save("turned.jpg", quality=95, exif=exif)
Image.merge("RGB", [big, big.rotate(180), big]).convert("CMYK").save("ink.jpg", quality=95)
Image.fromarray(IMAGES[0].astype(np.uint16) * 257).save("deep.tif")
color.save("color.tif", compression="tiff_lzw")
color.save("color.webp", lossless=True)
color.save("color.bmp")
# Nine colors, so that the palette holds them all.
few = Image.fromarray(np.stack([IMAGES[0] // 128 * 128] * 2 + [IMAGES[1] // 128 * 128], axis=2))
few.save("few.gif")
grey.save("grey.pgm")
grey.convert("1").save("bits.pbm")
write("color.ppm", b"P3\n# as text\n6 4\n255\n" + b"\n".join(b" ".join(b"%d" % v for v in p) for p in np.array(color).reshape(-1, 3)) + b"\n")
