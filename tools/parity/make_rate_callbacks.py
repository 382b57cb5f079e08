"""Fixtures of the callbacks that set the learning rate: what they print and log for given losses."""

import contextlib
import io
import json
import types

from common import FIXTURES, keras, versions

LOSSES = [1.0, 0.9, 0.9, 0.89995, 0.9, 0.91, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.45, 0.45]
PLATEAU = [
    {"patience": 2},
    {"patience": 2, "factor": 0.5, "verbose": 1},
    {"patience": 1, "factor": 0.2, "cooldown": 2, "verbose": 1},
    {"patience": 1, "factor": 0.1, "min_lr": 0.0005, "verbose": 1},
    {"patience": 2, "min_delta": 0.2, "verbose": 1},
    {"patience": 2, "mode": "max", "verbose": 1},
]
RATE = 0.01


def drive(callback, losses):
    """Rates in the logs and all that is printed, for these validation losses."""
    optimizer = keras.optimizers.SGD(RATE)
    callback.set_model(types.SimpleNamespace(optimizer=optimizer, metrics=[]))
    rates, said = [], io.StringIO()
    with contextlib.redirect_stdout(said):
        callback.on_train_begin()
        for epoch, loss in enumerate(losses):
            callback.on_epoch_begin(epoch)
            logs = {"val_loss": loss}
            callback.on_epoch_end(epoch, logs)
            rates.append(logs["learning_rate"])
    return {"rates": rates, "rateAfter": float(optimizer.learning_rate), "said": said.getvalue()}


def main():
    plateau = [
        {"options": options, **drive(keras.callbacks.ReduceLROnPlateau(**options), LOSSES)} for options in PLATEAU
    ]
    halving = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5, verbose=1)
    facts = {"script": "tools/parity/make_rate_callbacks.py", "versions": versions(), "rate": RATE, "losses": LOSSES}
    facts |= {"plateau": plateau, "halving": drive(halving, LOSSES[:12])}
    (FIXTURES / "rate-callbacks.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
