"""
.keras files with batch normalization, regularizers, constraints and layers of a user's own, with predictions, the loss that
`evaluate` reports, and predictions after one more training step on the same data.
"""

from common import Fixture, keras, np
from own_layers import Residual

SEED = 20255
layers, regularizers, constraints = keras.layers, keras.regularizers, keras.constraints


def normalized():
    model = keras.Sequential(
        [
            layers.Input((7, 6, 2)),
            layers.Conv2D(4, 3, use_bias=False, kernel_regularizer=regularizers.L2(0.01)),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Conv2D(3, 3, padding="same", activity_regularizer=regularizers.L1(0.001), name="priced"),
            layers.BatchNormalization(scale=False, momentum=0.8, epsilon=1e-4, name="mine"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax", kernel_constraint=constraints.MaxNorm(0.9), bias_regularizer="l1"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "categorical_crossentropy")
    return model


def residual():
    """A graph: a frozen normalization, one inside of a model, regularizers of gamma and beta, a constraint."""
    x = layers.Input((6, 6, 2))
    inner = keras.Sequential([layers.Input((6, 6, 3)), layers.BatchNormalization(gamma_regularizer="l2"), layers.Activation("relu")])
    h = layers.BatchNormalization(trainable=False)(layers.Conv2D(3, 3, padding="same")(x))
    y = inner(layers.Conv2D(3, 1, kernel_constraint="unit_norm")(h))
    y = layers.Add()([h, layers.BatchNormalization(center=False, axis=3)(y)])
    out = layers.Dense(3, activation="softmax", kernel_regularizer=regularizers.OrthogonalRegularizer(0.1))
    model = keras.Model(x, out(layers.Flatten()(y)), name="residual")
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy")
    return model


def composite():
    model = keras.Sequential([layers.Input((5, 5, 2)), Residual(name="own"), Residual(depth=1, momentum=0.5), layers.Flatten(), layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "categorical_crossentropy")
    return model


def main():
    fixture = Fixture("normalized-files", "make_normalized_files.py", seed=SEED, precision="float32")
    for make in (normalized, residual, composite):
        keras.utils.clear_session()
        keras.utils.set_random_seed(SEED)
        rng = np.random.default_rng(SEED)
        model = make()
        x = rng.normal(0, 1, (5, *model.input_shape[1:])).astype(np.float32)
        y = np.eye(3, dtype=np.float32)[[0, 1, 2, 2, 1]]
        for weight in model.weights:
            weight.assign(rng.normal(0, 0.3, weight.shape) + (1 if weight.name in ("gamma", "moving_variance") else 0))
        for _ in range(3):
            model.train_on_batch(x, y)
        fixture.save_model(make.__name__, model)
        case = {
            "name": make.__name__,
            "input": fixture.array(x),
            "target": fixture.array(y),
            "output": fixture.array(model.predict(x, verbose=0)),
            "evaluated": float(model.evaluate(x, y, batch_size=5, verbose=0)),
        }
        model.reset_metrics()
        case["loss"] = float(model.train_on_batch(x, y))
        fixture.add(**case, outputAfterStep=fixture.array(model.predict(x, verbose=0)))
    fixture.write()


if __name__ == "__main__":
    main()
