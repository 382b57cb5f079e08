"""Fixtures of activations, and of the cross-entropy of logits, at points from far below 0 to far above: values and gradients."""

from common import Fixture, keras, np, tf

SIZES = [1e-12, 1e-8, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 8, 10, 12, 14, 16, 17, 18, 20, 80]
POINTS = np.array([0] + SIZES + [-size for size in SIZES], np.float32)
NAMES = ["elu", "log_sigmoid", "mish", "selu", "silu", "softplus", "softsign"]
# Functions with arguments, and those of pieces: the points hold their kinks.
WITH_ARGUMENTS = [
    ("elu", {"alpha": 0.4}),
    ("celu", {}),
    ("celu", {"alpha": 0.5}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
    ("hard_shrink", {}),
    ("hard_shrink", {"threshold": 1.5}),
    ("soft_shrink", {}),
    ("soft_shrink", {"threshold": 2}),
    ("squareplus", {}),
    ("squareplus", {"b": 0.5}),
    ("threshold", {"threshold": 0.5, "default_value": -2}),
    ("leaky_relu", {"negative_slope": 0.05}),
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 3}),
    ("relu", {"max_value": 6}),
    ("relu", {"threshold": 0.5}),
    ("relu", {"max_value": 5, "threshold": 0.5, "negative_slope": 0.3}),
    ("relu", {"max_value": 6, "negative_slope": 0.3}),
    *[(name, {}) for name in ["tanh_shrink", "sparse_plus", "sparse_sigmoid", "hard_sigmoid", "hard_silu", "hard_tanh", "relu6"]],
]
# One class far above the others, two that share the first place, and none in front.
ROWS = np.array([[0, -20, -25, -18], [30, 4, 5, 9], [7, -9, 7, -3], [0.5, -0.25, 1, 0.125]], np.float32)
# Of the first numbers several are near each other, some are equal.
SPARSE_ROWS = np.array([[1, 0.75, -1, 0.25], [0.5, 0.5, 0.5, -3], [3, 1, 0, 2.5], [-1, -1, -1, -1]], np.float32)
LABELS = [0, 1, 0.25]


def step(function, points):
    """The values, and the gradient of a weighted sum of them, whose weights keep rows from cancelling."""
    x = tf.constant(points, "float64")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
        weights = tf.reshape(1 + tf.range(tf.size(y), dtype="float64") % 3, y.shape)
        total = tf.reduce_sum(y * weights)
    return y.numpy(), weights.numpy(), tape.gradient(total, x).numpy()


def add(fixture, name, function, points, **facts):
    value, weights, gradient = step(function, points)
    fixture.add(
        name=name,
        **facts,
        input=fixture.array(points),
        weights=fixture.array(weights),
        value=fixture.array(value, "float64"),
        inputGradient=fixture.array(gradient, "float64"),
    )


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("activations", "make_activations.py", precision="computed and stored in float64; points are float32")
    by_name = keras.activations.get
    cases = [(name, by_name(name), POINTS[:, None], {}) for name in NAMES]
    cases += [(name, lambda x, f=name, o=options: by_name(f)(x, **o), POINTS[:, None], options) for name, options in WITH_ARGUMENTS]
    cases += [(name, by_name(name), ROWS, {}) for name in ("log_softmax", "glu")]
    cases.append(("sparsemax", by_name("sparsemax"), SPARSE_ROWS, {}))
    for name, function, points, options in cases:
        add(fixture, name, function, points, label=None, options=options)
    for label in LABELS:
        loss = keras.losses.BinaryCrossentropy(from_logits=True, reduction="none")
        function = lambda x, y=label: loss(tf.fill(x.shape, tf.constant(y, "float64")), x)[:, None]
        add(fixture, f"binary cross-entropy of logits, label {label}", function, POINTS[:, None], label=label, options={})
    fixture.write()


if __name__ == "__main__":
    main()
