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
from image_writers import bmp_file, bmp_runs, gif_on_larger_screen, png_file, with_app14
from PIL import Image, ImageOps

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



def save(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def read(data):
    """What Pillow reads, with palettes replaced by colours, and upright."""
    file = Image.open(io.BytesIO(data))
    image = ImageOps.exif_transpose(file)
    if file.format == "PNG" and image.mode == "RGBA" and data[25] == 4:
        # Pillow reads grey and alpha of 16 bits as RGBA.
        return image.convert("LA")
    if image.mode == "I;16":
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode == "P" or "transparency" in image.info:
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    return image.convert({"1": "L", "CMYK": "RGB"}.get(image.mode, image.mode))


def add(name, data):
    decoding[name] = (data, pixels(read(data)))


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data


small = Image.fromarray(smooth(21, 35, 3))
cmyk = small.convert("CMYK")
add("cmyk.jpg", jpeg(cmyk, quality=90))
add("ycck.jpg", with_app14(jpeg(cmyk, quality=90), 2))
add("cmyk-without-adobe.jpg", with_app14(jpeg(cmyk, quality=90), None))
add("half-width-chroma.jpg", jpeg(small, subsampling=1))
add("progressive-half-chroma.jpg", jpeg(small, subsampling=2, progressive=True))
add("restarts.jpg", jpeg(small, restart_marker_blocks=2))
add("poor.jpg", jpeg(small, quality=8))
for orientation in range(1, 9):
    add(f"orientation-{orientation}.jpg", jpeg(small.resize((12, 7)), exif=exif(orientation)))
add("orientation-6.png", png(small.resize((12, 7)), exif=exif(6)))
add("orientation-8.webp", save(small.resize((12, 7)), "WEBP", lossless=True, exif=exif(8)))

for color_type, samples, depths in ((0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (3, 1, (1, 2, 4, 8)), (4, 2, (8, 16)), (6, 4, (8, 16))):
    for depth in depths:
        for interlaced in (False, True):
            values = random.integers(0, 1 << depth, (9, 11, samples))
            colors = bytes(random.integers(0, 256, 3 << depth).astype(np.uint8)) if color_type == 3 else None
            kind = f"type-{color_type}-{depth}-bits{'-interlaced' if interlaced else ''}.png"
            add(kind, png_file(values, depth, color_type, interlaced, colors))
add("one-pixel-interlaced.png", png_file(np.full((1, 1, 1), 1), 1, 0, True, None))

alpha = Image.fromarray(smooth(17, 15, 4))
add("lossy.webp", save(small, "WEBP", quality=80))
add("lossless.webp", save(small, "WEBP", lossless=True))
add("lossy-alpha.webp", save(alpha, "WEBP", quality=80))
add("lossless-alpha.webp", save(alpha, "WEBP", lossless=True, exact=True))
add("animated.webp", save(small, "WEBP", save_all=True, append_images=[small.rotate(180)], quality=80))
add("animated-alpha.webp", save(alpha, "WEBP", save_all=True, append_images=[alpha.rotate(180)], quality=80))

noise = Image.fromarray(random.integers(0, 256, (70, 80)).astype(np.uint8))
few = small.quantize(13)
add("plain.gif", save(few, "GIF", interlace=0))
add("interlaced.gif", save(few, "GIF", interlace=1))
add("transparent.gif", save(few, "GIF", transparency=3))
add("grey-noise.gif", save(noise, "GIF"))
add("animated.gif", save(few, "GIF", save_all=True, append_images=[few.rotate(180)]))
add("larger-screen.gif", gif_on_larger_screen(save(few, "GIF"), 40, 30))
add("larger-screen-transparent.gif", gif_on_larger_screen(save(few, "GIF", transparency=3), 40, 30))

for image, name in ((grey.convert("1"), "1-bit"), (grey, "grey"), (few, "palette"), (rgb, "rgb"), (rgba, "rgba")):
    add(f"{name}.bmp", save(image, "BMP"))
for bits in (1, 4, 8, 16, 24, 32):
    for kind in ("usual", "top-down", "os2") if bits not in (16, 32) else ("usual", "top-down"):
        count = random.integers(0, 1 << min(bits, 16), (5, 11)) if bits <= 16 else random.integers(0, 1 << bits, (5, 11))
        add(f"{bits}-bits-{kind}.bmp", bmp_file(count, bits, kind, random))
add("565.bmp", bmp_file(random.integers(0, 1 << 16, (5, 11)), 16, "usual", random, (0xF800, 0x7E0, 0x1F, 0)))
add("with-alpha.bmp", bmp_file(random.integers(0, 1 << 32, (5, 11)), 32, "v4", random, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)))
add("runs-8.bmp", bmp_runs(8, random))
add("runs-4.bmp", bmp_runs(4, random))

resizing = []
for image in (rgb, grey, rgba):
    for size in ((5, 4), (23, 30), (11, 6), (1, 1), (33, 13), (3, 40)):
        for name, method in (("nearest", Image.NEAREST), ("bilinear", Image.BILINEAR)):
            result = image.resize((size[1], size[0]), method)
            resizing.append({"source": pixels(image), "interpolation": name, "result": pixels(result)})

fixtures = {
    "pillow": Image.__version__,
    "decoding": {name: {"file": text(data), "pixels": expected} for name, (data, expected) in decoding.items()},
    "colors": {mode: pixels(rgb.convert(mode)) for mode in ("L", "RGBA")},
    "resizing": resizing,
}
OUT.write_text(json.dumps(fixtures, separators=(",", ":")) + "\n")
print(OUT, OUT.stat().st_size)
