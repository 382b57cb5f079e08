"""
Fixtures of training: the losses of 50 steps from fixed weights on fixed batches, and samples of the weights.

Images, labels and first weights come from the number generator of common.py, which tests/support/fixture-numbers.ts repeats,
so the fixture holds neither. Step s (from 0) trains on batch(1000 + s, …); weight w (in the model's order) starts as
weight_values(w, shape).
"""

from common import Fixture, batch, float32_policy, keras, np, tf, weight_values

layers, optimizers = keras.layers, keras.optimizers
STEPS = 50


def chapter():
    """The convnet of chapter 5.1, 93,322 parameters."""
    return [
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]


def small():
    """Everything odd: 13 x 13 x 3 images, 5 and 7 filters, strides, same padding, average pooling, one sigmoid unit."""
    return [
        layers.Input((13, 13, 3)),
        layers.Conv2D(5, (3, 3), strides=2, padding="same", activation="relu"),
        layers.Conv2D(7, (3, 3), padding="same", activation="tanh"),
        layers.AveragePooling2D((2, 2), padding="same"),
        layers.Flatten(),
        layers.Dense(11, activation="tanh"),
        layers.Dense(1, activation="sigmoid"),
    ]


NETWORKS = {
    "chapter": (chapter, "categorical_crossentropy", 64, (10, 28, 28, 1)),
    "small": (small, "binary_crossentropy", 9, (2, 13, 13, 3)),
}
OPTIMIZERS = [
    ("rmsprop", optimizers.RMSprop, {}),
    ("adam", optimizers.Adam, {}),
    ("sgd", optimizers.SGD, {}),
    # At the default rate of 0.01 this one amplifies rounding in the larger network to 1e-3 within 50 steps.
    ("sgd nesterov", optimizers.SGD, {"learning_rate": 0.004, "momentum": 0.9, "nesterov": True}),
]


def targets(labels, classes):
    return labels[:, None].astype(np.float64) if classes == 2 else np.eye(classes)[labels]


def train(make, loss_name, data, optimizer):
    """Losses per step, and the weights after the first and the last step."""
    keras.utils.clear_session()
    model = keras.Sequential(make(), name="model")
    for index, weight in enumerate(model.weights):
        weight.assign(weight_values(index, weight.shape))
    loss_function = keras.losses.get(loss_name)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(loss_function(y, model(x, training=True)))
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
        return loss

    losses, first = [], None
    for x, y in data:
        losses.append(float(step(tf.constant(x, model.dtype), tf.constant(y, model.dtype))))
        first = first or [w.numpy() for w in model.weights]
    return model, losses, first, [w.numpy() for w in model.weights]


def sample(weights):
    """Per weight: sum, sum of squares, and up to 16 elements at equal distances from the first."""
    return [
        {
            "sum": float(w.sum()),
            "squares": float((w.astype(np.float64) ** 2).sum()),
            "stride": max(1, w.size // 16),
            "elements": [float(v) for v in w.ravel()[:: max(1, w.size // 16)][:16]],
        }
        for w in weights
    ]


def main():
    fixture = Fixture("training", "make_training.py", steps=STEPS, precision="computed in float64")
    for network, (make, loss, size, drawn) in NETWORKS.items():
        data = [(x, targets(y, drawn[0])) for x, y in (batch(1000 + s, size, *drawn) for s in range(STEPS))]
        images, labels = batch(1000, size, *drawn)
        first_batch = {"pixelSum": int(np.rint(images * 255.0).sum()), "labels": labels.tolist()}
        for name, optimizer, options in OPTIMIZERS:
            results = {}
            for precision in ("float32", "float64"):
                keras.config.set_floatx(precision)
                results[precision] = train(make, loss, data, optimizer(**options))
            model, losses, first, last = results["float64"]
            spread = float(np.max(np.abs(np.array(results["float32"][1]) / np.array(losses) - 1)))
            print(f"{network} {name}: {losses[0]:.4f} -> {losses[-1]:.4f}, float32 differs by {spread:.1e} at most")
            fixture.add(
                name=f"{network} {name}",
                layers=[
                    {"class_name": type(layer).__name__, "config": float32_policy(layer.get_config())}
                    for layer in model.layers
                ],
                inputShape=list(drawn[1:]),
                classes=drawn[0],
                batchSize=size,
                loss=loss,
                optimizer={"className": optimizer.__name__, "options": options},
                float32KerasDiffersBy=spread,
                firstBatch=first_batch,
                losses=fixture.array(losses, "float64"),
                weightsAfterFirstStep=sample(first),
                weightsAfterLastStep=sample(last),
            )
    fixture.write()


if __name__ == "__main__":
    main()
