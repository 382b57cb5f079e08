"""Fixtures of `compile`'s metrics and weighted metrics: what `evaluate` logs, with the names that Keras gives."""

from common import Fixture, keras, np

SEED = 20256
SAMPLES, BATCH = 37, 16

metrics = keras.metrics


def one_output():
    x = keras.Input((3,), name="x")
    return keras.Model(x, keras.layers.Dense(1, activation="sigmoid", name="out")(x))


def several_classes():
    x = keras.Input((3,), name="x")
    return keras.Model(x, keras.layers.Dense(3, activation="softmax", name="out")(x))


def two_outputs():
    x = keras.Input((3,), name="x")
    first = keras.layers.Dense(1, activation="sigmoid", name="first")(x)
    second = keras.layers.Dense(2, name="second")(x)
    return keras.Model(x, [first, second])


def auc(name):
    return metrics.AUC(name=name, num_thresholds=50)


# Model, loss, metrics, weighted metrics, which labels. Metrics are made anew for each use.
CASES = {
    "one output": (
        one_output,
        "binary_crossentropy",
        lambda: ["accuracy", "mse", auc("auc")],
        lambda: ["accuracy", "mae", auc("auc"), metrics.Precision(name="precision")],
        ["bits"],
    ),
    "a second metric of one name": (
        one_output,
        "mse",
        lambda: ["mae", "mae"],
        lambda: ["mae", "mae", "mse"],
        ["bits"],
    ),
    "several numbers": (
        several_classes,
        "categorical_crossentropy",
        lambda: [metrics.F1Score(), "accuracy"],
        lambda: [metrics.F1Score(average="macro")],
        ["classes"],
    ),
    "two outputs": (
        two_outputs,
        ["binary_crossentropy", "mse"],
        lambda: {"first": ["accuracy"], "second": ["mae"]},
        lambda: {"first": ["accuracy", auc("auc")], "second": ["mse"]},
        ["bits", "numbers"],
    ),
}


def labels(kind, rng):
    if kind == "bits":
        return rng.integers(0, 2, (SAMPLES, 1)).astype(np.float32)
    if kind == "classes":
        return np.eye(3, dtype=np.float32)[rng.integers(0, 3, SAMPLES)]
    return rng.standard_normal((SAMPLES, 2)).astype(np.float32)


def main():
    fixture = Fixture("compiled-metrics", "make_compiled_metrics.py", seed=SEED, batchSize=BATCH)
    for name, (build, loss, plain, weighted, kinds) in CASES.items():
        rng = np.random.default_rng(SEED)
        model = build()
        model.set_weights([rng.standard_normal(w.shape).astype(np.float32) for w in model.get_weights()])
        x = rng.standard_normal((SAMPLES, 3)).astype(np.float32)
        y = [labels(kind, rng) for kind in kinds]
        weights = (rng.integers(0, 9, SAMPLES) / 4).astype(np.float32)
        target = y if len(y) > 1 else y[0]
        model.compile(loss=loss, metrics=plain(), weighted_metrics=weighted())
        sample_weight = [weights] * len(y) if len(y) > 1 else weights
        given = {"sample_weight": sample_weight, "batch_size": BATCH, "verbose": 0, "return_dict": True}
        logs = model.evaluate(x, target, **given)
        fixture.add(
            name=name,
            x=fixture.array(x),
            y=[fixture.array(each) for each in y],
            sampleWeight=fixture.array(weights),
            weights=[fixture.array(w) for w in model.get_weights()],
            config=model.get_compile_config(),
            logs={key: np.asarray(value, dtype=np.float64).tolist() for key, value in logs.items()},
        )
    fixture.write()


if __name__ == "__main__":
    main()
