"""Fixtures of constraints and regularizers by themselves: allowed weights, and prices with their gradients."""

from common import Fixture, keras, np, tf

SEED = 20259

C, R = keras.constraints, keras.regularizers
CONSTRAINTS = [
    (C.NonNeg, {}, (3, 4)),
    (C.MaxNorm, {}, (12, 3)),
    (C.MaxNorm, {"max_value": 0.8, "axis": 1}, (3, 4)),
    (C.MaxNorm, {"max_value": 1.1, "axis": [0, 1, 2]}, (3, 3, 2, 4)),
    (C.MaxNorm, {"max_value": 0.7}, (5,)),
    (C.UnitNorm, {}, (3, 4)),
    (C.UnitNorm, {"axis": -1}, (3, 4)),
    (C.UnitNorm, {"axis": [0, 1, 2]}, (2, 3, 2, 4)),
    (C.MinMaxNorm, {}, (3, 4)),
    (C.MinMaxNorm, {"min_value": 1.5, "max_value": 1.8, "axis": [0, 1]}, (3, 4)),
    (C.MinMaxNorm, {"min_value": 0.2, "max_value": 0.9, "rate": 0.4, "axis": [0, 1, 2]}, (3, 3, 2, 4)),
]
REGULARIZERS = [
    (R.L1, {}, (3, 4)),
    (R.L1, {"l1": 0.3}, (5,)),
    (R.L2, {}, (3, 4)),
    (R.L2, {"l2": 0.2}, (2, 3, 2, 4)),
    (R.L1L2, {}, (3, 4)),
    (R.L1L2, {"l1": 0.1, "l2": 0.05}, (3, 4)),
    (R.OrthogonalRegularizer, {}, (3, 4)),
    (R.OrthogonalRegularizer, {"factor": 0.5, "mode": "columns"}, (4, 3)),
]


def main():
    rng = np.random.default_rng(SEED)
    fixture = Fixture("rules", "make_rules.py", seed=SEED, precision="float32")
    for make, options, shape in CONSTRAINTS + REGULARIZERS:
        weights = rng.standard_normal(shape).astype(np.float32)
        rule = make(**options)
        case = dict(
            name=f"{make.__name__} {options} {shape}",
            className=make.__name__,
            options=options,
            config=rule.get_config(),
            weights=fixture.array(weights),
        )
        variable = tf.Variable(weights)
        with tf.GradientTape() as tape:
            result = rule(variable)
        if (make, options, shape) in CONSTRAINTS:
            fixture.add(kind="constraint", **case, result=fixture.array(result))
        else:
            gradient = fixture.array(tape.gradient(result, variable) if any(v for v in rule.get_config().values()) else 0 * weights)
            fixture.add(kind="regularizer", **case, result=fixture.array(result), gradient=gradient)
    fixture.write()


if __name__ == "__main__":
    main()
