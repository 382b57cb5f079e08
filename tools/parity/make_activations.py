"""Fixtures of activations, and of the cross-entropy of logits, at points from far below 0 to far above: values and gradients."""

from common import Fixture, keras, np, tf

SIZES = [1e-12, 1e-8, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 8, 10, 12, 14, 16, 17, 18, 20, 80]
POINTS = np.array([0] + SIZES + [-size for size in SIZES], np.float32)
NAMES = ["elu", "log_sigmoid", "mish", "selu", "silu", "softplus", "softsign"]
# One class far above the others, two that share the first place, and none in front.
ROWS = np.array([[0, -20, -25, -18], [30, 4, 5, 9], [7, -9, 7, -3], [0.5, -0.25, 1, 0.125]], np.float32)
LABELS = [0, 1, 0.25]


def step(function, points):
    """The values, and the gradient of a weighted sum of them, whose weights keep rows from cancelling."""
    x = tf.constant(points, "float64")
    weights = tf.reshape(1 + tf.range(tf.size(x), dtype="float64") % 3, x.shape)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
        total = tf.reduce_sum(y * weights)
    return y.numpy(), weights.numpy(), tape.gradient(total, x).numpy()


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("activations", "make_activations.py", precision="computed and stored in float64; points are float32")
    cases = [(name, keras.activations.get(name), POINTS[:, None], None) for name in NAMES]
    cases.append(("log_softmax", keras.activations.log_softmax, ROWS, None))
    for label in LABELS:
        loss = keras.losses.BinaryCrossentropy(from_logits=True, reduction="none")
        function = lambda x, y=label: loss(tf.fill(x.shape, tf.constant(y, "float64")), x)[:, None]
        cases.append((f"binary cross-entropy of logits, label {label}", function, POINTS[:, None], label))
    for name, function, points, label in cases:
        value, weights, gradient = step(function, points)
        fixture.add(
            name=name,
            label=label,
            input=fixture.array(points),
            weights=fixture.array(weights),
            value=fixture.array(value, "float64"),
            inputGradient=fixture.array(gradient, "float64"),
        )
    fixture.write()


if __name__ == "__main__":
    main()
