"""Fixture of DepthwiseConv2D: outputs, and gradients of sum(output * cotangent), in float64 from float32 values."""

from common import Fixture, keras
from make_layers import SEED, run

LAYER = keras.layers.DepthwiseConv2D
CASES = [
    ("3x3 valid", (2, 7, 8, 5), dict(kernel_size=3)),
    ("3x3 same relu, no bias", (2, 6, 7, 17), dict(kernel_size=3, padding="same", activation="relu", use_bias=False)),
    ("3x3 same strides 2", (2, 8, 7, 8), dict(kernel_size=3, strides=2, padding="same")),
    ("3x3 same, two filters a channel", (2, 6, 5, 3), dict(kernel_size=3, padding="same", depth_multiplier=2)),
    ("3x2 valid strides 2, three filters a channel", (2, 9, 8, 4), dict(kernel_size=(3, 2), strides=2, depth_multiplier=3)),
    ("3x3 same dilation 2 tanh", (2, 9, 7, 6), dict(kernel_size=3, padding="same", dilation_rate=2, activation="tanh")),
    ("3x3 same strides 2, dilation 2", (2, 9, 8, 3), dict(kernel_size=3, strides=2, padding="same", dilation_rate=2)),
    ("5x5 same larger than the map", (2, 3, 2, 7), dict(kernel_size=5, padding="same")),
]


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("depthwise", "make_depthwise.py", seed=SEED, precision="computed in float64, stored as float32")
    for name, shape, options in CASES:
        fixture.add_layer(f"depthwise_conv2d {name}", *run(f"depthwise_conv2d {name}", LAYER, options, shape))
    fixture.write()


if __name__ == "__main__":
    main()
