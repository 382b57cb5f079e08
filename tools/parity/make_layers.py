"""Fixtures of every layer: outputs, and gradients of sum(output * cotangent). Computed in float64 from float32 values."""

import zlib

from common import Fixture, keras, np, tf

SEED = 20250

layers = keras.layers


def conv(name, shape, **options):
    return (f"conv2d {name}", layers.Conv2D, options, shape)


def transposed(name, shape, **options):
    return (f"conv2d_transpose {name}", layers.Conv2DTranspose, options, shape)


def separable(name, shape, **options):
    return (f"separable_conv2d {name}", layers.SeparableConv2D, options, shape)


def pools(name, shape, **options):
    return [
        (f"max_pooling2d {name}", layers.MaxPooling2D, options, shape),
        (f"average_pooling2d {name}", layers.AveragePooling2D, options, shape),
    ]


ACTIVATIONS = (
    "linear relu relu6 leaky_relu elu selu celu sigmoid hard_sigmoid log_sigmoid tanh hard_tanh tanh_shrink softplus "
    "softsign silu hard_silu gelu mish exponential softmax log_softmax glu hard_shrink soft_shrink squareplus "
    "sparse_plus sparse_sigmoid sparsemax"
).split()

CASES = [
    conv("3x3 valid relu", (2, 8, 8, 1), filters=8, kernel_size=3, activation="relu"),
    conv("3x3 valid no bias, odd channels", (2, 7, 6, 3), filters=5, kernel_size=3, use_bias=False),
    conv("3x3 same, odd channels", (2, 7, 6, 3), filters=5, kernel_size=3, padding="same"),
    conv("3x3 same strides 2, odd map", (2, 7, 9, 5), filters=7, kernel_size=3, strides=2, padding="same"),
    conv("3x3 same strides 2, even map", (2, 8, 6, 3), filters=4, kernel_size=3, strides=2, padding="same", activation="relu"),
    conv("3x3 valid strides 2 leaves a rest", (3, 8, 7, 2), filters=6, kernel_size=3, strides=2),
    conv("3x3 valid strides (2, 1)", (2, 7, 7, 3), filters=3, kernel_size=3, strides=(2, 1)),
    conv("5x5 same strides 3", (2, 11, 10, 2), filters=5, kernel_size=5, strides=3, padding="same"),
    conv("3x3 valid dilation 2", (2, 9, 8, 3), filters=4, kernel_size=3, dilation_rate=2),
    conv("3x3 same dilation (2, 1)", (2, 7, 6, 3), filters=4, kernel_size=3, dilation_rate=(2, 1), padding="same", activation="tanh"),
    conv("3x3 same dilation 3 beyond the map", (1, 5, 5, 2), filters=3, kernel_size=3, dilation_rate=3, padding="same"),
    conv("1x1 tanh", (2, 5, 4, 7), filters=3, kernel_size=1, activation="tanh"),
    conv("1x1 strides 2 same", (2, 5, 6, 4), filters=9, kernel_size=1, strides=2, padding="same"),
    conv("1x1 strides 3 valid", (2, 7, 6, 4), filters=2, kernel_size=1, strides=3),
    conv("5x5 valid sigmoid", (2, 9, 8, 2), filters=16, kernel_size=5, activation="sigmoid"),
    conv("5x5 same", (2, 6, 7, 3), filters=3, kernel_size=5, padding="same"),
    conv("5x5 same larger than the map", (2, 3, 2, 3), filters=4, kernel_size=5, padding="same"),
    conv("1x3 valid", (2, 5, 6, 3), filters=4, kernel_size=(1, 3)),
    conv("3x1 same", (2, 5, 6, 3), filters=4, kernel_size=(3, 1), padding="same"),
    conv("2x2 same pads only below and right", (2, 5, 6, 3), filters=4, kernel_size=2, padding="same"),
    conv("4x4 same strides 2", (2, 9, 8, 3), filters=4, kernel_size=4, strides=2, padding="same"),
    conv("3x3 valid to a 1x1 map, batch 1", (1, 3, 3, 4), filters=6, kernel_size=3, activation="relu"),
    conv("one filter, one channel", (2, 4, 4, 1), filters=1, kernel_size=2),
    conv("softmax over channels", (2, 4, 5, 3), filters=5, kernel_size=3, activation="softmax"),
    conv("17 to 33 channels", (2, 5, 5, 17), filters=33, kernel_size=3, activation="relu"),
    conv("32 to 16 channels", (1, 6, 6, 32), filters=16, kernel_size=3, activation="relu"),
    conv("batch 5 of 3 channels to 32", (5, 6, 6, 3), filters=32, kernel_size=3, activation="relu", padding="same"),
    conv("3x3 same, 2 groups", (2, 6, 5, 4), filters=6, kernel_size=3, groups=2, padding="same", activation="relu"),
    conv("3x2 valid strides 2, 3 groups", (2, 7, 6, 9), filters=3, kernel_size=(3, 2), groups=3, strides=2, use_bias=False),
    conv("7x7 same, a group for each channel", (2, 8, 9, 6), filters=6, kernel_size=7, groups=6, padding="same"),
    conv("3x3 valid, 2 filters for each channel", (2, 5, 6, 4), filters=8, kernel_size=3, groups=4),
    transposed("3x3 valid relu", (2, 4, 5, 3), filters=4, kernel_size=3, activation="relu"),
    transposed("2x2 strides 2", (2, 3, 4, 5), filters=3, kernel_size=2, strides=2),
    transposed("3x3 same strides 2 relu", (2, 4, 3, 4), filters=5, kernel_size=3, strides=2, padding="same", activation="relu"),
    transposed("4x4 same strides 2, no bias", (2, 3, 4, 2), filters=3, kernel_size=4, strides=2, padding="same", use_bias=False),
    transposed("5x5 same strides (3, 1)", (2, 3, 4, 2), filters=3, kernel_size=5, strides=(3, 1), padding="same"),
    transposed("2x3 valid strides 3 leaves gaps", (2, 3, 3, 2), filters=2, kernel_size=(2, 3), strides=3),
    transposed("1x1 same strides 2", (2, 3, 2, 3), filters=4, kernel_size=1, strides=2, padding="same"),
    transposed("3x3 same dilation (2, 1)", (2, 5, 4, 3), filters=2, kernel_size=3, dilation_rate=(2, 1), padding="same"),
    transposed("3x2 valid dilation 2", (2, 3, 4, 2), filters=3, kernel_size=(3, 2), dilation_rate=2),
    transposed("3x3 valid strides 2, output padding 0", (2, 3, 4, 2), filters=3, kernel_size=3, strides=2, output_padding=0),
    transposed("3x3 valid strides 2, output padding 1", (2, 3, 4, 2), filters=3, kernel_size=3, strides=2, output_padding=1),
    transposed("3x3 same strides 2, output padding (1, 0)", (2, 3, 4, 2), filters=3, kernel_size=3, strides=2, padding="same", output_padding=(1, 0)),
    transposed("4x4 same strides 3, output padding (1, 2)", (2, 3, 2, 2), filters=3, kernel_size=4, strides=3, padding="same", output_padding=(1, 2)),
    transposed("3x3 same strides 3, output padding 2", (2, 3, 2, 2), filters=3, kernel_size=3, strides=3, padding="same", output_padding=2),
    separable("3x3 valid", (2, 6, 5, 3), filters=4, kernel_size=3),
    separable("3x3 same relu, no bias", (2, 6, 5, 17), filters=9, kernel_size=3, padding="same", activation="relu", use_bias=False),
    separable("3x2 same strides 2, two filters a channel", (2, 7, 6, 3), filters=5, kernel_size=(3, 2), strides=2, padding="same", depth_multiplier=2),
    separable("3x3 same dilation 2 tanh", (2, 7, 6, 4), filters=3, kernel_size=3, dilation_rate=2, padding="same", activation="tanh"),
    *pools("2x2", (2, 6, 8, 3), pool_size=2),
    *pools("2x2 valid leaves a rest", (2, 7, 5, 5), pool_size=2),
    *pools("2x2 same, odd map", (2, 7, 5, 3), pool_size=2, padding="same"),
    *pools("3x3 strides 1 same", (2, 5, 6, 4), pool_size=3, strides=1, padding="same"),
    *pools("3x3 strides 1 valid", (2, 5, 6, 4), pool_size=3, strides=1),
    *pools("3x3 strides 2 valid", (2, 7, 9, 1), pool_size=3, strides=2),
    *pools("3x3 strides 2 same", (2, 8, 6, 3), pool_size=3, strides=2, padding="same"),
    *pools("2x1 strides (1, 2)", (2, 6, 6, 3), pool_size=(2, 1), strides=(1, 2)),
    *pools("2x2 strides 3 skips pixels", (2, 8, 7, 2), pool_size=2, strides=3),
    *pools("whole map", (2, 4, 3, 17), pool_size=(4, 3)),
    ("max_pooling2d of equal numbers: the first takes the gradient", layers.MaxPooling2D, {"pool_size": 2}, (2, 6, 6, 3)),
    ("global_average_pooling2d", layers.GlobalAveragePooling2D, {}, (3, 5, 4, 7)),
    ("global_average_pooling2d keepdims", layers.GlobalAveragePooling2D, {"keepdims": True}, (2, 3, 3, 4)),
    ("global_max_pooling2d", layers.GlobalMaxPooling2D, {}, (3, 5, 4, 7)),
    ("global_max_pooling2d keepdims", layers.GlobalMaxPooling2D, {"keepdims": True}, (2, 3, 3, 4)),
    ("flatten rank 4", layers.Flatten, {}, (2, 3, 4, 5)),
    ("flatten rank 2", layers.Flatten, {}, (3, 6)),
    ("reshape to a map", layers.Reshape, {"target_shape": (3, 4, 2)}, (2, 24)),
    ("reshape with -1", layers.Reshape, {"target_shape": (-1, 6)}, (2, 3, 4, 2)),
    ("dropout at inference", layers.Dropout, {"rate": 0.5}, (2, 4, 3)),
    ("dense rank 2 relu", layers.Dense, {"units": 10, "activation": "relu"}, (4, 17)),
    ("dense rank 2 no bias", layers.Dense, {"units": 5, "use_bias": False}, (3, 7)),
    ("dense softmax", layers.Dense, {"units": 10, "activation": "softmax"}, (3, 33)),
    ("dense sigmoid to one unit", layers.Dense, {"units": 1, "activation": "sigmoid"}, (5, 8)),
    ("dense one input", layers.Dense, {"units": 3}, (4, 1)),
    ("dense rank 3", layers.Dense, {"units": 6, "activation": "tanh"}, (2, 5, 7)),
    ("dense rank 4", layers.Dense, {"units": 4}, (2, 3, 2, 5)),
    ("dense batch 1", layers.Dense, {"units": 64, "activation": "relu"}, (1, 65)),
    *[
        (f"activation {name}", layers.Activation, {"activation": name}, (3, 4, 6))
        for name in ACTIVATIONS
    ],
]


