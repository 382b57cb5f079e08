"""Writes tests/fixtures/images.json: small image files made by Pillow, and what Pillow reads and resizes them to.

Run with Python, Pillow and NumPy:  python tools/parity/make_images.py
"""

import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

OUT = pathlib.Path(__file__).parents[2] / "tests" / "fixtures" / "images.json"
random = np.random.default_rng(5)


def text(data):
    return base64.b64encode(data).decode()


def pixels(image):
    array = np.asarray(image)
    array = array.reshape(array.shape[0], array.shape[1], -1)
    return {"shape": list(array.shape), "data": text(array.astype(np.uint8).tobytes())}


def smooth(height, width, channels):
    """A picture with gradients and noise, so that no two neighbours are alike and JPEG has something to keep."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 90 * np.sin(x / (3 + c) + c) * np.cos(y / (4 + c)) for c in range(channels)]
    noise = random.normal(0, 6, (height, width, channels))
    return np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8)


def png(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def with_palette(data, entries):
    """The PNG with a suggested palette, which no pixel uses, behind its header of 33 bytes."""
    colors = bytes((3 * i + c) & 255 for i in range(entries) for c in range(3))
    body = b"PLTE" + colors
    chunk = struct.pack(">I", len(colors)) + body + struct.pack(">I", zlib.crc32(body))
    return data[:33] + chunk + data[33:]


def jpeg(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


rgb = Image.fromarray(smooth(11, 13, 3))
rgba = Image.fromarray(smooth(9, 7, 4))
grey = Image.fromarray(smooth(10, 13, 1)[:, :, 0])
grey_alpha = Image.merge("LA", rgba.split()[:2])
palette = rgb.quantize(13)
clear = palette.copy()
two_bits = Image.fromarray((np.arange(35).reshape(5, 7) % 4).astype(np.uint8), "P")
two_bits.putpalette([10, 20, 30, 200, 0, 0, 0, 200, 0, 0, 0, 255])
deep = (smooth(6, 5, 1)[:, :, 0].astype(np.uint16) << 8) + random.integers(0, 256, (6, 5)).astype(np.uint16)
photo = Image.fromarray(smooth(40, 56, 3))

decoding = {
    "rgb.png": (png(rgb), pixels(rgb)),
    "rgba.png": (png(rgba), pixels(rgba)),
    "grey.png": (png(grey), pixels(grey)),
    "grey-alpha.png": (png(grey_alpha), pixels(grey_alpha)),
    "one-bit.png": (png(grey.convert("1")), pixels(grey.convert("1").convert("L"))),
    "palette.png": (png(palette), pixels(palette.convert("RGB"))),
    "palette-alpha.png": (
        png(palette, transparency=bytes([0, 128, 255])),
        pixels(Image.open(io.BytesIO(png(palette, transparency=bytes([0, 128, 255])))).convert("RGBA")),
    ),
    "palette-two-bits.png": (png(two_bits, bits=2), pixels(two_bits.convert("RGB"))),
    "rgb-key.png": (
        png(rgb, transparency=rgb.getpixel((3, 2))),
        pixels(Image.open(io.BytesIO(png(rgb, transparency=rgb.getpixel((3, 2))))).convert("RGBA")),
    ),
    "rgb-suggestion.png": (with_palette(png(rgb), 256), None),
    "rgba-suggestion.png": (with_palette(png(rgba), 3), None),
    "deep.png": (png(Image.fromarray(deep)), pixels(Image.fromarray((deep >> 8).astype(np.uint8)))),
    "grey.jpg": (jpeg(photo.convert("L"), quality=95), None),
    "full-chroma.jpg": (jpeg(photo, quality=95, subsampling=0), None),
    "progressive.jpg": (jpeg(photo, quality=95, subsampling=0, progressive=True), None),
    "half-chroma.jpg": (jpeg(photo, quality=95, subsampling=2), None),
    "rgb-coded.jpg": (jpeg(photo, quality=95, keep_rgb=True), None),
}
for name, (data, expected) in decoding.items():
    if expected is None:
        decoding[name] = (data, pixels(Image.open(io.BytesIO(data))))

resizing = []
for image in (rgb, grey, rgba):
    for size in ((5, 4), (23, 30), (11, 6), (1, 1), (33, 13), (3, 40)):
        for name, method in (("nearest", Image.NEAREST), ("bilinear", Image.BILINEAR)):
            result = image.resize((size[1], size[0]), method)
            resizing.append({"source": pixels(image), "interpolation": name, "result": pixels(result)})

fixtures = {
    "pillow": Image.__version__,
    "decoding": {name: {"file": text(data), "pixels": expected} for name, (data, expected) in decoding.items()},
    "cmyk": text(jpeg(photo.resize((8, 8)).convert("CMYK"))),
    "colors": {mode: pixels(rgb.convert(mode)) for mode in ("L", "RGBA")},
    "resizing": resizing,
}
OUT.write_text(json.dumps(fixtures, separators=(",", ":")) + "\n")
print(OUT, OUT.stat().st_size)
