"""Prints progress-bar goldens of real Keras 3 as JSON: scripted events with a scripted clock, and the output.

Usage: python progbar_goldens.py > tests/fixtures/progbar-keras3.json   (Keras 3.15.1)
"""
import contextlib
import io
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
from keras.src.callbacks.progbar_logger import ProgbarLogger  # noqa: E402
from keras.src.utils import io_utils, progbar  # noqa: E402


class Clock:
    now = 0.0

    def time(self):
        return Clock.now


progbar.time = Clock()
io_utils.enable_interactive_logging()
CASES = []
NAMES = {
    "onTrainBegin": "on_train_begin", "onTrainEnd": "on_train_end", "onEpochBegin": "on_epoch_begin",
    "onEpochEnd": "on_epoch_end", "onTrainBatchEnd": "on_train_batch_end", "onTestBegin": "on_test_begin",
    "onTestEnd": "on_test_end", "onTestBatchEnd": "on_test_batch_end", "onPredictBegin": "on_predict_begin",
    "onPredictEnd": "on_predict_end", "onPredictBatchEnd": "on_predict_batch_end",
}


def run(name, params, events):
    """`events` are [time, method, *arguments]."""
    logger = ProgbarLogger()
    logger.set_params(params)
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        for time, method, *arguments in events:
            Clock.now = time
            getattr(logger, NAMES[method])(*arguments)
    CASES.append({"name": name, "params": params, "events": events, "text": stream.getvalue()})


def fit(steps, times, epochs, validate, start=1000.0, known=True):
    events, now = [[start, "onTrainBegin"]], start
    for epoch in range(epochs):
        events.append([now, "onEpochBegin", epoch])
        for step in range(steps):
            now += times[step % len(times)]
            logs = {"accuracy": 0.03125 * (step + 1 + epoch), "loss": 2.3 / (step + 1) ** 3}
            events.append([now, "onTrainBatchEnd", step, logs])
        if validate:
            events.append([now, "onTestBegin"])
            now += 0.5
            events.append([now, "onTestBatchEnd", 0, {"loss": 1.0}])
            events.append([now, "onTestEnd", {"loss": 1.0}])
            logs = {**logs, "val_accuracy": 0.0, "val_loss": float(epoch)}
        events.append([now, "onEpochEnd", epoch, logs])
    return events + [[now, "onTrainEnd", logs]]


for verbose in [1, 2]:
    run(f"two epochs, verbose {verbose}", {"verbose": verbose, "epochs": 2, "steps": 3}, fit(3, [2.0, 0.03, 0.04], 2, True))
    run(f"one epoch of many steps, verbose {verbose}", {"verbose": verbose, "epochs": 1, "steps": 120},
        fit(120, [0.0101, 0.02, 0.004], 1, False))
    run(f"hours, verbose {verbose}", {"verbose": verbose, "epochs": 1, "steps": 1000}, fit(10, [40.0, 31.5], 1, False))
    run(f"minutes, verbose {verbose}", {"verbose": verbose, "epochs": 1, "steps": 11}, fit(11, [10.0, 9.5], 1, False))
    run(f"microseconds, verbose {verbose}", {"verbose": verbose, "epochs": 3, "steps": 5}, fit(5, [0.0004, 0.0001], 3, False))
    run(f"unknown steps, verbose {verbose}", {"verbose": verbose, "epochs": 2, "steps": None}, fit(4, [0.2, 0.1], 2, True))
    run(f"evaluate, verbose {verbose}", {"verbose": verbose, "epochs": 1, "steps": 2},
        [[5.0, "onTestBegin"], [5.1, "onTestBatchEnd", 0, {"loss": -0.5}], [5.4, "onTestBatchEnd", 1, {"loss": -0.25}],
         [5.4, "onTestEnd", {"loss": -0.25}]])
    run(f"predict, verbose {verbose}", {"verbose": verbose, "epochs": 1, "steps": 1},
        [[5.0, "onPredictBegin"], [5.06, "onPredictBatchEnd", 0, {"outputs": 1}], [5.072, "onPredictEnd"]])
print("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in CASES) + "\n]")
