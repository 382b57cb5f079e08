"""
What Keras' callbacks print, write and do for given logs, and what training with running means gives:
tests/fixtures/callbacks.json.
"""

import contextlib
import io
import json
import tempfile
import types
import warnings
from pathlib import Path

from common import FIXTURES, keras, np, versions

STOPPING = [
    ([3, 2, 2, 1], {}),
    ([3, 1, 2, 2, 0], {"patience": 2, "restore_best_weights": True}),
    ([3, 1, 2, 0.5, 2], {"patience": 3, "restore_best_weights": True}),
    ([3, 2.8, 1], {"min_delta": 0.5}),
    ([3, 2.8, 2.3, 2.2, 1], {"min_delta": -0.5, "patience": 1}),
    ([1, 2, 3, 4, 5], {"start_from_epoch": 2}),
    ([5, 1, 3, 4, 5], {"start_from_epoch": 2, "patience": 1, "restore_best_weights": True}),
    ([3, 2, 1, 1, 1], {"baseline": 0.5, "patience": 2}),
    ([3, 2, 1, 1, 1], {"baseline": 2.5, "patience": 2, "restore_best_weights": True}),
    ([1, 2, 3, 3, 3], {"mode": "max", "patience": 1, "restore_best_weights": True}),
    ([1, 1, 1], {"patience": 5, "restore_best_weights": True}),
]
LOSSES = [0.75, 0.5, 0.625, 0.25]
CHECKPOINTS = [
    {"filepath": "{epoch:02d}-{val_loss:.2f}.keras"},
    {"filepath": "best.keras", "save_best_only": True},
    {"filepath": "best.keras", "save_best_only": True, "initial_value_threshold": 0.6},
    {"filepath": "{epoch}.weights.h5", "save_best_only": True, "mode": "max", "save_weights_only": True},
    {"filepath": "e{epoch}b{batch:03d}.keras", "save_freq": 2},
    {"filepath": "{loss:.3e}.keras", "monitor": "loss", "save_best_only": True, "save_freq": 3},
]
BATCHES = 3
LOGS = [
    [{"loss": 0.5, "accuracy": 0.125}, {"loss": 0.25, "accuracy": 1.0}],
    [{"loss": 1e-05, "val_loss": 2.0}, {"loss": 1e20}, {"loss": float("nan"), "val_loss": float("inf"), "extra": 3.0}],
]
SEPARATORS = [",", ";"]


def said(run):
    """What `run` prints."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run()
    return text.getvalue()


def stopping(losses, options):
    """EarlyStopping for these validation losses, on a model whose weights are the number of epochs done."""
    calls, done = [], 0
    model = types.SimpleNamespace(stop_training=False, metrics=[])
    model.get_weights = lambda: done
    model.set_weights = calls.append
    callback = keras.callbacks.EarlyStopping(verbose=1, **options)
    callback.set_model(model)

    def run():
        nonlocal done
        callback.on_train_begin()
        for epoch, loss in enumerate(losses):
            done = epoch + 1
            callback.on_epoch_end(epoch, {"val_loss": loss})
            if model.stop_training:
                break
        callback.on_train_end()

    text = said(run)
    return {"losses": losses, "options": options, "done": done, "restored": calls, "said": text}


def checkpoint(options):
    """ModelCheckpoint in epochs of three batches: the files that it saves, and what it says."""
    saved = []
    model = types.SimpleNamespace(metrics=[])
    model.save = lambda path, overwrite: saved.append(path)
    model.save_weights = lambda path, overwrite: saved.append(path)
    callback = keras.callbacks.ModelCheckpoint(verbose=1, **options)
    callback.set_model(model)
    callback._set_monitor_op()

    def run():
        for epoch, loss in enumerate(LOSSES):
            callback.on_epoch_begin(epoch)
            for batch in range(BATCHES):
                callback.on_train_batch_end(batch, {"loss": loss + batch / 8})
            callback.on_epoch_end(epoch, {"loss": loss + 0.25, "val_loss": loss})

    text = said(run)
    return {"options": options, "saved": saved, "said": text}


def table(logs, separator, twice):
    """The text that CSVLogger writes; `twice` adds the rows of a second run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        for _ in range(2 if twice else 1):
            callback = keras.callbacks.CSVLogger(path, separator=separator, append=twice)
            callback.set_model(types.SimpleNamespace())
            callback.on_train_begin()
            for epoch, row in enumerate(logs):
                callback.on_epoch_end(epoch, row)
            callback.on_train_end()
        # Python would turn line ends into its own.
        text = path.read_bytes().decode()
    rows = [{name: json_number(value) for name, value in row.items()} for row in logs]
    return {"logs": rows, "separator": separator, "append": twice, "text": text}


def json_number(value):
    """JSON has no numbers that are not finite: texts stand for them."""
    return value if np.isfinite(value) else str(value)


def numbers(*shape):
    """The same in float32 as the test makes: whole numbers divided by 64."""
    index = np.arange(np.prod(shape))
    return ((index * 37 % 101 - 50) / 64).astype("float32").reshape(shape)


def swapping(swap_on_epoch, frequency):
    """Training with running means, validated with them; the weights that other callbacks see after each epoch."""
    x, y = numbers(20, 3), numbers(20, 2)
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    net.layers[-1].set_weights([numbers(3, 2), np.zeros(2, "float32")])
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=frequency)
    net.compile(optimizer=optimizer, loss="mse")
    seen = []
    look = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(flat(net)))
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=swap_on_epoch)
    run = {"epochs": 3, "batch_size": 4, "shuffle": False, "verbose": 0, "validation_split": 0.25}
    history = net.fit(x, y, callbacks=[swap, look], **run).history
    options = {"swapOnEpoch": swap_on_epoch, "emaOverwriteFrequency": frequency}
    return {"options": options, "history": history, "seen": seen, "after": flat(net)}


def flat(net):
    return [float(value) for weight in net.get_weights() for value in weight.ravel()]


def main():
    facts = {
        "script": "tools/parity/make_callbacks.py",
        "versions": versions(),
        "losses": LOSSES,
        "batches": BATCHES,
        "stopping": [stopping(losses, options) for losses, options in STOPPING],
        "checkpoints": [checkpoint(options) for options in CHECKPOINTS],
        "tables": [table(logs, sep, twice) for logs in LOGS for sep in SEPARATORS for twice in (False, True)],
        "swapping": [swapping(on_epoch, every) for on_epoch in (False, True) for every in (None, 2)],
    }
    (FIXTURES / "callbacks.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
