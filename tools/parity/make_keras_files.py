"""Files that real Keras saved, with predictions, and the outputs after one more training step on the same data."""

import gzip
import tempfile
from pathlib import Path

from common import Fixture, float32_policy, keras, np

SEED = 20253

layers = keras.layers


def stack():
    model = keras.Sequential(
        [
            layers.Input((9, 8, 1)),
            layers.Conv2D(4, 3, activation="relu", name="mine"),
            layers.MaxPooling2D(2),
            layers.Conv2D(3, 2, padding="same", kernel_initializer="he_normal"),
            layers.Activation("tanh"),
            layers.AveragePooling2D(2, strides=1),
            layers.Dropout(0.0),
            layers.Flatten(),
            layers.Dense(5, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.RMSprop(0.01, momentum=0.5), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def frozen():
    """A frozen layer, no compile, and no input layer in the list: build() gave the shape."""
    model = keras.Sequential([layers.Dense(4, activation="relu", trainable=False), layers.Dense(2, use_bias=False)])
    model.build((None, 3))
    return model


def graph():
    """Two inputs, two outputs, a shared layer, and a Sequential and a Functional inside."""
    inner_input = layers.Input((6, 6, 2))
    inner_hidden = layers.Conv2D(3, 3, name="inner_conv")(inner_input)
    inner = keras.Model(inner_input, layers.GlobalMaxPooling2D()(inner_hidden), name="inner")
    base = keras.Sequential([layers.Input((6, 6, 2)), layers.Conv2D(3, 3, activation="relu"), layers.Flatten()], name="base")
    shared = layers.Dense(4, activation="sigmoid", name="shared")
    left, right = layers.Input((6, 6, 2), name="left"), layers.Input((7,), name="right")
    a = shared(layers.Dense(6)(base(left)))
    b = shared(layers.Dense(6)(right))
    c = inner(left)
    both = layers.Add(name="both")([a, b])
    first = layers.Dense(2, activation="softmax", name="first")(both)
    second = layers.Dense(1, name="second")(layers.Add()([layers.Dense(3)(both), c]))
    model = keras.Model({"left": left, "right": right}, [first, second], name="graph")
    model.compile(
        "adam",
        loss=["categorical_crossentropy", keras.losses.MeanSquaredError()],
        loss_weights=[1.0, 0.5],
        metrics=[["accuracy"], []],
    )
    return model


def twice():
    """A Functional used as the output, called twice, on one list input."""
    x = layers.Input((3,))
    inner = keras.Model(x, layers.Dense(3, activation="tanh")(x), name="step")
    start = layers.Input((3,))
    model = keras.Model([start], inner(inner(start)), name="twice")
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipnorm=1.0), "mse")
    return model


def unsupported():
    return keras.Sequential([layers.Input((6, 6, 2)), layers.BatchNormalization(name="norm"), layers.Flatten()])


def data_for(name, rng):
    if name == "stack":
        return [rng.random((4, 9, 8, 1), dtype=np.float32)], [rng.integers(0, 5, 4).astype(np.float32)]
    if name == "frozen":
        return [rng.random((4, 3), dtype=np.float32)], None
    if name == "graph":
        x = [rng.random((4, 6, 6, 2), dtype=np.float32), rng.random((4, 7), dtype=np.float32)]
        return x, [np.eye(2, dtype=np.float32)[[0, 1, 1, 0]], rng.random((4, 1), dtype=np.float32)]
    return [rng.random((4, 3), dtype=np.float32)], [rng.random((4, 3), dtype=np.float32)]


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def main():
    fixture = Fixture("keras-files", "make_keras_files.py", seed=SEED, precision="float32")
    fixture.folder.mkdir(parents=True, exist_ok=True)

    def keep(model, file):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file
            model.save_weights(path) if file.endswith(".weights.h5") else model.save(path)
            (fixture.folder / f"{file}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))

    for make in (stack, frozen, graph, twice):
        keras.utils.clear_session()
        keras.utils.set_random_seed(SEED)
        rng = np.random.default_rng(SEED)
        model = make()
        x, y = data_for(make.__name__, rng)
        data = dict(zip(("left", "right"), x)) if make is graph else x if make is twice else x[0]
        targets = None if y is None else y if len(y) > 1 else y[0]
        for weight in model.weights:
            weight.assign(rng.normal(0, 0.4, weight.shape))
        for _ in range(3 if y else 0):
            model.train_on_batch(data, targets)
        keep(model, f"{make.__name__}.keras")
        if make is stack:
            keep(model, "stack.weights.h5")
            keep(model, "stack.h5")
        case = {
            "name": make.__name__,
            "config": model.get_config(),
            "inputs": [fixture.array(a) for a in x],
            "outputs": [fixture.array(a) for a in as_list(model.predict(data, verbose=0))],
        }
        if y:
            case["targets"] = [fixture.array(a) for a in y]
            case["iterations"] = int(model.optimizer.iterations.numpy())
            model.train_on_batch(data, targets)
            case["outputsAfterStep"] = [fixture.array(a) for a in as_list(model.predict(data, verbose=0))]
        fixture.add(**float32_policy(case))
    keras.utils.clear_session()
    keep(unsupported(), "unsupported.keras")
    fixture.write()


if __name__ == "__main__":
    main()
