"""
Fixtures of the optimizers' options: 20 steps on the quadratic 0.5 * sum(curvature * (w - target)**2), then the end of `fit`,
and what the optimizer keeps after the steps.
"""

from common import Fixture, keras, np, tf

SEED = 20252
STEPS = 20
# Two variables, so that clipping per variable and over all variables differ; steep, so that values overshoot.
SHAPES = {"kernel": (3, 2), "bias": (4,)}

O = keras.optimizers
SGD, RMSprop, Adam = O.SGD, O.RMSprop, O.Adam
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
    ("adamw", O.AdamW, {}),
    ("adamw, decay and amsgrad", O.AdamW, {"learning_rate": 0.1, "weight_decay": 0.1, "amsgrad": True}),
    ("nadam", O.Nadam, {}),
    ("nadam, betas and epsilon", O.Nadam, {"learning_rate": 0.03, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.01}),
    ("adagrad", O.Adagrad, {}),
    ("adagrad, start and epsilon", O.Adagrad, {"learning_rate": 0.3, "initial_accumulator_value": 0.5, "epsilon": 0.1}),
    ("adadelta", O.Adadelta, {}),
    ("adadelta, rho and epsilon", O.Adadelta, {"learning_rate": 1.0, "rho": 0.7, "epsilon": 0.001}),
    ("adamax", O.Adamax, {}),
    ("adamax, betas and epsilon", O.Adamax, {"learning_rate": 0.1, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.01}),
    ("ftrl", O.Ftrl, {}),
    ("ftrl, penalties", O.Ftrl, {
        "learning_rate": 0.3, "l1_regularization_strength": 0.2, "l2_regularization_strength": 0.1,
        "l2_shrinkage_regularization_strength": 0.05, "beta": 0.4, "initial_accumulator_value": 0.3,
    }),
    ("ftrl, power", O.Ftrl, {"learning_rate": 0.2, "learning_rate_power": -0.8}),
    ("ftrl, power 0", O.Ftrl, {"learning_rate": 0.1, "learning_rate_power": 0.0}),
]
OWN += [
    ("lamb", O.Lamb, {}),
    ("lamb, betas and epsilon", O.Lamb, {"learning_rate": 0.05, "beta_1": 0.7, "beta_2": 0.9, "epsilon": 0.01}),
    ("adafactor", O.Adafactor, {}),
    ("adafactor, all options", O.Adafactor, {
        "learning_rate": 0.2, "beta_2_decay": -0.6, "epsilon_1": 1e-6, "epsilon_2": 0.05, "clip_threshold": 0.7, "relative_step": False,
    }),
    ("muon", O.Muon, {}),
    ("muon, its options", O.Muon, {
        "learning_rate": 0.05, "momentum": 0.8, "nesterov": False, "ns_steps": 3, "rms_rate": None, "weight_decay": 0.1,
        "muon_a": 3.0, "muon_b": -4.0, "muon_c": 1.8,
    }),
    ("muon, Adam's options", O.Muon, {
        "learning_rate": 0.02, "adam_lr_ratio": 0.5, "adam_beta_1": 0.7, "adam_beta_2": 0.9, "adam_weight_decay": None,
        "epsilon": 0.01, "exclude_layers": ["kern"], "exclude_embeddings": False,
    }),
    ("schedule-free adamw", O.ScheduleFreeAdamW, {}),
    ("schedule-free adamw, warm-up", O.ScheduleFreeAdamW, {
        "learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 0.01, "warmup_steps": 7, "weight_decay": 0.1,
    }),
]
COSINE = O.schedules.CosineDecay(0.01, 12, 0.1, warmup_target=0.2, warmup_steps=4)
EMA = {"use_ema": True, "ema_momentum": 0.8}
COMMON = [
    ("weight decay", {"weight_decay": 0.05}),
    ("clipnorm", {"clipnorm": 0.8}),
    ("clipvalue", {"clipvalue": 0.4}),
    ("global clipnorm", {"global_clipnorm": 1.1}),
    ("weight decay and clipnorm", {"weight_decay": 0.02, "clipnorm": 0.5}),
    ("schedule", {"learning_rate": COSINE}),
    ("loss scale", {"loss_scale_factor": 64.0}),
    ("accumulation", {"gradient_accumulation_steps": 3}),
    ("accumulation, clipping, decay, schedule", {
        "gradient_accumulation_steps": 3, "clipnorm": 0.5, "weight_decay": 0.02, "learning_rate": COSINE,
    }),
    ("ema", EMA),
    ("ema, overwriting", {**EMA, "ema_overwrite_frequency": 4}),
    ("ema, overwriting, accumulation", {**EMA, "ema_overwrite_frequency": 2, "gradient_accumulation_steps": 3}),
]
BASES = [
    ("sgd momentum", SGD, {"learning_rate": 0.1, "momentum": 0.9}),
    ("rmsprop", RMSprop, {"learning_rate": 0.05}),
    ("adam", Adam, {"learning_rate": 0.05}),
]
CASES = OWN + [(f"{n} + {m}", make, {**a, **b}) for n, make, a in BASES for m, b in COMMON]
CASES.append(("nadam + ema, accumulation", O.Nadam, {"learning_rate": 0.1, **EMA, "gradient_accumulation_steps": 3}))
MIXED = {"learning_rate": 0.05, "clipnorm": 0.5, "weight_decay": 0.02, **EMA, "gradient_accumulation_steps": 3}
CASES += [(f"{make.__name__.lower()} + several", make, MIXED) for make in (O.Lamb, O.Adafactor, O.Muon, O.ScheduleFreeAdamW)]
CASES += [("lion", O.Lion, {}), ("lion, betas", O.Lion, {"learning_rate": 0.03, "beta_1": 0.6, "beta_2": 0.8})]


