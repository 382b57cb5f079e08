"""
Fixture of the image layers: Keras' result for given parameters of each transformation, the configs, and a saved model.

Images are whole numbers 0...255 as uint8, made of smooth waves and noise; what Keras gives is stored as float32. Parameters
have the names that Fovea's layers have.
"""

import numpy as np

from common import Fixture, keras, numbers, uniform

L = keras.layers
SAMPLES, HEIGHT, WIDTH = 3, 11, 14


def pictures(stream, height=HEIGHT, width=WIDTH, channels=3, samples=SAMPLES):
    y, x = np.mgrid[0:height, 0:width][..., None]
    phase = numbers(stream, samples * channels).reshape(samples, 1, 1, channels) % 628 / 100
    waves = 120 + 90 * np.sin(x / 3.7 + phase) * np.cos(y / 4.3 - phase)
    noise = numbers(stream + 1, samples * height * width * channels).reshape(samples, height, width, channels) % 45
    return np.clip(np.round(waves + noise), 0, 255).astype(np.uint8)


def per_image(*values):
    return np.array(values, "float32").reshape(-1, 1, 1, 1)


def column(*values):
    return np.array(values, "float32").reshape(-1, 1)


def rotation(layer, degrees, shape):
    n = len(degrees)
    zeros, ones = np.zeros(n, "float32"), np.ones(n, "float32")
    angle = keras.ops.convert_to_tensor(np.array(degrees, "float32"))
    return layer._compute_affine_matrix(0.5, 0.5, angle, zeros, zeros, ones, zeros, zeros, shape[1], shape[2])


def corners(moves, shape):
    """Keras' start and end points for moves of the right and lower corners, as parts of their coordinates."""
    _, h, w, _ = shape
    start = np.array([[0, 0], [w - 1, 0], [0, h - 1], [w - 1, h - 1]], "float32")[None].repeat(len(moves), 0)
    parts = np.array([[[0, 0], [rx, 0], [0, ly], [cx, cy]] for rx, ly, cx, cy in moves], "float32")
    return start, start + start * parts


class Cases:
    def __init__(self):
        self.fixture = Fixture("augmentation", "make_augmentation.py")
        self.stream = 0xA06
        self.samples = SAMPLES

    def add(self, name, layer, keras_parameters, parameters, images=None, scale=1.0):
        """`scale`: what bytes are divided by before the layer sees them."""
        self.stream += 2
        images = pictures(self.stream, samples=self.samples) if images is None else images
        given = images.astype("float32") / np.float32(scale)
        if keras_parameters is None:
            takes_training = hasattr(layer, "transform_images")
            result = layer(given, training=True) if takes_training else layer(given)
        else:
            result = layer.transform_images(keras.ops.convert_to_tensor(given), keras_parameters, training=True)
        config = {k: v for k, v in layer.get_config().items() if k not in ("name", "trainable", "dtype")}
        self.fixture.add(
            name=name,
            className=type(layer).__name__,
            config=config,
            images=self.fixture.array(images, "uint8"),
            scale=scale,
            parameters={k: self.fixture.array(v) for k, v in parameters.items()},
            output=self.fixture.array(np.array(result)),
        )


