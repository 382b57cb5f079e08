"""What Keras has, by kind: classes with their other names and their options, and functions. For docs/parity.md."""

import inspect
import json

from common import FIXTURES, keras, versions

KINDS = {
    "layers": (keras.layers, keras.layers.Layer),
    "losses": (keras.losses, keras.losses.Loss),
    "metrics": (keras.metrics, keras.metrics.Metric),
    "optimizers": (keras.optimizers, keras.optimizers.Optimizer),
    "schedules": (keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule),
    "initializers": (keras.initializers, keras.initializers.Initializer),
    "regularizers": (keras.regularizers, keras.regularizers.Regularizer),
    "constraints": (keras.constraints, keras.constraints.Constraint),
    "callbacks": (keras.callbacks, keras.callbacks.Callback),
}


def options(cls):
    """Names of the constructor's own parameters."""
    parameters = inspect.signature(cls).parameters.values()
    return sorted(p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL))


def classes(module, base):
    found = {}
    for alias in sorted(dir(module)):
        cls = getattr(module, alias)
        if inspect.isclass(cls) and issubclass(cls, base) and cls is not base:
            found.setdefault(cls.__name__, {"options": options(cls), "aliases": []})
            if alias != cls.__name__:
                found[cls.__name__]["aliases"].append(alias)
    return found


def operations():
    """Classes of operations by module: what `ops` makes of symbolic tensors."""
    from keras.src.ops import core, image, linalg, math, nn, numpy
    from keras.src.ops.operation import Operation

    modules = (core, image, linalg, math, nn, numpy)
    return {
        name: {"options": options(cls), "aliases": []}
        for module in modules
        for name, cls in sorted(vars(module).items())
        if inspect.isclass(cls) and issubclass(cls, Operation) and cls is not Operation and cls.__module__ == module.__name__
    }


names = {kind: classes(*where) for kind, where in KINDS.items()}
names["activations"] = {
    name: {"options": sorted(set(inspect.signature(f).parameters) - {"x"}), "aliases": []}
    for name, f in sorted(vars(keras.activations).items())
    if inspect.isfunction(f) and f.__name__ == name and name not in ("get", "serialize", "deserialize")
}
names["operations"] = operations()
path = FIXTURES / "keras-names.json"
lines = [f'  {json.dumps(kind)}: {{\n' + ",\n".join(f"    {json.dumps(n)}: {json.dumps(v)}" for n, v in found.items()) + "\n  }" for kind, found in names.items()]
path.write_text('{\n  "versions": ' + json.dumps(versions()) + ",\n" + ",\n".join(lines) + "\n}\n")
print({kind: len(found) for kind, found in names.items()})
