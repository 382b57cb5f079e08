"""Fixture of one BatchNormalization that a model calls twice: losses, weights after the steps, and evaluation."""

import json

from common import FIXTURES, keras, np, versions

A = [[1, 2], [3, 4], [5, 9]]
B = [[2, -1], [0, 7], [4, 3]]
Y = [[1, 0], [0, 1], [2, -1]]
STEPS = 3


def normalization():
    return keras.layers.BatchNormalization(momentum=0.5)


def side_by_side(first, second):
    """The layer's results for two inputs, added; `first` and `second` are the order of the calls."""
    inputs, norm = [keras.Input((2,)), keras.Input((2,))], normalization()
    results = {index: norm(inputs[index]) for index in (first, second)}
    return norm, keras.Model(inputs, keras.layers.Add()([results[0], results[1]]))


def in_a_row():
    start, norm = keras.Input((2,)), normalization()
    return norm, keras.Model(start, norm(keras.layers.ReLU()(norm(start))))


def run(name, made, inputs):
    norm, model = made
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    x = [np.array(values, np.float32) for values in inputs]
    x, y = x[0] if len(x) == 1 else x, np.array(Y, np.float32)
    losses = [float(model.train_on_batch(x, y)) for _ in range(STEPS)]
    weights = [weight.numpy().tolist() for weight in norm.weights]
    return {"name": name, "losses": losses, "weights": weights, "evaluated": float(model.evaluate(x, y, verbose=0))}


def main():
    cases = [
        run("side by side", side_by_side(0, 1), [A, B]),
        run("side by side, called in the other order", side_by_side(1, 0), [A, B]),
        run("in a row", in_a_row(), [A]),
    ]
    facts = {"script": "tools/parity/make_shared_normalization.py", "versions": versions(), "a": A, "b": B, "y": Y}
    (FIXTURES / "shared-normalization.json").write_text(json.dumps({**facts, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
