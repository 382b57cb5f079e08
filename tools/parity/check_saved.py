"""
Opens a .keras or legacy .h5 file that Fovea wrote in real Keras and compares its predictions with those that Fovea made.

Usage: check_saved.py FILE EXPECTED.json [WEIGHTS …]
EXPECTED.json: { "outputNames": [name, …]?, "inputs": [array, …], "outputs": [array, …], "targets": [array, …]?, "outputsAfterStep": [array, …]? }
with array = { "shape": [...], "data": [...] }. With targets the model takes one training step of the whole batch, which
needs the optimizer's state to be right, and its predictions are compared with outputsAfterStep. (Not for .h5 files: Keras
3 cannot train a model from one further, not even from its own, without compiling it anew.) Then the model's numbers are
set to zero and read from each of the files of weights, from legacy .h5 files also by name.
Prints the largest differences; exit code 1 when one exceeds 1e-5.
"""

import json
import sys

import own_layers  # noqa: F401 (files may have them)
from common import keras, np

TOLERANCE = 1e-5


def arrays(items):
    return [np.array(item["data"], dtype=np.float32).reshape(item["shape"]) for item in items]


def single(items):
    return items[0] if len(items) == 1 else items


def difference(model, x, expected):
    outputs = model.predict(x, verbose=0)
    outputs = [outputs[name] for name in sorted(outputs)] if isinstance(outputs, dict) else outputs
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    assert [o.shape for o in outputs] == [e.shape for e in expected]
    return max(float(np.abs(o - e).max()) for o, e in zip(outputs, expected))


def is_legacy(path):
    return path.endswith(".h5") and not path.endswith(".weights.h5")


def main(path, expected_path, *more):
    with open(expected_path) as file:
        expected = json.load(file)
    model = keras.saving.load_model(path)
    x = single(arrays(expected["inputs"]))
    if not isinstance(model, keras.Sequential) and isinstance(getattr(model, "input", None), dict):
        x = dict(zip(model.input, x))
    worst = difference(model, x, arrays(expected["outputs"]))
    print(f"{path}: {model.count_params()} parameters, predictions differ by {worst:.2e} at most")
    for weights in more:
        for options in [{}, {"by_name": True}] if is_legacy(weights) else [{}]:
            for weight in model.weights:
                weight.assign(np.zeros(weight.shape))
            model.load_weights(weights, **options)
            again = difference(model, x, arrays(expected["outputs"]))
            print(f"  {weights} {options or ''}: predictions differ by {again:.2e} at most")
            worst = max(worst, again)
    if "targets" in expected and not is_legacy(path):
        print(f"  optimizer {model.optimizer.name} after {int(model.optimizer.iterations)} steps")
        targets = single(arrays(expected["targets"]))
        names = expected.get("outputNames")
        model.train_on_batch(x, dict(zip(names, targets)) if names else targets)
        after = difference(model, x, arrays(expected["outputsAfterStep"]))
        print(f"  after one more training step they differ by {after:.2e} at most")
        worst = max(worst, after)
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