def values(rng, shape, scale=1.0):
    """Standard normal numbers that float32 holds exactly."""
    return (rng.standard_normal(shape) * scale).astype(np.float32).astype(np.float64)


def run(name, make, options, shape):
    """The layer, and what `add_layer` takes. A list of shapes stands for several inputs."""
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    several = isinstance(shape, list)
    shapes = shape if several else [shape]
    xs = [values(rng, each, 2.0 if make is layers.Activation else 1.0) for each in shapes]
    if "equal numbers" in name:
        xs = [np.round(x) for x in xs]
    layer = make(**options, name="layer")
    built = [(None, *each[1:]) for each in shapes]
    layer.build(built if several else built[0])
    for weight in layer.weights:
        weight.assign(values(rng, weight.shape, 0.4))
    xs = [tf.constant(x, dtype=tf.float64) for x in xs]
    # TensorFlow's own kernels for processors have no dilated transposed convolution; XLA has.
    call = tf.function(layer, jit_compile=True) if make is layers.Conv2DTranspose else layer
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = call(xs if several else xs[0], training=False)
        assert y.dtype == tf.float64
        cotangent = values(rng, y.shape)
        loss = tf.reduce_sum(y * cotangent)
    dx, dw = tape.gradient(loss, [xs, [weight.value for weight in layer.weights]])
    assert all(d is not None for d in [*dx, *dw])
    return (layer, xs, y, cotangent, dx, dw) if several else (layer, xs[0], y, cotangent, dx[0], dw)


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("layers", "make_layers.py", seed=SEED, precision="computed in float64, stored as float32")
    for name, make, options, shape in CASES:
        fixture.add_layer(name, *run(name, make, options, shape))
    fixture.write()


if __name__ == "__main__":
    main()
