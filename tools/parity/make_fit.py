"""
What Keras' fit, train_on_batch and test_on_batch give with weights, validation and epochs of all kinds:
tests/fixtures/fit-runs.json. The data comes from whole numbers, as in tests/parity/fit-runs.test.ts.
"""

import json

from common import FIXTURES, keras, np, tf, versions

SAMPLES = 22
BATCH = 8
WEIGHTS = {"sampleWeight": True}
CLASSES = {"classWeight": {"0": 0.5, "2": 3}}

# The network: "values" (mean squared error), "labels", "columns" (labels of shape [n, 1]), "one-hot", "sides" (one unit).
FITS = [
    ("class weights of labels", "labels", "arrays", {"epochs": 2, **CLASSES}),
    ("class weights of a column of labels", "columns", "arrays", CLASSES),
    ("class weights of one-hot labels", "one-hot", "arrays", CLASSES),
    ("class weights of two sides", "sides", "arrays", {"classWeight": {"1": 4}}),
    ("class weights of a dataset", "labels", "dataset", {"epochs": 2, **CLASSES}),
    ("class weights and validation", "labels", "arrays", {"validationSplit": 0.3, **CLASSES}),
    ("sample weights", "values", "arrays", {"epochs": 2, **WEIGHTS}),
    ("a column of sample weights", "values", "arrays", {"sampleWeight": "column"}),
    ("sample weights of a dataset", "values", "dataset", {"epochs": 2, **WEIGHTS}),
    ("sample weights of a generator", "values", "generator", {"stepsPerEpoch": 2, "epochs": 3, **WEIGHTS}),
    ("sample weights and a split", "values", "arrays", {"validationSplit": 0.4, "epochs": 2, **WEIGHTS}),
    ("weights of validation data alone", "values", "arrays", {"validationWeights": True}),
    ("a sum with weights", "sum", "arrays", WEIGHTS),
    ("a mean over weights", "weighted mean", "arrays", {"epochs": 2, **WEIGHTS}),
    ("validation every second epoch", "values", "arrays", {"validationSplit": 0.3, "validationFreq": 2, "epochs": 5}),
    ("validation in listed epochs", "values", "arrays", {"validationSplit": 0.3, "validationFreq": [1, 4], "epochs": 5}),
    ("a first epoch", "values", "arrays", {"initialEpoch": 2, "epochs": 5, "validationSplit": 0.3, "validationFreq": 2}),
    ("no epochs left", "values", "arrays", {"initialEpoch": 3, "epochs": 3}),
    (
        "more validation steps than batches", "values", "arrays",
        {"validationSplit": 0.4, "validationSteps": 9, "validationBatchSize": 4, "epochs": 2},
    ),
]
BATCHES = [
    ("values", {}),
    ("values", {"sampleWeight": True}),
    ("labels", CLASSES),
    ("one-hot", CLASSES),
]


def numbers(*shape):
    """The same in float32 as the test makes: whole numbers divided by 64."""
    index = np.arange(np.prod(shape))
    return ((index * 37 % 101 - 50) / 64).astype("float32").reshape(shape)


def network(kind):
    """The network of a kind, compiled, and its targets."""
    labels = np.arange(SAMPLES) * 7 % 3
    units, activation, loss, metric, targets = {
        "values": (2, None, "mse", "mae", numbers(SAMPLES, 2)),
        "sum": (2, None, keras.losses.MeanSquaredError(reduction="sum"), "mae", numbers(SAMPLES, 2)),
        "weighted mean": (
            2, None, keras.losses.MeanSquaredError(reduction="mean_with_sample_weight"), "mae", numbers(SAMPLES, 2),
        ),
        "labels": (3, "softmax", "sparse_categorical_crossentropy", "accuracy", labels),
        "columns": (3, "softmax", "sparse_categorical_crossentropy", "accuracy", labels[:, None]),
        "one-hot": (3, "softmax", "categorical_crossentropy", "accuracy", np.eye(3, dtype="float32")[labels]),
        "sides": (1, "sigmoid", "binary_crossentropy", "accuracy", (labels > 0).astype("float32")),
    }[kind]
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, activation=activation)])
    net.layers[-1].set_weights([numbers(3, units), np.zeros(units, "float32")])
    net.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss, metrics=[metric], weighted_metrics=[metric])
    return net, targets


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def batches(*arrays):
    while True:
        for start in range(0, SAMPLES, BATCH):
            yield tuple(array[start : start + BATCH] for array in arrays)


def fit(kind, data, options):
    net, y = network(kind)
    options = dict(options)
    given = {} if data != "arrays" else {"batch_size": BATCH}
    if weights := options.pop("sampleWeight", None):
        weights = WEIGHT[:, None] if weights == "column" else WEIGHT
    if options.pop("validationWeights", False):
        given["validation_data"] = (X, y, WEIGHT)
    if classes := options.pop("classWeight", None):
        given["class_weight"] = {int(label): weight for label, weight in classes.items()}
    given |= {snake(name): value for name, value in options.items()}
    arrays = (X, y) if weights is None else (X, y, weights)
    run = {"shuffle": False, "verbose": 0, **given}
    if data == "arrays":
        history = net.fit(X, y, sample_weight=weights, **run)
    elif data == "dataset":
        history = net.fit(tf.data.Dataset.from_tensor_slices(arrays).batch(BATCH), **run)
    else:
        history = net.fit(batches(*arrays), **run)
    return {"epoch": history.epoch, "history": history.history}


def on_batches(kind, options):
    """
    Three training steps and a test on the same batch, as records: where a metric is among both kinds of metrics, Keras' list
    has the one without weights twice.
    """
    net, y = network(kind)
    given = {"sample_weight": WEIGHT} if options.get("sampleWeight") else {}
    classes = options.get("classWeight")
    labels = {} if classes is None else {"class_weight": {int(label): weight for label, weight in classes.items()}}
    train = [net.train_on_batch(X, y, **given, **labels, return_dict=True) for _ in range(3)]
    return {"train": train, "test": net.test_on_batch(X, y, **given, return_dict=True)}


X = numbers(SAMPLES, 3)
WEIGHT = (np.arange(SAMPLES) % 5 / 2).astype("float32")


def main():
    fits = [
        {"name": name, "net": kind, "data": data, "options": options, **fit(kind, data, options)}
        for name, kind, data, options in FITS
    ]
    steps = [{"net": kind, "options": options, **on_batches(kind, options)} for kind, options in BATCHES]
    facts = {"script": "tools/parity/make_fit.py", "versions": versions(), "samples": SAMPLES, "batchSize": BATCH}
    lists = [f'"{key}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]" for key, rows in (("fits", fits), ("batches", steps))]
    (FIXTURES / "fit-runs.json").write_text(json.dumps(facts)[:-1] + ",\n" + ",\n".join(lists) + "}\n")


if __name__ == "__main__":
    main()
