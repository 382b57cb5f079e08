"""
Fixtures of the initializers: configs, the numbers of those without randomness, and of the others mean, standard deviation,
smallest and largest number and deciles of a weight; of orthogonal ones the products of all rows or columns.
"""

from common import Fixture, keras, np

SEED = 20258

I = keras.initializers
SHAPES = [(3, 3, 32, 64), (144, 128), (18432,)]
RANDOM = [
    (I.GlorotUniform, {}),
    (I.GlorotNormal, {}),
    (I.HeUniform, {}),
    (I.HeNormal, {}),
    (I.LecunUniform, {}),
    (I.LecunNormal, {}),
    (I.RandomUniform, {}),
    (I.RandomUniform, {"minval": -0.3, "maxval": 1.2}),
    (I.RandomNormal, {}),
    (I.RandomNormal, {"mean": 0.4, "stddev": 0.2}),
    (I.TruncatedNormal, {}),
    (I.TruncatedNormal, {"mean": -1.0, "stddev": 0.3}),
    (I.VarianceScaling, {}),
    (I.VarianceScaling, {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal"}),
    (I.VarianceScaling, {"scale": 0.5, "mode": "fan_avg", "distribution": "uniform"}),
]
EXACT = [
    (I.Zeros, {}, (3, 2)),
    (I.Ones, {}, (2, 2, 3)),
    (I.Constant, {}, (4,)),
    (I.Constant, {"value": -2.5}, (2, 3)),
    (I.Identity, {}, (3, 3)),
    (I.Identity, {"gain": 0.5}, (2, 4)),
    (I.Identity, {}, (4, 2)),
]
ORTHOGONAL = [({}, (6, 4)), ({"gain": 2.0}, (3, 3, 2, 24)), ({"gain": 0.5}, (5, 5))]


def config_of(make, options):
    """The seed, which Keras draws where there is none, is left out."""
    config = make(**options).get_config()
    return {key: value for key, value in config.items() if key != "seed"}


def products(values):
    """Of all columns, or of all rows where they are fewer."""
    matrix = values.reshape(-1, values.shape[-1])
    return matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix


def main():
    fixture = Fixture("initializers", "make_initializers.py", seed=SEED, precision="float32")

    def add(make, options, shape, **numbers):
        name = f"{make.__name__} {options} {shape}"
        fixture.add(name=name, className=make.__name__, options=options, config=config_of(make, options), shape=shape, **numbers)

    for make, options in RANDOM:
        for shape in SHAPES:
            values = np.asarray(make(**options, seed=SEED)(shape), dtype=np.float64)
            add(make, options, shape, statistics={
                "mean": float(values.mean()),
                "deviation": float(values.std()),
                "least": float(values.min()),
                "largest": float(values.max()),
                "deciles": np.quantile(values, np.arange(1, 10) / 10).tolist(),
            })
    for make, options, shape in EXACT:
        add(make, options, shape, values=fixture.array(make(**options)(shape)))
    for options, shape in ORTHOGONAL:
        values = np.asarray(I.Orthogonal(**options, seed=SEED)(shape), dtype=np.float64)
        add(I.Orthogonal, options, shape, products=fixture.array(products(values)))
    fixture.write()


if __name__ == "__main__":
    main()
