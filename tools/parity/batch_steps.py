"""What Keras does with a number of steps and no batch size: tests/fixtures/batch-steps.json."""

import json
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402

SAMPLES = 70
FIT = {
    "two steps an epoch": {"steps_per_epoch": 2},
    "steps that do not divide the samples": {"steps_per_epoch": 3},
    "more steps than batches": {"steps_per_epoch": 60},
    "one validation step": {"validation_split": 0.5, "validation_steps": 1},
    "four validation steps": {"validation_split": 0.5, "validation_steps": 4},
    "validation without steps": {"validation_split": 0.5, "steps_per_epoch": 2},
    "a validation batch size": {
        "validation_split": 0.5, "steps_per_epoch": 2, "validation_batch_size": 10, "validation_steps": 2,
    },
    "a batch size": {"batch_size": 20, "steps_per_epoch": 2, "validation_split": 0.5, "validation_steps": 1},
}
STEPS = [1, 2, 3, 40]


def numbers(*shape):
    """The same in float32 as the test makes: whole numbers divided by 64."""
    index = np.arange(np.prod(shape))
    return ((index * 37 % 101 - 50) / 64).astype("float32").reshape(shape)


def network():
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    net.layers[-1].set_weights([numbers(3, 2), np.zeros(2, "float32")])
    net.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", metrics=["mae"])
    return net


class Count(keras.callbacks.Callback):
    """Counts batches."""

    def __init__(self):
        super().__init__()
        self.train, self.test, self.predict = 0, 0, 0

    def on_train_batch_end(self, batch, logs=None):
        self.train += 1

    def on_test_batch_end(self, batch, logs=None):
        self.test += 1

    def on_predict_batch_end(self, batch, logs=None):
        self.predict += 1


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


x, y = numbers(SAMPLES, 3), numbers(SAMPLES, 2)
fits = []
for name, options in FIT.items():
    count = Count()
    history = network().fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=[count], **options).history
    fits.append({
        "name": name, "options": {camel(k): v for k, v in options.items()},
        "train": count.train, "test": count.test, "history": history,
    })
runs = []
for steps in STEPS:
    count = Count()
    values = network().evaluate(x, y, steps=steps, verbose=0, callbacks=[count])
    rows = len(network().predict(x, steps=steps, verbose=0, callbacks=[count]))
    runs.append({"steps": steps, "test": count.test, "values": values, "predict": count.predict, "rows": rows})
path = pathlib.Path(__file__).parents[2] / "tests/fixtures/batch-steps.json"
path.write_text(json.dumps({"keras": keras.__version__, "samples": SAMPLES, "fits": fits, "runs": runs}, indent=1) + "\n")
