"""
Fixtures of the losses: their values, what each reduction makes of them with and without weights, and the gradient of the
reduced value with respect to the predictions.
"""

import zlib

from common import Fixture, keras, np, tf

SEED = 20251
tf.get_logger().setLevel("ERROR")

L = keras.losses


def one_hot(rng, shape):
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def one_hot_first(rng, shape):
    """One-hot along axis 1."""
    return np.moveaxis(one_hot(rng, (shape[0], *shape[2:], shape[1])), -1, 1)


def indices(rng, shape):
    return rng.integers(0, shape[-1], shape[:-1]).astype(np.float64)


def with_void(rng, shape):
    """Class numbers, some of them 255."""
    return np.where(rng.random(shape[:-1]) < 0.3, 255, indices(rng, shape))


def void(rng, shape):
    return np.full(shape[:-1], 255.0)


def soft(rng, shape):
    values = rng.random(shape)
    return (values / values.sum(-1, keepdims=True)).astype(np.float32).astype(np.float64)


def bits(rng, shape):
    return rng.integers(0, 2, shape).astype(np.float64)


def signs(rng, shape):
    return rng.integers(0, 2, shape) * 2.0 - 1


def counts(rng, shape):
    return rng.integers(0, 9, shape).astype(np.float64)


def normal(rng, shape):
    return rng.standard_normal(shape)


def wild(rng, shape):
    """Logits whose softmax and sigmoid reach 0 and 1 in float32."""
    return rng.standard_normal(shape) * 60


def with_zero_rows(rng, shape):
    values = normal(rng, shape)
    values[::3] = 0
    return values


def probabilities(rng, shape):
    return 0.02 + 0.96 * rng.random(shape)


def positive(rng, shape):
    return 0.1 + 5 * rng.random(shape)


def saturated(rng, shape):
    """Probabilities of which some are exactly 0 or 1, where the clip to [1e-7, 1 - 1e-7] acts."""
    values = probabilities(rng, shape)
    values[rng.random(shape) < 0.3] = 0
    values[..., 0] = 1
    return values


