"""Fixture of layers that normalize each sample: outputs, and gradients of sum(output * cotangent), in float64."""

from common import Fixture, keras
from make_layers import SEED, layers, run


def case(layer, name, shape, **options):
    return (f"{layer} {name}", getattr(layers, layer), options, shape)


CASES = [
    case("LayerNormalization", "of channels", (2, 3, 4, 17)),
    case("LayerNormalization", "rank 2", (3, 6), epsilon=1e-6),
    case("LayerNormalization", "of whole samples", (2, 3, 4, 5), axis=[1, 2, 3]),
    case("LayerNormalization", "of rows", (2, 3, 4, 5), axis=1),
    case("LayerNormalization", "of maps", (2, 3, 4, 5), axis=(2, 1), epsilon=0.1),
    case("LayerNormalization", "of the last axes", (2, 3, 4, 5), axis=[-1, -2]),
    case("LayerNormalization", "without gamma", (2, 3, 16), scale=False),
    case("LayerNormalization", "without beta", (2, 3, 16), center=False),
    case("LayerNormalization", "without both", (2, 3, 16), center=False, scale=False),
    case("LayerNormalization", "rms_scaling", (2, 3, 7), rms_scaling=True),
    case("LayerNormalization", "rms_scaling of rows", (2, 3, 7), rms_scaling=True, axis=1, scale=False),
    case("GroupNormalization", "of 4 groups", (2, 3, 4, 12), groups=4),
    case("GroupNormalization", "of one group", (2, 3, 2, 18), groups=1, epsilon=1e-5),
    case("GroupNormalization", "of each channel", (2, 3, 3, 5), groups=-1),
    case("GroupNormalization", "of 2 groups, rank 2", (3, 6), groups=2),
    case("GroupNormalization", "of 2 groups along axis 1", (2, 4, 3, 5), groups=2, axis=1),
    case("GroupNormalization", "of 3 groups along axis -2", (2, 4, 6, 2), groups=3, axis=-2, scale=False),
    case("GroupNormalization", "without beta", (2, 3, 3, 36), groups=2, center=False),
    case("GroupNormalization", "without both", (2, 3, 3, 4), groups=2, center=False, scale=False),
    case("RMSNormalization", "of channels", (2, 3, 4, 17)),
    case("RMSNormalization", "of the last axes", (2, 3, 4, 5), axis=[-2, -1], epsilon=0.01),
    case("UnitNormalization", "of channels", (2, 3, 4, 18)),
    case("UnitNormalization", "of maps", (2, 3, 4, 5), axis=[1, 2]),
    case("UnitNormalization", "of rows", (2, 3, 4), axis=1),
]


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture(
        "normalization-layers", "make_normalization_layers.py", seed=SEED, precision="computed in float64, stored as float32"
    )
    for name, layer, options, shape in CASES:
        fixture.add_layer(name, *run(name, layer, options, shape))
    fixture.write()


if __name__ == "__main__":
    main()
