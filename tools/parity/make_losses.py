"""Fixtures of the losses: per-sample values, the mean, and the mean's gradient with respect to the predictions."""

import zlib

from common import Fixture, keras, np, tf

SEED = 20251

losses = keras.losses


def one_hot(rng, shape):
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def indices(rng, shape):
    return rng.integers(0, shape[-1], shape[:-1]).astype(np.float64)


def soft(rng, shape):
    values = rng.random(shape)
    return (values / values.sum(-1, keepdims=True)).astype(np.float32).astype(np.float64)


def bits(rng, shape):
    return rng.integers(0, 2, shape).astype(np.float64)


def normal(rng, shape):
    return rng.standard_normal(shape)


def wild(rng, shape):
    """Logits whose softmax and sigmoid reach 0 and 1 in float32."""
    return rng.standard_normal(shape) * 60


def probabilities(rng, shape):
    return 0.02 + 0.96 * rng.random(shape)


def saturated(rng, shape):
    """Probabilities of which some are exactly 0 or 1, where the clip to [1e-7, 1 - 1e-7] acts."""
    values = probabilities(rng, shape)
    values[rng.random(shape) < 0.3] = 0
    values[..., 0] = 1
    return values


# name, loss, options, how y_true is drawn, how the predictions are drawn, shape, the activation before the loss
CCE, SCE = losses.CategoricalCrossentropy, losses.SparseCategoricalCrossentropy
BCE, MSE = losses.BinaryCrossentropy, losses.MeanSquaredError
CASES = [
    ("cce of a softmax", CCE, {}, one_hot, normal, (5, 10), "softmax"),
    ("cce of a softmax, wild logits", CCE, {}, one_hot, wild, (7, 6), "softmax"),
    ("cce of a softmax, soft targets", CCE, {}, soft, normal, (4, 5), "softmax"),
    ("cce of a softmax, smoothed", CCE, {"label_smoothing": 0.1}, one_hot, normal, (4, 7), "softmax"),
    ("cce of a softmax, rank 3", CCE, {}, one_hot, normal, (2, 3, 4), "softmax"),
    ("cce of probabilities that do not sum to 1", CCE, {}, one_hot, probabilities, (4, 5), None),
    ("cce of probabilities, saturated", CCE, {}, one_hot, saturated, (6, 3), None),
    ("cce of probabilities, smoothed", CCE, {"label_smoothing": 0.2}, one_hot, probabilities, (4, 5), None),
    ("cce of logits", CCE, {"from_logits": True}, one_hot, normal, (4, 9), None),
    ("cce of logits, wild, smoothed", CCE, {"from_logits": True, "label_smoothing": 0.3}, one_hot, wild, (4, 9), None),
    ("sparse of a softmax", SCE, {}, indices, normal, (5, 10), "softmax"),
    ("sparse of a softmax, wild logits", SCE, {}, indices, wild, (7, 6), "softmax"),
    ("sparse of a softmax, rank 3", SCE, {}, indices, normal, (2, 3, 4), "softmax"),
    ("sparse of probabilities that do not sum to 1", SCE, {}, indices, probabilities, (4, 5), None),
    ("sparse of probabilities, saturated", SCE, {}, indices, saturated, (6, 3), None),
    ("sparse of logits", SCE, {"from_logits": True}, indices, normal, (4, 9), None),
    ("sparse of logits, wild", SCE, {"from_logits": True}, indices, wild, (6, 4), None),
    ("bce of a sigmoid", BCE, {}, bits, normal, (6, 1), "sigmoid"),
    ("bce of a sigmoid, wild logits", BCE, {}, bits, wild, (8, 1), "sigmoid"),
    ("bce of a sigmoid, several units", BCE, {}, bits, normal, (4, 5), "sigmoid"),
    ("bce of a sigmoid, smoothed", BCE, {"label_smoothing": 0.1}, bits, normal, (6, 2), "sigmoid"),
    ("bce of a sigmoid, soft targets", BCE, {}, soft, normal, (4, 3), "sigmoid"),
    ("bce of probabilities", BCE, {}, bits, probabilities, (5, 3), None),
    ("bce of probabilities, saturated", BCE, {}, bits, saturated, (6, 3), None),
    ("bce of probabilities, smoothed", BCE, {"label_smoothing": 0.2}, bits, probabilities, (5, 1), None),
    ("bce of logits", BCE, {"from_logits": True}, bits, normal, (5, 2), None),
    ("bce of logits, wild, smoothed", BCE, {"from_logits": True, "label_smoothing": 0.3}, bits, wild, (8, 1), None),
    ("mse", MSE, {}, normal, normal, (5, 3), None),
    ("mse of one unit", MSE, {}, normal, normal, (6, 1), None),
    ("mse of a map", MSE, {}, normal, normal, (2, 4, 3, 2), None),
    ("mse of a tanh", MSE, {}, normal, normal, (5, 4), "tanh"),
    ("huber", losses.Huber, {}, normal, normal, (5, 3), None),
    ("huber of a small delta", losses.Huber, {"delta": 0.3}, normal, normal, (4, 3, 2), None),
]


def exact(values):
    """The nearest numbers that float32 holds, as float64."""
    return values.astype(np.float32).astype(np.float64)


def run(precision, name, make, options, draw_true, draw_pred, shape, activation):
    keras.config.set_floatx(precision)
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    y_true, pred = exact(draw_true(rng, shape)), exact(draw_pred(rng, shape))
    mean, each = make(**options), make(**options, reduction="none")
    function = keras.activations.get(activation)

    target = tf.constant(y_true, precision)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = mean(target, function(x))
        return each(target, function(x)), value, tape.gradient(value, x)

    return y_true, pred, *step(tf.constant(pred, precision))


def difference(actual, expected):
    """The largest difference, as a part of the largest magnitude."""
    return float(np.abs(actual.numpy() - expected.numpy()).max() / np.abs(expected.numpy()).max())


def main():
    fixture = Fixture(
        "losses", "make_losses.py", seed=SEED, precision="computed in float64; values stored as float64, the rest as float32"
    )
    for case in CASES:
        name, make, options, *_, activation = case
        y_true, pred, *results = run("float64", *case)
        each, value, gradient = results
        spread = max(difference(a, b) for a, b in zip(run("float32", *case)[2:], results))
        if spread > 1e-5:
            print(f"{name}: float32 differs by {spread:.1e} at most")
        fixture.add(
            name=name,
            className=make.__name__,
            options=options,
            activation=activation or "linear",
            float32KerasDiffersBy=spread,
            yTrue=fixture.array(y_true),
            input=fixture.array(pred),
            perSample=fixture.array(each, "float64"),
            value=float(value),
            inputGradient=fixture.array(gradient),
        )
    fixture.write()


if __name__ == "__main__":
    main()
