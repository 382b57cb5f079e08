"""Fixture of layers that pool, enlarge, cut and rearrange: outputs, and gradients of sum(output * cotangent), in float64."""

import zlib

from common import Fixture, keras, np, tf
from make_layers import SEED, layers, pools, run, values


def case(layer, name, shape, **options):
    return (name, getattr(layers, layer), options, shape)


def upsampling(name, shape, **options):
    return case("UpSampling2D", f"up_sampling2d {name}", shape, **options)


def adaptive(name, shape, output_size):
    return [
        case("AdaptiveAveragePooling2D", f"adaptive_average_pooling2d {name}", shape, output_size=output_size),
        case("AdaptiveMaxPooling2D", f"adaptive_max_pooling2d {name}", shape, output_size=output_size),
    ]


CASES = [
    *pools("7x7 of a whole map", (2, 7, 7, 5), pool_size=7),
    *pools("7x6 strides (2, 3) same", (2, 11, 9, 3), pool_size=(7, 6), strides=(2, 3), padding="same"),
    case("MaxPooling2D", "max_pooling2d of equal numbers, 6x7 strides 2", (2, 9, 12, 3), pool_size=(6, 7), strides=2),
    case("MaxPooling2D", "max_pooling2d of equal numbers, 3x3 strides 1 same", (2, 5, 6, 4), pool_size=3, strides=1, padding="same"),
    case("GlobalMaxPooling2D", "global_max_pooling2d of equal numbers", (2, 3, 4, 5)),
    *adaptive("to a divisor", (2, 8, 6, 3), (4, 2)),
    # TensorFlow's gradient of the maximum is not defined here.
    case("AdaptiveAveragePooling2D", "adaptive_average_pooling2d to 1", (2, 5, 7, 9), output_size=1),
    *adaptive("to overlapping windows", (2, 10, 7, 5), (7, 3)),
    *adaptive("to the same height", (2, 4, 9, 2), 4),
    case("AdaptiveMaxPooling2D", "adaptive_max_pooling2d of equal numbers", (2, 9, 8, 3), output_size=(4, 3)),
    upsampling("2", (2, 3, 4, 5)),
    upsampling("(3, 1)", (2, 2, 5, 18), size=(3, 1)),
    upsampling("(1, 4) of one channel", (2, 3, 3, 1), size=(1, 4)),
    upsampling("2 bilinear", (2, 5, 4, 3), interpolation="bilinear"),
    upsampling("(3, 2) bilinear, a long map", (1, 2, 17, 4), size=(3, 2), interpolation="bilinear"),
    upsampling("4 bilinear of one pixel", (2, 1, 1, 17), size=4, interpolation="bilinear"),
    upsampling("2 bicubic", (1, 5, 4, 3), interpolation="bicubic"),
    upsampling("(2, 3) lanczos3", (1, 16, 3, 2), size=(2, 3), interpolation="lanczos3"),
    upsampling("2 lanczos5", (1, 3, 7, 2), interpolation="lanczos5"),
    case("Cropping2D", "cropping2d none", (2, 3, 4, 2)),
    case("Cropping2D", "cropping2d 1", (2, 5, 6, 3), cropping=1),
    case("Cropping2D", "cropping2d (2, 0)", (2, 5, 6, 3), cropping=(2, 0)),
    case("Cropping2D", "cropping2d ((1, 0), (0, 3))", (2, 5, 6, 17), cropping=((1, 0), (0, 3))),
    case("ZeroPadding2D", "zero_padding2d", (2, 5, 6, 3)),
    case("ZeroPadding2D", "zero_padding2d (0, 2)", (2, 3, 2, 5), padding=(0, 2)),
    case("ZeroPadding2D", "zero_padding2d ((0, 1), (2, 0))", (2, 3, 4, 17), padding=((0, 1), (2, 0))),
    case("Permute", "permute rank 3", (2, 3, 5), dims=(2, 1)),
    case("Permute", "permute rank 4", (2, 3, 4, 5), dims=(3, 1, 2)),
    case("Permute", "permute rows", (2, 3, 4, 18), dims=(2, 1, 3)),
    case("Permute", "permute nothing", (2, 3), dims=(1,)),
    case("RepeatVector", "repeat_vector", (3, 5), n=4),
    case("Reshape", "reshape to a column", (2, 3, 4), target_shape=(-1,)),
    case("Reshape", "reshape to more axes", (2, 6, 4), target_shape=(2, -1, 2, 2)),
    case("Flatten", "flatten rank 1", (3,)),
]


def run_linear(name, make, options, shape):
    """As `run`, for a linear layer whose gradient TensorFlow has in float32 only: from the results of single pixels."""
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    x, layer = values(rng, shape), make(**options, name="layer")
    y = layer(tf.constant(x)).numpy()
    cotangent = values(rng, y.shape)
    pixels = shape[1] * shape[2]
    single = layer(tf.constant(np.eye(pixels).reshape(pixels, *shape[1:3], 1))).numpy()
    dx = np.einsum("pij,nijc->npc", single[..., 0], cotangent).reshape(shape)
    return layer, x, y, cotangent, dx, []


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("shape-layers", "make_shape_layers.py", seed=SEED, precision="computed in float64, stored as float32")
    for name, layer, options, shape in CASES:
        of_case = run_linear if "lanczos" in name else run
        fixture.add_layer(name, *of_case(name, layer, options, shape))
    fixture.write()


if __name__ == "__main__":
    main()