# Cases whose weight decay leaves variables out.
EXCLUDED = {"adamw, without biases": ["bias"], "muon, without the kernel": ["kern", "none"]}
CASES += [
    ("adamw, without biases", O.AdamW, {"learning_rate": 0.1, "weight_decay": 0.5}),
    ("muon, without the kernel", O.Muon, {"learning_rate": 0.1, "weight_decay": 0.5, "adam_weight_decay": 0.5}),
]
# Cases with a convolution's filters.
ON_FILTERS = ["adafactor on filters", "muon on filters"]
CASES += [
    ("adafactor on filters", O.Adafactor, {"learning_rate": 0.05}),
    ("muon on filters", O.Muon, {"learning_rate": 0.05}),
]


def read_before_changes(variable):
    """
    Makes `variable.value` the numbers at that time. Where ScheduleFreeAdamW keeps its old momentum, the TensorFlow backend
    gives the variable itself, and so the new one; JAX gives the old one, which is what the paper has.
    """

    class Snapshot(type(variable)):
        @property
        def value(self):
            return tf.identity(super().value)

    variable.__class__ = Snapshot


def run(make, options, problem, precision="float64", excluded=None):
    keras.config.set_floatx(precision)
    variables = [keras.Variable(start, name=name, dtype=precision) for name, (start, _, _) in problem.items()]
    optimizer = make(**options)
    if excluded:
        optimizer.exclude_from_weight_decay(var_names=excluded)
    optimizer.build(variables)
    if make is O.ScheduleFreeAdamW:
        optimizer.assign_sub = lambda variable, value: variable._value.assign_sub(value)
        for momentum in optimizer._momentums:
            read_before_changes(momentum)
    path = []
    for _ in range(STEPS):
        gradients = [
            optimizer.scale_loss(keras.ops.cast(c, precision) * (v.value - keras.ops.cast(t, precision)))
            for v, (_, c, t) in zip(variables, problem.values())
        ]
        optimizer.apply(gradients, variables)
        path.append(np.concatenate([v.numpy().ravel() for v in variables]))
    state = [v.numpy() for v in optimizer.variables]
    optimizer.finalize_variable_values(variables)
    path.append(np.concatenate([v.numpy().ravel() for v in variables]))
    return optimizer, np.array(path), state


def difference(rounded, exact):
    """The largest difference, as a part of the largest magnitude."""
    most = float(np.abs(rounded - exact).max())
    return most and most / float(np.abs(exact).max())


def plain(value):
    """An option as files have it."""
    return O.schedules.serialize(value) if isinstance(value, O.schedules.LearningRateSchedule) else value


def main():
    rng = np.random.default_rng(SEED)
    draw = lambda shape: rng.standard_normal(shape).astype(np.float32).astype(np.float64)  # noqa: E731
    make_problem = lambda shapes: {n: (draw(s), np.abs(draw(s)) * 4 + 0.5, draw(s)) for n, s in shapes.items()}  # noqa: E731
    flat = make_problem(SHAPES)
    filters = make_problem({"kernel": (2, 2, 3, 4), "bias": (4,)})
    fixture = Fixture("optimizers", "make_optimizers.py", seed=SEED, steps=STEPS, precision="float64")
    variables_of = lambda problem: [  # noqa: E731
        {"name": name, "start": fixture.array(s), "curvature": fixture.array(c), "target": fixture.array(t)}
        for name, (s, c, t) in problem.items()
    ]
    fixture.manifest["variables"] = {"flat": variables_of(flat), "filters": variables_of(filters)}
    for name, make, options in CASES:
        keras.utils.clear_session()
        problem = filters if name in ON_FILTERS else flat
        excluded = EXCLUDED.get(name)
        optimizer, path, state = run(make, options, problem, excluded=excluded)
        rounded_optimizer, rounded, rounded_state = run(make, options, problem, "float32", excluded)
        spread = difference(rounded, path)
        config = {k: v for k, v in optimizer.get_config().items() if k in options}
        assert config.keys() == options.keys()
        print(f"{name}: float32 differs by {spread:.1e} at most")
        fixture.add(
            name=name,
            className=make.__name__,
            variables="filters" if name in ON_FILTERS else "flat",
            excluded=excluded,
            options={name: plain(value) for name, value in options.items()},
            config={**rounded_optimizer.get_config(), "name": "a_name"},
            float32KerasDiffersBy=spread,
            path=fixture.array(path, "float64"),
            state=[
                {
                    "name": v.path,
                    "shape": list(n.shape),
                    "float32KerasDiffersBy": difference(r, n),
                    "values": fixture.array(n, "float64"),
                }
                for v, n, r in zip(optimizer.variables, state, rounded_state)
            ],
        )
    fixture.write()


if __name__ == "__main__":
    main()