# name, loss, options, how y_true is drawn, how the predictions are drawn, shape, the activation before the loss
CCE, SCE, BCE, MSE = L.CategoricalCrossentropy, L.SparseCategoricalCrossentropy, L.BinaryCrossentropy, L.MeanSquaredError
BFCE, CFCE, GCE = L.BinaryFocalCrossentropy, L.CategoricalFocalCrossentropy, L.CategoricalGeneralizedCrossEntropy
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
    ("cce along axis 1", CCE, {"axis": 1}, one_hot_first, probabilities, (3, 4, 2, 5), None),
    ("cce of logits along axis 1, smoothed", CCE, {"axis": 1, "from_logits": True, "label_smoothing": 0.1}, one_hot_first, normal, (3, 5, 5), None),
    ("sparse of a softmax", SCE, {}, indices, normal, (5, 10), "softmax"),
    ("sparse of a softmax, wild logits", SCE, {}, indices, wild, (7, 6), "softmax"),
    ("sparse of a softmax, rank 3", SCE, {}, indices, normal, (2, 3, 4), "softmax"),
    ("sparse of a map", SCE, {}, indices, normal, (3, 4, 2, 5), "softmax"),
    ("sparse of probabilities that do not sum to 1", SCE, {}, indices, probabilities, (4, 5), None),
    ("sparse of probabilities, saturated", SCE, {}, indices, saturated, (6, 3), None),
    ("sparse of logits", SCE, {"from_logits": True}, indices, normal, (4, 9), None),
    ("sparse of logits, wild", SCE, {"from_logits": True}, indices, wild, (6, 4), None),
    ("sparse, ignoring a class", SCE, {"ignore_class": 1}, indices, probabilities, (8, 3), None),
    ("sparse of a map, ignoring 255", SCE, {"ignore_class": 255}, with_void, normal, (3, 4, 2, 5), "softmax"),
    ("sparse of logits, ignoring 255", SCE, {"ignore_class": 255, "from_logits": True}, with_void, normal, (9, 4), None),
    ("sparse, ignoring all", SCE, {"ignore_class": 255}, void, normal, (3, 4), "softmax"),
    ("bce of a sigmoid", BCE, {}, bits, normal, (6, 1), "sigmoid"),
    ("bce of a sigmoid, wild logits", BCE, {}, bits, wild, (8, 1), "sigmoid"),
    ("bce of a sigmoid, several units", BCE, {}, bits, normal, (4, 5), "sigmoid"),
    ("bce of a sigmoid, smoothed", BCE, {"label_smoothing": 0.1}, bits, normal, (6, 2), "sigmoid"),
    ("bce of a sigmoid, soft targets", BCE, {}, soft, normal, (4, 3), "sigmoid"),
    ("bce of a map", BCE, {}, bits, normal, (3, 4, 2, 1), "sigmoid"),
    ("bce of probabilities", BCE, {}, bits, probabilities, (5, 3), None),
    ("bce of probabilities, saturated", BCE, {}, bits, saturated, (6, 3), None),
    ("bce of probabilities, smoothed", BCE, {"label_smoothing": 0.2}, bits, probabilities, (5, 1), None),
    ("bce of logits", BCE, {"from_logits": True}, bits, normal, (5, 2), None),
    ("bce of logits, wild, smoothed", BCE, {"from_logits": True, "label_smoothing": 0.3}, bits, wild, (8, 1), None),
    ("bce along axis 1", BCE, {"axis": 1}, bits, probabilities, (3, 4, 2, 5), None),
    ("binary focal", BFCE, {}, bits, probabilities, (5, 3), None),
    ("binary focal of a sigmoid, gamma 3", BFCE, {"gamma": 3.0}, bits, normal, (6, 1), "sigmoid"),
    ("binary focal of a sigmoid, balanced", BFCE, {"apply_class_balancing": True, "alpha": 0.3}, bits, normal, (4, 2, 3), "sigmoid"),
    ("binary focal, balanced, smoothed, gamma 1.5", BFCE, {"apply_class_balancing": True, "label_smoothing": 0.1, "gamma": 1.5}, bits, probabilities, (5, 3), None),
    ("binary focal of logits", BFCE, {"from_logits": True}, bits, normal, (5, 2), None),
    ("binary focal of wild logits", BFCE, {"from_logits": True}, bits, wild, (8, 1), None),
    ("binary focal along axis 1, gamma 0", BFCE, {"axis": 1, "gamma": 0.0}, bits, probabilities, (3, 4, 2), None),
    ("categorical focal of a softmax", CFCE, {}, one_hot, normal, (5, 10), "softmax"),
    ("categorical focal, a weight for each class", CFCE, {"alpha": [0.2, 0.5, 1.0], "gamma": 1.0}, one_hot, probabilities, (4, 3), None),
    ("categorical focal of a map, smoothed", CFCE, {"label_smoothing": 0.1, "gamma": 2.5}, one_hot, normal, (2, 3, 2, 4), "softmax"),
    ("categorical focal, saturated", CFCE, {}, one_hot, saturated, (6, 3), None),
    ("categorical focal of logits", CFCE, {"from_logits": True, "alpha": 0.6}, one_hot, normal, (4, 9), None),
    ("categorical focal of logits along axis 1", CFCE, {"from_logits": True, "axis": 1}, one_hot_first, normal, (3, 4, 5), None),
    ("generalized cross-entropy", GCE, {}, indices, normal, (5, 6), "softmax"),
    ("generalized cross-entropy, q 0.8", GCE, {"q": 0.8}, indices, probabilities, (5, 3), None),
    ("mse", MSE, {}, normal, normal, (5, 3), None),
    ("mse of one unit", MSE, {}, normal, normal, (6, 1), None),
    ("mse of a map", MSE, {}, normal, normal, (2, 4, 3, 2), None),
    ("mse of a tanh", MSE, {}, normal, normal, (5, 4), "tanh"),
    ("mae", L.MeanAbsoluteError, {}, normal, normal, (5, 3), None),
    ("mae of a map", L.MeanAbsoluteError, {}, normal, normal, (2, 4, 3, 2), None),
    ("mape", L.MeanAbsolutePercentageError, {}, normal, normal, (5, 3), None),
    ("mape of counts, some 0", L.MeanAbsolutePercentageError, {}, counts, positive, (6, 2), None),
    ("msle", L.MeanSquaredLogarithmicError, {}, counts, positive, (5, 3), None),
    ("msle, some below 0", L.MeanSquaredLogarithmicError, {}, normal, normal, (5, 4, 2), None),
    ("huber", L.Huber, {}, normal, normal, (5, 3), None),
    ("huber of a small delta", L.Huber, {"delta": 0.3}, normal, normal, (4, 3, 2), None),
    ("log cosh", L.LogCosh, {}, normal, normal, (5, 3), None),
    ("log cosh, large errors", L.LogCosh, {}, normal, wild, (4, 3, 2), None),
    ("cosine", L.CosineSimilarity, {}, normal, normal, (5, 3), None),
    ("cosine along axis 1", L.CosineSimilarity, {"axis": 1}, normal, normal, (4, 3, 2), None),
    ("cosine of a label of zeros", L.CosineSimilarity, {}, with_zero_rows, normal, (6, 3), None),
    ("kl divergence of a softmax", L.KLDivergence, {}, soft, normal, (5, 4), "softmax"),
    ("kl divergence, saturated", L.KLDivergence, {}, one_hot, saturated, (6, 3), None),
    ("kl divergence of a map", L.KLDivergence, {}, soft, probabilities, (2, 3, 2, 4), None),
    ("poisson", L.Poisson, {}, counts, positive, (5, 3), None),
    ("poisson of a softplus", L.Poisson, {}, counts, normal, (6, 1), "softplus"),
    ("hinge", L.Hinge, {}, signs, normal, (6, 3), None),
    ("hinge of labels 0 and 1", L.Hinge, {}, bits, normal, (4, 2, 3), "tanh"),
    ("hinge of other labels", L.Hinge, {}, normal, normal, (5, 2), None),
    ("squared hinge", L.SquaredHinge, {}, signs, normal, (6, 1), "tanh"),
    ("squared hinge of labels 0 and 1", L.SquaredHinge, {}, bits, normal, (5, 3), None),
    ("categorical hinge", L.CategoricalHinge, {}, one_hot, normal, (6, 4), None),
    ("categorical hinge of labels -1 and 1", L.CategoricalHinge, {}, signs, normal, (5, 2, 3), None),
    ("dice", L.Dice, {}, bits, normal, (3, 4, 4, 1), "sigmoid"),
    ("dice of each sample", L.Dice, {"axis": [1, 2, 3]}, bits, probabilities, (3, 4, 4, 2), None),
    ("dice of each class", L.Dice, {"axis": [0, 1, 2]}, one_hot, normal, (3, 2, 4, 3), "softmax"),
    ("dice of the last axis", L.Dice, {"axis": -1}, bits, probabilities, (3, 2, 4), None),
    ("tversky", L.Tversky, {}, bits, normal, (3, 4, 4, 1), "sigmoid"),
    ("tversky, alpha and beta, of each sample", L.Tversky, {"alpha": 0.3, "beta": 0.7, "axis": [1, 2, 3]}, bits, probabilities, (3, 4, 4, 2), None),
    ("tversky of each class", L.Tversky, {"alpha": 0.8, "axis": [0, 1, 2]}, one_hot, normal, (3, 2, 4, 3), "softmax"),
]
REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"]
# The gradients of these are kept; those of the others are the same times a number.
WITH_GRADIENT = ["sum_over_batch_size", "sum_over_batch_size, weighted", "mean_with_sample_weight, weighted"]


