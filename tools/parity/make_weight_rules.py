"""
Fixtures of regularizers, activity regularizers and constraints: what small models report as loss, and their weights.

Each case trains STEPS batches of 6 samples one by one (trainOnBatch), then reports `evaluate` of 10 samples in batches of
4, then fits two epochs of those in batches of 4, unshuffled. Computed in float64.

Numbers come from the generator of common.py: input i of step s is uniform(100 + 10 * s + i, shape, 1), target i is
uniform(500 + 10 * s + i, shape, 1); the 10 samples are those of s = 20, their weights 1.5 + uniform(900, [10], 1). Weight w
starts as uniform(w, shape, 0.8), moving variances 1.5 above it.
"""

from common import Fixture, float32_policy, keras, np, uniform

layers, regularizers, constraints = keras.layers, keras.regularizers, keras.constraints
STEPS = 10
DATA = 20

l1, l2, l1l2 = regularizers.L1, regularizers.L2, regularizers.L1L2


def orthogonal(factor, **options):
    """Keras makes the factor float32, which does not multiply with float64."""
    rule = regularizers.OrthogonalRegularizer(factor, **options)
    rule.factor = np.float64(factor)
    return rule


def dense(*inner, inputs=5):
    """inner layers, then two outputs."""
    return keras.Sequential([layers.Input((inputs,)), *inner, layers.Dense(2)])


def conv(*inner):
    return keras.Sequential([layers.Input((5, 4, 2)), *inner, layers.Flatten(), layers.Dense(2)])


def kernel(rule, **options):
    return dense(layers.Dense(4, kernel_regularizer=rule, **options))


def shared():
    """A layer that is called twice: its kernel counts once, its activity twice."""
    one = layers.Dense(3, kernel_regularizer=l2(0.05), activity_regularizer=l2(0.1), activation="tanh")
    a, b = layers.Input((3,)), layers.Input((3,))
    return keras.Model([a, b], layers.Dense(2)(layers.Add()([one(a), one(one(b))])))


def nested(trainable=True):
    inner = keras.Sequential(
        [layers.Input((5,)), layers.Dense(4, kernel_regularizer=l2(0.1), activity_regularizer=l1(0.1)), layers.BatchNormalization(gamma_regularizer=l2(0.1))]
    )
    inner.trainable = trainable
    return dense(inner)


def two_outputs():
    x = layers.Input((4,))
    h = layers.Dense(3, kernel_regularizer=l2(0.1))(x)
    return keras.Model(x, [layers.Dense(2, name="first")(h), layers.Dense(1, name="second", bias_regularizer=l1(0.2))(h)])


def partly_frozen():
    model = dense(layers.Dense(4, kernel_regularizer=l2(0.3), trainable=False), layers.Dense(3, kernel_regularizer=l2(0.1)))
    return model


