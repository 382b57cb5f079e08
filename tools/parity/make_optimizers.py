"""Fixtures of the optimizers' options: 20 steps on the quadratic 0.5 * sum(curvature * (w - target)**2)."""

from common import Fixture, keras, np

SEED = 20252
STEPS = 20
# Two variables, so that clipping per variable and over all variables differ; steep, so that values overshoot.
SHAPES = {"kernel": (3, 2), "bias": (4,)}

SGD, RMSprop, Adam = keras.optimizers.SGD, keras.optimizers.RMSprop, keras.optimizers.Adam
OWN = [
    ("sgd", SGD, {}),
    ("sgd, learning rate", SGD, {"learning_rate": 0.2}),
    ("sgd momentum", SGD, {"learning_rate": 0.05, "momentum": 0.9}),
    ("sgd nesterov", SGD, {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    ("rmsprop", RMSprop, {}),
    ("rmsprop, rho and epsilon", RMSprop, {"learning_rate": 0.05, "rho": 0.7, "epsilon": 0.01}),
    ("rmsprop momentum", RMSprop, {"learning_rate": 0.02, "momentum": 0.8}),
    ("rmsprop centered", RMSprop, {"learning_rate": 0.02, "centered": True}),
    ("rmsprop centered momentum", RMSprop, {"learning_rate": 0.02, "centered": True, "momentum": 0.5}),
    ("adam", Adam, {}),
    ("adam, betas and epsilon", Adam, {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 0.001}),
    ("adam amsgrad", Adam, {"learning_rate": 0.3, "amsgrad": True, "beta_2": 0.7}),
]
COMMON = [
    ("weight decay", {"weight_decay": 0.05}),
    ("clipnorm", {"clipnorm": 0.8}),
    ("clipvalue", {"clipvalue": 0.4}),
    ("global clipnorm", {"global_clipnorm": 1.1}),
    ("weight decay and clipnorm", {"weight_decay": 0.02, "clipnorm": 0.5}),
]
BASES = [
    ("sgd momentum", SGD, {"learning_rate": 0.1, "momentum": 0.9}),
    ("rmsprop", RMSprop, {"learning_rate": 0.05}),
    ("adam", Adam, {"learning_rate": 0.05}),
]
CASES = OWN + [(f"{n} + {m}", make, {**a, **b}) for n, make, a in BASES for m, b in COMMON]


def run(make, options, problem, precision="float64"):
    keras.config.set_floatx(precision)
    variables = [keras.Variable(start, name=name, dtype=precision) for name, (start, _, _) in problem.items()]
    optimizer = make(**options)
    optimizer.build(variables)
    path = []
    for _ in range(STEPS):
        gradients = [
            keras.ops.cast(c, precision) * (v.value - keras.ops.cast(t, precision))
            for v, (_, c, t) in zip(variables, problem.values())
        ]
        optimizer.apply(gradients, variables)
        path.append(np.concatenate([v.numpy().ravel() for v in variables]))
    return optimizer, np.array(path)


def main():
    rng = np.random.default_rng(SEED)
    draw = lambda shape: rng.standard_normal(shape).astype(np.float32).astype(np.float64)  # noqa: E731
    problem = {name: (draw(shape), np.abs(draw(shape)) * 4 + 0.5, draw(shape)) for name, shape in SHAPES.items()}
    fixture = Fixture("optimizers", "make_optimizers.py", seed=SEED, steps=STEPS, precision="float64")
    fixture.manifest["variables"] = [
        {"name": name, "start": fixture.array(s), "curvature": fixture.array(c), "target": fixture.array(t)}
        for name, (s, c, t) in problem.items()
    ]
    for name, make, options in CASES:
        optimizer, path = run(make, options, problem)
        _, rounded = run(make, options, problem, "float32")
        spread = float(np.abs(rounded - path).max() / np.abs(path).max())
        config = {k: v for k, v in optimizer.get_config().items() if k in options}
        assert config.keys() == options.keys()
        print(f"{name}: float32 differs by {spread:.1e} at most")
        fixture.add(
            name=name,
            className=make.__name__,
            options=options,
            float32KerasDiffersBy=spread,
            path=fixture.array(path, "float64"),
        )
    fixture.write()


if __name__ == "__main__":
    main()