def geometric(cases):
    flips = np.array([1, 0, 1]).reshape(-1, 1, 1, 1)
    for mode in ("horizontal", "vertical", "horizontal_and_vertical"):
        cases.add(f"flip {mode}", L.RandomFlip(mode), {"flips": flips == 1}, {"flips": flips.reshape(-1, 1)})
    styles = [("bilinear", mode, 0.0) for mode in ("reflect", "constant", "nearest", "wrap")]
    for interpolation, mode, value in [*styles, ("nearest", "constant", 77.0)]:
        style = dict(interpolation=interpolation, fill_mode=mode, fill_value=value)
        label = f"{interpolation} {mode}"
        shape = (SAMPLES, HEIGHT, WIDTH, 3)
        degrees = [17.0, -75.0, 140.0]
        layer = L.RandomRotation(0.5, **style)
        matrix = rotation(layer, degrees, shape)
        cases.add(f"rotation {label}", layer, {"rotation_matrix": matrix}, {"angle": np.radians(column(*degrees))})
        down, right = column(3.25, -5, 0.5), column(-4.75, 8, -0.25)
        moves = {"translations": np.concatenate([right, down], 1)}
        layer = L.RandomTranslation((-0.3, 0.2), 0.5, **style)
        cases.add(f"translation {label}", layer, moves, {"heightTranslation": down, "widthTranslation": right})
        zooms = {"height_zoom": column(0.7, 1.4, 1.0), "width_zoom": column(1.3, 0.6, 1.15)}
        layer = L.RandomZoom((-0.4, 0.4), 0.4, **style)
        cases.add(f"zoom {label}", layer, zooms, {"heightZoom": zooms["height_zoom"], "widthZoom": zooms["width_zoom"]})
        shears = column(0.4, -0.3, 0.0), column(0.1, -0.5, 0.3)
        layer = L.RandomShear((0.0, 0.4), (0.0, 0.5), **style)
        cases.add(f"shear {label}", layer, {"shear_factor": np.concatenate(shears, 1)}, dict(zip(("shearX", "shearY"), shears)))
    for interpolation in ("bilinear", "nearest"):
        moves = [(0.2, -0.3, -0.1, 0.25), (-0.4, 0.1, 0.3, -0.2), (0.5, 0.5, 0.1, 0.4)]
        start, end = corners(moves, (SAMPLES, HEIGHT, WIDTH, 3))
        apply = np.array([True, True, False])
        names = ("rightX", "lowerY", "cornerX", "cornerY")
        parameters = {name: column(*[move[i] for move in moves]) for i, name in enumerate(names)}
        cases.add(
            f"perspective {interpolation}",
            L.RandomPerspective(0.8, scale=0.9, interpolation=interpolation, fill_value=31.0),
            {"apply_perspective": apply, "start_points": start, "end_points": end},
            {"applyPerspective": column(1, 1, 0), **parameters},
        )


def colors(cases):
    for scale, value_range in ((1.0, (0, 255)), (255.0, (0, 1))):
        label, options = f"0...{value_range[1]}", dict(value_range=value_range)
        given = dict(scale=scale)
        size = value_range[1]
        factors = per_image(0.4, 1.7, 1.0)
        cases.add(f"contrast {label}", L.RandomContrast((0.2, 0.7), **options), {"contrast_factor": factors}, {"contrastFactor": factors}, **given)
        deltas = per_image(-0.3, 0.2, 0.05) * size
        cases.add(f"brightness {label}", L.RandomBrightness(0.3, **options), {"rgb_delta": deltas}, {"rgbDelta": deltas}, **given)
        turns = np.array([0.35, -0.45, 0.1], "float32")
        cases.add(f"hue {label}", L.RandomHue((0.1, 0.9), **options), {"factor": turns}, {"factor": turns.reshape(-1, 1, 1, 1)}, **given)
        parts = np.array([0.0, 0.4, 1.6], "float32")
        cases.add(f"saturation {label}", L.RandomSaturation((0.1, 0.7), **options), {"factor": parts}, {"factor": parts.reshape(-1, 1, 1, 1)}, **given)
        parts = per_image(0.3, 1.0, -0.5)
        cases.add(f"degeneration {label}", L.RandomColorDegeneration((-0.5, 1.0), **options), {"factor": parts}, {"factor": parts}, **given)
        parts = np.array([0.1, 0.5, 0.95], "float32")
        cases.add(f"sharpness {label}", L.RandomSharpness((0.1, 0.95), **options), {"factor": parts}, {"factor": parts.reshape(-1, 1, 1, 1)}, **given)
        shifts = np.array([0, 3, 7], "uint8")
        cases.add(f"posterization {label}", L.RandomPosterization((1, 8), **options), {"shift_factor": shifts}, {"shiftFactor": shifts.reshape(-1, 1, 1, 1)}, **given)
        chosen = np.array([True, False, True])
        cases.add(f"invert {label}", L.RandomInvert(0.6, **options), {"apply_inversion": chosen}, {"applyInversion": per_image(*chosen)}, **given)
        added = {"additions": per_image(0, 40, 110), "thresholds": per_image(128, 200, 20)}
        cases.add(f"solarization {label}", L.Solarization(0.5, (0.1, 0.9), **options), added, added, **given)
        cases.add(f"auto contrast {label}", L.AutoContrast(**options), None, {}, **given)
    flat = pictures(0xF1A7)
    flat[1, :, :, 0] = 90
    cases.add("auto contrast of one value", L.AutoContrast(), None, {}, images=flat)
    chosen = np.array([True, False, True]).reshape(-1, 1, 1, 1)
    cases.add("grayscale", L.RandomGrayscale(0.7), chosen, {"apply": chosen})
    for size, sigma in ((3, 1.0), (5, (0.5, 0.9))):
        x, y = 0.9, 0.6
        layer = L.RandomGaussianBlur(kernel_size=size, sigma=sigma)
        parameters = {"shouldApplyBlur": chosen, "sigmaX": per_image(x, x, x), "sigmaY": per_image(y, y, y)}
        given = {"should_apply_blur": chosen.reshape(-1), "blur_factor": np.array([x, y], "float32")}
        cases.add(f"gaussian blur {size}", layer, given, parameters)