CASES = {
    "l1 kernel": lambda: kernel(l1(0.05)),
    "l2 kernel": lambda: kernel(l2(0.05)),
    "l1 and l2 kernel": lambda: kernel(l1l2(l1=0.03, l2=0.02)),
    "l2 by name": lambda: kernel("l2"),
    "l1l2 by name has factors of 0": lambda: kernel("l1l2"),
    "orthogonal rows": lambda: kernel(orthogonal(0.5)),
    "orthogonal columns": lambda: kernel(orthogonal(0.5, mode="columns")),
    "l2 bias": lambda: dense(layers.Dense(4, bias_regularizer=l2(0.3))),
    "conv2d kernel and bias": lambda: conv(layers.Conv2D(3, 3, kernel_regularizer=l2(0.05), bias_regularizer=l1(0.1))),
    "gamma and beta": lambda: conv(layers.BatchNormalization(gamma_regularizer=l2(0.2), beta_regularizer=l1(0.1))),
    "activity of dense": lambda: dense(layers.Dense(4, activity_regularizer=l2(0.3))),
    "activity after the activation": lambda: dense(layers.Dense(4, activation="relu", activity_regularizer=l1(0.3))),
    "activity of conv2d": lambda: conv(layers.Conv2D(3, 2, activity_regularizer=l1(0.02), activation="tanh")),
    "activity of batch normalization": lambda: conv(layers.BatchNormalization(activity_regularizer=l2(0.01))),
    "activity of an activation": lambda: dense(layers.Dense(4), layers.Activation("tanh", activity_regularizer=l2(0.3))),
    "activity of pooling": lambda: conv(layers.Conv2D(3, 2), layers.AveragePooling2D(2, activity_regularizer=l1l2(0.02, 0.03))),
    "activity of the output": lambda: keras.Sequential([layers.Input((5,)), layers.Dense(2, activity_regularizer=l2(0.1))]),
    "called twice": shared,
    "inside of a model": nested,
    "inside of a frozen model": lambda: nested(False),
    "one layer frozen": partly_frozen,
    "two outputs": two_outputs,
    "sample weights": lambda: dense(layers.Dense(4, kernel_regularizer=l2(0.05), activity_regularizer=l2(0.1))),
    "max norm": lambda: dense(layers.Dense(4, kernel_constraint=constraints.MaxNorm(0.9))),
    "max norm by name": lambda: dense(layers.Dense(4, kernel_constraint="max_norm"), inputs=12),
    "max norm of filters": lambda: conv(layers.Conv2D(3, 3, kernel_constraint=constraints.MaxNorm(1.2, axis=[0, 1, 2]))),
    "max norm along the last axis": lambda: dense(layers.Dense(4, kernel_constraint=constraints.MaxNorm(0.7, axis=1))),
    "max norm along axis -1": lambda: dense(layers.Dense(4, kernel_constraint=constraints.MaxNorm(0.7, axis=-1))),
    "min max norm": lambda: dense(layers.Dense(4, kernel_constraint=constraints.MinMaxNorm(0.95, 1.05))),
    "min max norm, half of the way": lambda: dense(layers.Dense(4, kernel_constraint=constraints.MinMaxNorm(0.2, 0.8, rate=0.5))),
    "non negative kernel and bias": lambda: dense(layers.Dense(4, kernel_constraint="non_neg", bias_constraint=constraints.NonNeg())),
    "unit norm": lambda: dense(layers.Dense(4, kernel_constraint=constraints.UnitNorm())),
    "unit norm of filters": lambda: conv(layers.Conv2D(3, 3, kernel_constraint=constraints.UnitNorm(axis=[0, 1, 2]))),
    "non negative gamma": lambda: conv(layers.BatchNormalization(gamma_constraint="non_neg", beta_constraint=constraints.MaxNorm(0.3))),
    "constraint of a frozen layer": lambda: dense(layers.Dense(4, kernel_constraint="unit_norm", trainable=False)),
    "constraint and regularizer": lambda: dense(layers.Dense(4, kernel_constraint=constraints.MaxNorm(0.8), kernel_regularizer=l1(0.1))),
}
OPTIMIZERS = {"max norm": "adam", "l2 kernel": "adam"}


def numbers(stream, samples, tensors):
    made = [uniform(stream + i, (samples, *t.shape[1:]), 1).astype(np.float64) for i, t in enumerate(tensors)]
    return made[0] if len(made) == 1 else made


def data(model, step, samples):
    return numbers(100 + 10 * step, samples, model.inputs), numbers(500 + 10 * step, samples, model.outputs)


def run(fixture, name, make):
    keras.utils.clear_session()
    model = make()
    for index, weight in enumerate(model.weights):
        shift = 1.5 if weight.name == "moving_variance" else 0.0
        weight.assign(uniform(index, weight.shape, 0.8).astype(np.float64) + shift)
    optimizer = keras.optimizers.Adam(0.05) if OPTIMIZERS.get(name) == "adam" else keras.optimizers.SGD(0.1)
    weighted = {"loss_weights": [1.0, 0.25]} if len(model.outputs) > 1 else {}
    model.compile(optimizer, ["mse"] * len(model.outputs) if weighted else "mse", **weighted)
    config = float32_policy({"class_name": type(model).__name__, "config": model.get_config()})
    # trainOnBatch reports the mean since the last reset: here of this step alone.
    losses = []
    for step in range(STEPS):
        x, y = data(model, step, 6)
        w = 1.5 + uniform(900, (6,), 1).astype(np.float64) if name == "sample weights" else None
        losses.append(float(np.ravel(model.train_on_batch(x, y, sample_weight=w))[0]))
        model.reset_metrics()
    weights = [fixture.array(w.value) for w in model.weights]
    x, y = data(model, DATA, 10)
    w = 1.5 + uniform(900, (10,), 1).astype(np.float64) if name == "sample weights" else None
    tested = np.ravel(model.evaluate(x, y, batch_size=4, sample_weight=w, verbose=0))
    history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, sample_weight=w, verbose=0).history
    fixture.add(
        name=name,
        model=config,
        inputs=[list(t.shape[1:]) for t in model.inputs],
        outputs=[list(t.shape[1:]) for t in model.outputs],
        optimizer=OPTIMIZERS.get(name, "sgd"),
        lossWeights=weighted.get("loss_weights"),
        weighted=name == "sample weights",
        losses=fixture.array(losses, "float64"),
        weightsAfterSteps=weights,
        evaluated=[float(v) for v in tested],
        fitted={k: v for k, v in history.items()},
        weightsAtLast=[fixture.array(w.value) for w in model.weights],
    )


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("weight-rules", "make_weight_rules.py", steps=STEPS, precision="computed in float64")
    for name, make in CASES.items():
        run(fixture, name, make)
    fixture.write()


if __name__ == "__main__":
    main()
