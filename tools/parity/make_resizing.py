"""Fixtures of resizing: Pillow's filters through load_img, and image_dataset_from_directory's with its options."""

import tempfile
from pathlib import Path

import numpy as np
from common import Fixture, keras
from keras.src.utils.image_dataset_utils import _load_image_tf
from PIL import Image

random = np.random.default_rng(11)
fixture = Fixture("resizing", "make_resizing.py")
SIZES = ((8, 11), (5, 31), (24, 12))
PILLOW = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")
KERAS = ("nearest", "bilinear", "bicubic", "area", "lanczos3", "lanczos5", "mitchellcubic", "gaussian")


def picture(height, width, channels):
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 110 * np.sin(x / (2 + c) + c) * np.cos(y / (3 + c)) for c in range(channels)]
    noise = random.normal(0, 20, (height, width, channels))
    return np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8)


def add_cases(path, source, channels):
    mode = {1: "grayscale", 3: "rgb"}[channels]
    for size in SIZES:
        for name in PILLOW:
            for crop in (False, True):
                image = keras.utils.load_img(
                    path, color_mode=mode, target_size=size, interpolation=name, keep_aspect_ratio=crop
                )
                spec = {"method": "pillow", "interpolation": name, "cropToAspectRatio": crop}
                result = np.asarray(image).reshape(*size, channels)
                fixture.add(source=source, spec=spec, result=fixture.array(result))
        for name in KERAS:
            for crop, pad in ((False, False), (True, False), (False, True)):
                # Keras does not take all of TensorFlow's methods together with cropping.
                if (crop or pad) and name not in ("nearest", "bilinear", "bicubic"):
                    continue
                result = _load_image_tf(str(path), size, channels, name, "channels_last", crop, pad)
                spec = {"method": "keras", "interpolation": name, "cropToAspectRatio": crop, "padToAspectRatio": pad}
                fixture.add(source=source, spec=spec, result=fixture.array(result))


def add_bilinear_cases(folder):
    """Odd sizes, larger and smaller, of images that are a single pixel wide and larger ones."""
    for i, channels in enumerate((1, 3, 4) * 8):
        height, width, *size = (int(random.integers(1, limit)) for limit in (50, 40, 30, 20))
        mode = {1: "L", 3: "RGB", 4: "RGBA"}[channels]
        pixels = picture(height, width, channels)
        path = Path(folder) / f"bilinear{i}.png"
        Image.fromarray(pixels.squeeze(-1) if channels == 1 else pixels, mode).save(path)
        result = _load_image_tf(str(path), size, channels, "bilinear", "channels_last", False, False)
        spec = {"method": "keras", "interpolation": "bilinear"}
        fixture.add(source=fixture.array(pixels), spec=spec, result=fixture.array(result))


with tempfile.TemporaryDirectory() as folder:
    for height, width, channels in ((19, 26, 3), (26, 9, 1)):
        pixels = picture(height, width, channels)
        path = Path(folder) / f"{channels}.png"
        Image.fromarray(pixels if channels == 3 else pixels[:, :, 0]).save(path)
        add_cases(path, fixture.array(pixels), channels)
    add_bilinear_cases(folder)
fixture.write()