def erasing(cases):
    shape = (SAMPLES, HEIGHT, WIDTH, 3)
    ends = [np.array(v, "float32") for v in ((2.5, 0, 7), (9, 14, 7.5), (1, 4.2, 3), (8.3, 9, 11))]
    apply = np.array([True, True, False])
    noise = uniform(0xE7A5, shape, 400.0)
    for label, fill, values in (("noise", None, noise), ("a number", 61.0, 61.0), ("three", [10.0, 300.0, 90.0], [10.0, 300.0, 90.0])):
        layer = L.RandomErasing(0.9, fill_value=fill)
        given = {
            "batch_masks": layer._generate_batch_mask(shape, ends),
            "apply_erasing": apply,
            "fill_value": np.clip(np.broadcast_to(np.array(values, "float32"), shape), 0, 255),
        }
        boxes = {name: end.reshape(-1, 1, 1, 1) for name, end in zip(("x0", "x1", "y0", "y1"), ends)}
        fill = np.broadcast_to(np.array(values, "float32"), shape)
        cases.add(f"erasing, {label}", layer, given, {"applyErasing": per_image(*apply), **boxes, "fill": fill})


def equalized(cases):
    for scale, value_range in ((1.0, (0, 255)), (255.0, (0, 1))):
        layer = L.Equalization(value_range=value_range)
        cases.add(f"equalization 0...{value_range[1]}", layer, {}, {}, scale=scale)
    flat = pictures(0xE0A1)
    flat[..., 1] = 90
    cases.add("equalization of one value", L.Equalization(), {}, {}, images=flat)
    cases.add("equalization with 64 bins", L.Equalization(bins=64), {}, {})


def sizes(cases):
    cases.samples = 2
    for interpolation in ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5"):
        for height, width in ((7, 9), (16, 23), (5, 20)):
            layer = L.Resizing(height, width, interpolation=interpolation)
            cases.add(f"resizing {interpolation} to {height}x{width}", layer, None, {})
        layer = L.Resizing(4, 17, interpolation=interpolation, antialias=True)
        cases.add(f"resizing {interpolation} with antialias", layer, None, {})
    for height, width in ((6, 6), (20, 11), (5, 13)):
        cases.add(f"resizing with crop to {height}x{width}", L.Resizing(height, width, crop_to_aspect_ratio=True), None, {})
        layer = L.Resizing(height, width, pad_to_aspect_ratio=True, fill_value=40.0)
        cases.add(f"resizing with borders to {height}x{width}", layer, None, {})
    for height, width in ((6, 7), (11, 14), (20, 8), (30, 30)):
        cases.add(f"center crop to {height}x{width}", L.CenterCrop(height, width), None, {})
    crop = L.RandomCrop(6, 8, seed=1)
    cases.add("random crop", crop, (3, 5), {"hStart": column(3, 3), "wStart": column(5, 5)})
    for height, width in ((14, 8), (20, 22), (11, 9)):
        crop = L.RandomCrop(height, width, seed=1)
        middle = crop.get_random_transformation(np.zeros((1, HEIGHT, WIDTH, 3), "float32"), training=True)
        cases.add(f"random crop of a small image to {height}x{width}", crop, tuple(int(v) for v in middle), {})


def numbers_layers(cases):
    cases.add("rescaling", L.Rescaling(1 / 127.5, offset=-1), None, {})
    cases.add("rescaling of channels", L.Rescaling([0.1, 0.2, 0.3], offset=[1.0, 2.0, 3.0]), None, {})
    cases.add("normalization", L.Normalization(mean=[90.0, 120.0, 150.0], variance=[400.0, 900.0, 0.0]), None, {})
    cases.add("normalization inverted", L.Normalization(mean=100.0, variance=16.0, invert=True), None, {})
    statistics = np.arange(42, dtype="float32").reshape(14, 3) + 3
    layer = L.Normalization(axis=(2, 3), mean=statistics.tolist(), variance=(statistics * 7).tolist())
    cases.add("normalization of columns and channels", layer, None, {})


def main():
    cases = Cases()
    geometric(cases)
    colors(cases)
    erasing(cases)
    equalized(cases)
    sizes(cases)
    numbers_layers(cases)
    cases.fixture.write()


if __name__ == "__main__":
    main()
