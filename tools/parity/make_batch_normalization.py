"""
Fixtures of BatchNormalization: outputs, gradients of sum(output * cotangent) and moving averages over training steps, the
last of them with fewer samples, and then inference. Computed in float64.

Inputs and cotangents come from the number generator of common.py: step s has the input offset + uniform(10 + s, shape, 2)
and the cotangent uniform(20 + s, shape, 1); inference has those of s = 9. Weight w starts as uniform(w, shape, 0.5), gamma
and moving variance 1 above it.
"""

from common import Fixture, float32_policy, keras, np, tf, uniform

layers = keras.layers
BATCHES = [6, 6, 2, 1]
INFERENCE = 9

CASES = [
    ("rank 4", (4, 3, 5), {}, 0),
    ("rank 2", (7,), {}, 0),
    ("rank 3", (4, 3), {}, 0),
    ("rank 5", (2, 3, 2, 3), {}, 0),
    ("one channel", (4, 3, 1), {}, 0),
    ("17 channels", (3, 3, 17), {"momentum": 0.9}, 0),
    ("momentum and epsilon", (4, 3, 3), {"momentum": 0.6, "epsilon": 1e-5}, 0),
    ("momentum 0", (5,), {"momentum": 0.0}, 0),
    ("momentum 1", (5,), {"momentum": 1.0}, 0),
    ("large epsilon", (5,), {"epsilon": 0.5}, 0),
    ("no center", (4, 3, 3), {"center": False}, 0),
    ("no scale", (4, 3, 3), {"scale": False}, 0),
    ("neither", (6,), {"scale": False, "center": False}, 0),
    ("axis counted from the front", (4, 3, 3), {"axis": 3}, 0),
    ("axis counted from the front, rank 2", (6,), {"axis": 1}, 0),
    ("a large mean", (4, 3, 3), {}, 100),
    ("frozen", (4, 3, 3), {"trainable": False}, 0),
    ("frozen, rank 2", (5,), {"trainable": False, "momentum": 0.5}, 0),
]


def first_value(index, weight):
    shift = 1.0 if weight.name in ("gamma", "moving_variance") else 0.0
    return uniform(index, weight.shape, 0.5).astype(np.float64) + shift


def call(layer, x, cotangent, training):
    x = tf.constant(x, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=training)
        loss = tf.reduce_sum(y * cotangent)
    dx, *dw = tape.gradient(loss, [x, *[w.value for w in layer.trainable_weights]])
    assert dx is not None and all(d is not None for d in dw) and y.dtype == tf.float64
    return y, dx, dw


def run(fixture, name, shape, options, offset):
    layer = layers.BatchNormalization(**options, name="layer")
    layer.build((None, *shape))
    for index, weight in enumerate(layer.weights):
        weight.assign(first_value(index, weight))

    def step(number, samples, training):
        size = (samples, *shape)
        x = (uniform(10 + number, size, 2) + np.float32(offset)).astype(np.float64)
        y, dx, dw = call(layer, x, uniform(20 + number, size, 1).astype(np.float64), training)
        return {
            "samples": samples,
            "output": fixture.array(y),
            "inputGradient": fixture.array(dx),
            "weightGradients": [fixture.array(d) for d in dw],
            "statistics": [fixture.array(w.value) for w in (layer.moving_mean, layer.moving_variance)],
        }

    fixture.add(
        name=name,
        config=float32_policy(layer.get_config()),
        shape=list(shape),
        offset=offset,
        weights=[w.name for w in layer.weights],
        trained=[w.name for w in layer.trainable_weights],
        steps=[step(number, samples, True) for number, samples in enumerate(BATCHES)],
        inference=step(INFERENCE, 3, False),
    )


def main():
    keras.config.set_floatx("float64")
    fixture = Fixture("batch-normalization", "make_batch_normalization.py", precision="computed in float64, stored as float32")
    for case in CASES:
        run(fixture, *case)
    fixture.write()


if __name__ == "__main__":
    main()
