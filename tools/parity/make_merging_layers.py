"""Fixtures of the layers that merge several inputs, as make_layers.py makes them."""

from common import Fixture, keras
from make_layers import SEED, layers, run

A = (2, 3, 4, 5)
ELEMENT_WISE = [
    ("add", layers.Add),
    ("multiply", layers.Multiply),
    ("average", layers.Average),
    ("maximum", layers.Maximum),
    ("minimum", layers.Minimum),
]

CASES = [
    *[(f"{name} of three", make, {}, [A, A, A]) for name, make in ELEMENT_WISE],
    *[(f"{name} repeats extents of 1", make, {}, [(2, 3, 1, 5), (2, 1, 4, 5)]) for name, make in ELEMENT_WISE],
    *[(f"{name} of two ranks", make, {}, [(2, 5), A, (2, 4, 1)]) for name, make in ELEMENT_WISE],
    ("maximum of equal numbers", layers.Maximum, {}, [A, A]),
    ("minimum of equal numbers", layers.Minimum, {}, [A, A]),
    ("subtract", layers.Subtract, {}, [A, A]),
    ("subtract of two ranks", layers.Subtract, {}, [(2, 5), (2, 3, 5)]),
    ("concatenate", layers.Concatenate, {}, [A, (2, 3, 4, 2), (2, 3, 4, 16)]),
    ("concatenate axis 1", layers.Concatenate, {"axis": 1}, [A, (2, 1, 4, 5)]),
    ("concatenate axis -2", layers.Concatenate, {"axis": -2}, [A, (2, 3, 7, 5)]),
    ("concatenate rows", layers.Concatenate, {}, [(3, 4), (3, 9)]),
    ("dot of rows", layers.Dot, {"axes": 1}, [(3, 7), (3, 7)]),
    ("dot of rows, normalized", layers.Dot, {"axes": -1, "normalize": True}, [(3, 7), (3, 7)]),
    ("dot of matrices", layers.Dot, {"axes": (1, 2)}, [(2, 3, 5), (2, 4, 3)]),
    ("dot of matrices, normalized", layers.Dot, {"axes": (2, 1), "normalize": True}, [(2, 4, 3), (2, 3, 5)]),
    ("dot of maps", layers.Dot, {"axes": (3, 1)}, [A, (2, 5, 2, 3)]),
    ("dot of a matrix and a row", layers.Dot, {"axes": (-1, -1)}, [(2, 4, 3), (2, 3)]),
]


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("merging-layers", "make_merging_layers.py", seed=SEED, precision="computed in float64, stored as float32")
    for name, make, options, shapes in CASES:
        fixture.add_layer(name, *run(name, make, options, shapes))
    fixture.write()


if __name__ == "__main__":
    main()
