"""Fixtures of EinsumDense, as make_layers.py makes them."""

from common import Fixture, keras
from make_layers import SEED, layers, run

CASES = [
    ("a matrix", (3, 7), {"equation": "ab,bc->ac", "output_shape": 5, "bias_axes": "c", "activation": "relu"}),
    ("rows without bias", (2, 4, 6), {"equation": "abc,cd->abd", "output_shape": (None, 5)}),
    ("dots on the left", (2, 3, 4, 6), {"equation": "...x,xy->...y", "output_shape": 5, "bias_axes": "y"}),
    ("dots on the right", (2, 6, 3, 4), {"equation": "ab...,bc->ac...", "output_shape": 5, "bias_axes": "c"}),
    ("to heads", (2, 4, 6), {"equation": "abc,cde->abde", "output_shape": (None, 3, 2), "bias_axes": "de"}),
    ("from heads", (2, 4, 3, 2), {"equation": "abcd,cde->abe", "output_shape": (None, 6), "bias_axes": "e"}),
    ("a kernel for each row", (2, 4, 6), {"equation": "abc,bcd->abd", "output_shape": (4, 5), "bias_axes": "bd"}),
    ("axes in another order", (2, 4, 3), {"equation": "abc,db->acd", "output_shape": (3, 5), "bias_axes": "c"}),
    ("bias of an inner axis", (2, 4, 6), {"equation": "abc,cd->abd", "output_shape": (4, 5), "bias_axes": "b"}),
]


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("einsum-dense", "make_einsum_dense.py", seed=SEED, precision="computed in float64, stored as float32")
    for name, shape, options in CASES:
        fixture.add_layer(f"einsum_dense {name}", *run(f"einsum_dense {name}", layers.EinsumDense, options, shape))
    fixture.write()


if __name__ == "__main__":
    main()
