"""Fixtures of the layers for activation, regularization and scaling, as make_layers.py makes them."""

from common import Fixture, keras
from keras.src.applications.convnext import LayerScale, StochasticDepth
from make_layers import SEED, layers, run

MAP = (2, 3, 4, 5)

CASES = [
    ("re_lu", layers.ReLU, {}, MAP),
    ("re_lu 6", layers.ReLU, {"max_value": 6}, MAP),
    ("re_lu max_value", layers.ReLU, {"max_value": 0.5}, MAP),
    ("re_lu slope", layers.ReLU, {"negative_slope": 0.1}, MAP),
    ("re_lu threshold", layers.ReLU, {"threshold": 0.4}, MAP),
    ("re_lu all", layers.ReLU, {"max_value": 1.2, "negative_slope": 0.3, "threshold": 0.5}, MAP),
    ("re_lu slope and max_value", layers.ReLU, {"max_value": 6, "negative_slope": 0.3}, MAP),
    ("re_lu of equal numbers: kinks", layers.ReLU, {"max_value": 1, "negative_slope": 0.5}, MAP),
    ("re_lu threshold of equal numbers", layers.ReLU, {"negative_slope": 0.5, "threshold": 1}, MAP),
    ("leaky_re_lu", layers.LeakyReLU, {}, MAP),
    ("leaky_re_lu slope, equal numbers", layers.LeakyReLU, {"negative_slope": 0.05}, MAP),
    ("p_re_lu", layers.PReLU, {}, MAP),
    ("p_re_lu shared axes", layers.PReLU, {"shared_axes": [1, 2]}, MAP),
    ("p_re_lu one shared axis, rank 3", layers.PReLU, {"shared_axes": 1}, (3, 4, 6)),
    ("elu", layers.ELU, {}, (3, 17)),
    ("elu alpha, equal numbers", layers.ELU, {"alpha": 0.4}, MAP),
    ("softmax", layers.Softmax, {}, (3, 7)),
    ("softmax axis 1", layers.Softmax, {"axis": 1}, MAP),
    ("softmax axis -2", layers.Softmax, {"axis": -2}, (2, 9, 3)),
    ("softmax axes 1 and 2", layers.Softmax, {"axis": [1, 2]}, MAP),
    ("softmax axes 1 and 3", layers.Softmax, {"axis": [1, 3]}, MAP),
    ("identity", layers.Identity, {}, (2, 5)),
    ("dropout noise_shape at inference", layers.Dropout, {"rate": 0.5, "noise_shape": (None, 1, 1, 1)}, MAP),
    ("spatial_dropout2d at inference", layers.SpatialDropout2D, {"rate": 0.5, "seed": 3}, MAP),
    ("gaussian_dropout at inference", layers.GaussianDropout, {"rate": 0.5}, (2, 5)),
    ("gaussian_noise at inference", layers.GaussianNoise, {"stddev": 0.5, "seed": 1}, (2, 5)),
    ("alpha_dropout at inference", layers.AlphaDropout, {"rate": 0.5, "noise_shape": (None, 1)}, (2, 5)),
    ("activity_regularization", layers.ActivityRegularization, {"l1": 0.1, "l2": 0.01}, (2, 5)),
    ("layer_scale", LayerScale, {"init_values": 1e-6, "projection_dim": 5}, MAP),
    ("stochastic_depth at inference", StochasticDepth, {"drop_path_rate": 0.25}, MAP),
]


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("activation-layers", "make_activation_layers.py", seed=SEED, precision="computed in float64, stored as float32")
    for name, make, options, shape in CASES:
        fixture.add_layer(name, *run(name, make, options, shape))
    fixture.write()


if __name__ == "__main__":
    main()
