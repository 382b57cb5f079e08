"""Writes tests/fixtures/jpeg.json: small JPEG files of many codings, made by Pillow. Their pixels are not stored.

Run with Python, Pillow and NumPy:  python tools/parity/make_jpeg.py
"""

import base64
import io
import json
import pathlib

import numpy as np
from PIL import Image

OUT = pathlib.Path(__file__).parents[2] / "tests" / "fixtures" / "jpeg.json"
SAMPLINGS = {"444": "4:4:4", "422": "4:2:2", "420": "4:2:0"}
random = np.random.default_rng(46)


def picture(height, width, channels):
    """Smooth parts, edges and noise, so that blocks have few coefficients and many."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 120 * np.sin(x / (5 + 3 * c) + c) * np.cos(y / (7 - c)) for c in range(channels)]
    values = np.stack(planes, -1) + random.normal(0, 20, (height, width, channels)) * (x[..., None] > width / 2)
    values[(x // 11 + y // 9) % 4 == 0] = random.integers(0, 2, channels) * 255
    values[: height // 3, : width // 3] = 200
    pixels = np.clip(values, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels[..., 0] if channels == 1 else pixels)


def jpeg(image, sampling="420", **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", subsampling=SAMPLINGS[sampling], **options)
    return buffer.getvalue()


def as_440(data):
    """A file of 4:2:2 with its factors exchanged, as Pillow writes no 4:4:0: other pixels, but whole if there are as many MCUs."""
    start = data.index(b"\xff\xc0") if b"\xff\xc0" in data else data.index(b"\xff\xc2")
    factors = start + 4 + 7
    assert data[factors] == 0x21
    return data[:factors] + b"\x12" + data[factors + 1 :]


files = {}


def add(name, data):
    files[name] = base64.b64encode(data).decode()


for sampling in ("444", "422", "420"):
    for size in range(1, 18):
        other = (size * 7) % 17 + 1
        add(f"{sampling}-{other}x{size}", jpeg(picture(size, other, 3), sampling, quality=85))
for size in range(5, 18):
    add(f"grey-{size}x{18 - size}", jpeg(picture(18 - size, size, 1), "444", quality=80))
for sampling in ("444", "422", "420"):
    for quality in (1, 5, 20, 50, 75, 95, 100):
        add(f"{sampling}-quality-{quality}", jpeg(picture(37, 41, 3), sampling, quality=quality))
for progressive in (False, True):
    kind = "progressive" if progressive else "sequential"
    for sampling in ("444", "422", "420"):
        for size in ((17, 33), (40, 71), (64, 64)):
            options = {"quality": 70 + size[0] // 3, "progressive": progressive}
            add(f"{kind}-{sampling}-{size[1]}x{size[0]}", jpeg(picture(*size, 3), sampling, **options))
            add(f"{kind}-{sampling}-{size[1]}x{size[0]}-best", jpeg(picture(*size, 3), sampling, optimize=True, **options))
    # Both sizes in MCUs of 16 x 8 and 8 x 16 make equally many rows and columns.
    add(f"{kind}-440", as_440(jpeg(picture(48, 48, 3), "422", quality=80, progressive=progressive)))
    add(f"{kind}-440-odd", as_440(jpeg(picture(45, 47, 3), "422", quality=60, progressive=progressive)))
    for interval in (1, 3, 4, 20):
        options = {"quality": 60, "progressive": progressive, "restart_marker_blocks": interval}
        add(f"{kind}-restart-{interval}", jpeg(picture(34, 60, 3), "420", **options))
    add(f"{kind}-restart-rows", jpeg(picture(34, 60, 3), "422", quality=60, progressive=progressive, restart_marker_rows=1))
    add(f"{kind}-grey", jpeg(picture(41, 29, 1), "444", quality=90, progressive=progressive))
    add(f"{kind}-grey-restart", jpeg(picture(41, 29, 1), "444", quality=90, progressive=progressive, restart_marker_blocks=2))
noise = Image.fromarray(random.integers(0, 256, (25, 40, 3), dtype=np.uint8))
for sampling in ("444", "422", "420"):
    for quality in (3, 40, 100):
        add(f"noise-{sampling}-{quality}", jpeg(noise, sampling, quality=quality))
extremes = Image.fromarray((random.integers(0, 2, (25, 40, 3)) * 255).astype(np.uint8))
for quality in (1, 10, 60, 100):
    add(f"extremes-{quality}", jpeg(extremes, "420", quality=quality))

OUT.write_text(json.dumps({"script": "tools/parity/make_jpeg.py", "pillow": Image.__version__, "files": files}, indent=0))
print(len(files), "files,", OUT.stat().st_size, "bytes")
