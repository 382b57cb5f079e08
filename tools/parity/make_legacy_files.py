"""
Legacy .h5 files of real Keras 3, whole models and weights alone, with predictions and the outputs after one more training
step on the same data.
"""

import gzip
import io

import h5py
from common import Fixture, float32_policy, keras, np
from keras.src.legacy.saving import legacy_h5_format

SEED = 20260

layers = keras.layers


def stack():
    """Statistics, layers of two kernels, a frozen layer, a named loss and a metric with options."""
    model = keras.Sequential(
        [
            layers.Input((9, 8, 2)),
            layers.Conv2D(4, 3, use_bias=False, name="first"),
            layers.BatchNormalization(),
            layers.ReLU(6.0),
            layers.SeparableConv2D(3, 3, padding="same"),
            layers.DepthwiseConv2D(3, depth_multiplier=2, activation="tanh"),
            layers.Conv2D(3, 1, trainable=False),
            layers.BatchNormalization(scale=False),
            layers.Flatten(),
            layers.Dropout(0.0),
            layers.Dense(5, activation="softmax"),
        ],
        name="stack",
    )
    model.compile(
        keras.optimizers.RMSprop(0.01, momentum=0.5),
        keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(2, name="top")],
    )
    return model


def nested():
    """A frozen model with statistics and an open one, in a graph: their weights are in one group each."""
    base = keras.Sequential(
        [layers.Input((6, 6, 2)), layers.Conv2D(3, 3), layers.BatchNormalization(), layers.Conv2D(2, 3)], name="base"
    )
    base.trainable = False
    inside = layers.Input((6, 6, 2))
    y = layers.BatchNormalization()(layers.Conv2D(3, 3, activation="relu")(inside))
    branch = keras.Model(inside, layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(y)), name="branch")
    start = layers.Input((6, 6, 2), name="start")
    both = layers.Concatenate()([layers.Flatten()(base(start)), branch(start)])
    model = keras.Model(start, [layers.Dense(2, name="a")(both), layers.Dense(1, name="b")(both)], name="nested")
    model.compile("adam", ["mse", "mae"], loss_weights=[1.0, 0.5], metrics=[["mae"], []])
    return model


def plain():
    """Not compiled; a shared layer."""
    shared = layers.Dense(3, activation="relu", name="shared")
    x = layers.Input((3,), name="x")
    y = layers.Dense(2)(layers.Add()([shared(x), shared(shared(x))]))
    return keras.Model(x, y, name="plain")


def data_for(name, rng):
    if name == "stack":
        return rng.random((4, 9, 8, 2), dtype=np.float32), [np.eye(5, dtype=np.float32)[[0, 3, 1, 4]]]
    if name == "nested":
        return rng.random((4, 6, 6, 2), dtype=np.float32), [rng.random((4, n), dtype=np.float32) for n in (2, 1)]
    return rng.random((4, 3), dtype=np.float32), None


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def weights_alone(model):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    return buffer.getvalue()


def whole(model):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        legacy_h5_format.save_model_to_hdf5(model, file)
    return buffer.getvalue()


def main():
    fixture = Fixture("legacy-files", "make_legacy_files.py", seed=SEED, precision="float32")
    fixture.folder.mkdir(parents=True, exist_ok=True)
    for make in (stack, nested, plain):
        keras.utils.clear_session()
        keras.utils.set_random_seed(SEED)
        rng = np.random.default_rng(SEED)
        model = make()
        x, y = data_for(make.__name__, rng)
        targets = None if y is None else y if len(y) > 1 else y[0]
        for weight in model.weights:
            values = rng.normal(0, 0.4, weight.shape)
            weight.assign(np.abs(values) + 0.5 if "variance" in weight.name else values)
        for _ in range(3 if y else 0):
            model.train_on_batch(x, targets)
        for kind, contents in (("h5", whole(model)), ("only.h5", weights_alone(model))):
            (fixture.folder / f"{make.__name__}.{kind}.gz").write_bytes(gzip.compress(contents, 9, mtime=0))
        case = {
            "name": make.__name__,
            "input": fixture.array(x),
            "outputs": [fixture.array(a) for a in as_list(model.predict(x, verbose=0))],
        }
        if y:
            case["targets"] = [fixture.array(a) for a in y]
            case["iterations"] = int(model.optimizer.iterations.numpy())
            model.train_on_batch(x, targets)
            case["outputsAfterStep"] = [fixture.array(a) for a in as_list(model.predict(x, verbose=0))]
        fixture.add(**float32_policy(case))
    fixture.write()


if __name__ == "__main__":
    main()