def exact(values):
    """The nearest numbers that float32 holds, as float64."""
    return values.astype(np.float32).astype(np.float64)


def weights_of(rng, each):
    """Weights of values [batch, ...]: one for each value, some 0."""
    return exact(rng.integers(0, 9, each.shape) / 4)


def reduced(precision, make, options, reduction, function, y_true, weights, pred):
    loss, target = make(**options, reduction=reduction), tf.constant(y_true, precision)
    given = None if weights is None else tf.constant(weights, precision)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(target, function(x), sample_weight=given)
        return value, tape.gradient(value, x)

    return step(tf.constant(pred, precision))


def run(precision, name, make, options, draw_true, draw_pred, shape, activation):
    keras.config.set_floatx(precision)
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    y_true, pred = exact(draw_true(rng, shape)), exact(draw_pred(rng, shape))
    function = keras.activations.get(activation)
    target = tf.constant(y_true, precision)
    # Without reduction Keras leaves the values as the loss gives them.
    each = tf.function(lambda x: make(**options, reduction="none").call(target, function(x)))(tf.constant(pred, precision))
    batched = len(each.shape) > 0 and each.shape[0] == shape[0] and options.get("axis") != [0, 1, 2]
    weights = weights_of(rng, each) if batched else None
    results = {}
    for reduction in REDUCTIONS:
        for given in (None, weights) if weights is not None else (None,):
            key = reduction + ("" if given is None else ", weighted")
            results[key] = reduced(precision, make, options, reduction, function, y_true, given, pred)
    return y_true, pred, weights, each, results


def difference(actual, expected):
    """The largest difference, as a part of the largest magnitude."""
    most = np.abs(actual.numpy() - expected.numpy()).max()
    return float(most and most / np.abs(expected.numpy()).max())


def main():
    fixture = Fixture(
        "losses", "make_losses.py", seed=SEED, precision="computed in float64; values stored as float64, the rest as float32"
    )
    for case in CASES:
        name, make, options, *_, activation = case
        y_true, pred, weights, each, results = run("float64", *case)
        *_, each32, results32 = run("float32", *case)
        pairs = [(each32, each)] + [p for key in results for p in zip(results32[key], results[key])]
        spread = max(difference(a, b) for a, b in pairs)
        if spread > 1e-5:
            print(f"{name}: float32 differs by {spread:.1e} at most")
        fixture.add(
            name=name,
            className=make.__name__,
            options=options,
            config=make(**options).get_config(),
            activation=activation or "linear",
            float32KerasDiffersBy=spread,
            yTrue=fixture.array(y_true),
            input=fixture.array(pred),
            sampleWeight=None if weights is None else fixture.array(weights),
            each=fixture.array(each, "float64"),
            reduced={
                key: {
                    "value": float(value),
                    **({"inputGradient": fixture.array(gradient)} if key in WITH_GRADIENT else {}),
                }
                for key, (value, gradient) in results.items()
            },
        )
    fixture.write()


if __name__ == "__main__":
    main()
