"""Fixture of affineSample: Keras' ops.image.affine_transform in all modes, and what RandomRotation makes of images."""

import math

from common import Fixture, keras, np

SEED = 12
SHAPES = [(3, 11, 9, 3), (3, 8, 12, 1), (3, 1, 7, 2)]
FILL_MODES = ["constant", "nearest", "reflect", "wrap"]
FILL_VALUE = 0.5


def transforms(generator, height, width):
    """Identity and halves; a turn about the middle; a map without order, projective."""
    halves = [1, 0, 0.5, 0, 1, -0.5, 0, 0]
    angle = generator.uniform(0, 2 * math.pi)
    cos, sin, cx, cy = math.cos(angle), math.sin(angle), (width - 1) / 2, (height - 1) / 2
    turn = [cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy, 0, 0]
    wild = np.concatenate([generator.normal(scale=2, size=6), generator.uniform(-0.02, 0.02, size=2)])
    return np.array([halves, turn, wild], "float32")


def main():
    generator = np.random.default_rng(SEED)
    fixture = Fixture("affine-sample", "make_affine_sample.py", seed=SEED, fillValue=FILL_VALUE)
    for shape in SHAPES:
        images = generator.uniform(-1, 1, shape).astype("float32")
        matrices = transforms(generator, *shape[1:3])
        for mode in FILL_MODES:
            for interpolation in ["nearest", "bilinear"]:
                options = dict(interpolation=interpolation, fill_mode=mode, fill_value=FILL_VALUE)
                result = keras.ops.image.affine_transform(images, matrices, **options)
                fixture.add(
                    name=f"{shape} {interpolation} {mode}",
                    images=fixture.array(images),
                    transforms=fixture.array(matrices),
                    interpolation=interpolation,
                    fillMode=mode,
                    output=fixture.array(result),
                )
    for mode in FILL_MODES:
        images = generator.integers(0, 256, (4, 15, 10, 3)).astype("uint8")
        layer = keras.layers.RandomRotation(0.4, fill_mode=mode, fill_value=FILL_VALUE, seed=SEED)
        transformation = layer.get_random_transformation(images, training=True)
        fixture.add(
            name=f"RandomRotation {mode}",
            images=fixture.array(images),
            transforms=fixture.array(transformation["rotation_matrix"]),
            interpolation="bilinear",
            fillMode=mode,
            output=fixture.array(layer.transform_images(images, transformation, training=True)),
        )
    fixture.write()


if __name__ == "__main__":
    main()
