"""Prints summary() goldens of real Keras 3 as JSON: what goes into the table, and the text that came out.

Usage: python summary_goldens.py > tests/fixtures/summary-keras3.json   (Keras 3.15.1, rich 14)
"""
import contextlib
import io
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402
from keras import layers as L  # noqa: E402
from keras.src.utils import io_utils  # noqa: E402


def shapes(layer):
    """The output shapes a row shows: of the last call, else of the build; None for '?'."""
    if layer._inbound_nodes:
        return [list(t.shape) for t in layer._inbound_nodes[-1].output_tensors]
    if not layer._build_shapes_dict:
        return None
    return [list(layer.compute_output_shape(**layer._build_shapes_dict))]


def row(model, layer, level, connected):
    links = []
    if connected:
        nodes = [n for group in model._nodes_by_depth.values() for n in group]
        for node in layer._inbound_nodes:
            if node in nodes:
                links += [
                    [h.operation.name, h.node_index, h.tensor_index]
                    for h in (t._keras_history for t in node.input_tensors)
                ]
    return {
        "name": layer.name,
        "className": layer.__class__.__name__,
        "outputShapes": shapes(layer),
        "params": layer.count_params() if layer.built else None,
        "connections": links,
        "trainable": ("Y" if layer.trainable else "N") if layer.weights else "-",
        "level": level,
    }


def rows(model, layer, level, connected, expand):
    out = [row(model, layer, level, connected)]
    if expand and getattr(layer, "layers", None):
        for inner in layer.layers:
            out += rows(model, inner, level + 1, connected, expand)
    return out


def case(name, model, connected=False, columns=None, tty=False, **options):
    os.environ.pop("COLUMNS", None)
    os.environ.pop("FORCE_COLOR", None)
    if columns:
        os.environ["COLUMNS"] = str(columns)
    captured = []
    if tty:
        os.environ["FORCE_COLOR"] = "1"
        os.environ["TERM"] = "xterm-256color"
        io_utils.enable_interactive_logging()
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream):
            model.summary(**options)
        captured.append(stream.getvalue())
    else:
        model.summary(print_fn=captured.append, **options)
    assert len(captured) == 1
    operations = model.layers if isinstance(model, keras.Sequential) else model._operations
    expand = options.get("expand_nested", False)
    optimizer = getattr(model, "optimizer", None)
    size = lambda weights: sum(int(w.value.numpy().size) for w in weights)
    CASES.append({
        "name": name,
        "options": {
            "lineLength": options.get("line_length"),
            "showTrainable": options.get("show_trainable", False),
            "columns": columns or 80,
            "ansi": tty,
        },
        "content": {
            "name": model.name,
            "connected": connected,
            "rows": [r for layer in operations for r in rows(model, layer, 0, connected, expand)],
            "trainable": size(model.trainable_weights),
            "nonTrainable": size(model.non_trainable_weights),
            "optimizer": size(optimizer.variables) if optimizer is not None and optimizer.built else None,
        },
        "text": captured[0],
    })


def chapter(top):
    keras.utils.clear_session()
    model = keras.Sequential()
    model.add(keras.Input((28, 28, 1)))
    model.add(L.Conv2D(32, (3, 3), activation="relu"))
    model.add(L.MaxPooling2D((2, 2)))
    model.add(L.Conv2D(64, (3, 3), activation="relu"))
    model.add(L.MaxPooling2D((2, 2)))
    model.add(L.Conv2D(64, (3, 3), activation="relu"))
    if top:
        model.add(L.Flatten())
        model.add(L.Dense(64, activation="relu"))
        model.add(L.Dense(10, activation="softmax"))
    return model


def nested():
    keras.utils.clear_session()
    base = keras.Sequential([keras.Input((16, 16, 3)), L.Conv2D(4, 3), L.BatchNormalization()], name="base")
    base.trainable = False
    return keras.Sequential([base, L.Flatten(), L.Dense(1)])


def branched():
    keras.utils.clear_session()
    x = keras.Input((8, 8, 3))
    a = L.Conv2D(4, 3, padding="same")(x)
    b = L.Conv2D(4, 1)(x)
    h = L.Concatenate()([L.Add()([a, b]), a])
    h = L.GlobalAveragePooling2D(name="a_name_that_is_longer_than_any_column_of_the_table_[could]_ever_be")(h)
    return keras.Model(x, [L.Dense(2)(h), L.Dense(1234, name="wide")(h)])


def shared():
    keras.utils.clear_session()
    a, b = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    dense = L.Dense(4, name="both")
    return keras.Model([a, b], L.Concatenate()([dense(a), dense(b)]), name="siamese")


def nested_functional():
    inner = shared()
    x = keras.Input((6,))
    y = keras.Input((6,))
    return keras.Model([x, y], L.Dense(1)(inner([x, y])), name="outer")


CASES = []
case("chapter base", chapter(False))
model = chapter(True)
case("chapter", model)
for length in [40, 47, 53, 61, 65, 72, 79]:
    case(f"chapter lineLength {length}", model, line_length=length)
for columns in [60, 84, 91, 120]:
    case(f"chapter columns {columns}", model, columns=columns)
    case(f"chapter columns {columns}, trainable", model, columns=columns, show_trainable=True)
case("chapter lineLength 100 in 80 columns", model, line_length=100)
case("chapter lineLength 100 in 120 columns", model, line_length=100, columns=120)
case("chapter terminal", model, tty=True, columns=80)
case("chapter terminal, wide", model, tty=True, columns=120, show_trainable=True)
case("chapter trainable", model, show_trainable=True)
model.compile("rmsprop", "categorical_crossentropy")
case("compiled, not yet trained", model)
model.optimizer.build(model.trainable_variables)
case("compiled and trained", model)
keras.utils.clear_session()
case("unbuilt", keras.Sequential([L.Conv2D(2, 3), L.Dense(3)]))
case("unbuilt terminal", keras.Sequential([L.Conv2D(2, 3), L.Dense(3)]), tty=True)
case("empty", keras.Sequential())
case("long model name", keras.Sequential(name="x" * 40 + " " + "y" * 70))
case("nested", nested())
case("nested expanded", nested(), expand_nested=True)
case("nested expanded, trainable", nested(), expand_nested=True, show_trainable=True)
case("nested expanded, terminal", nested(), expand_nested=True, show_trainable=True, tty=True)
case("nested expanded, narrow", nested(), expand_nested=True, line_length=45)
case("nested lineLength 60", nested(), line_length=60)
for columns in [80, 101, 112, 130]:
    case(f"branched columns {columns}", branched(), connected=True, columns=columns)
    case(f"branched columns {columns}, trainable", branched(), connected=True, columns=columns, show_trainable=True)
for length in range(40, 80, 7):
    case(f"branched lineLength {length}", branched(), connected=True, line_length=length)
case("branched terminal", branched(), connected=True, tty=True, columns=90)
case("shared", shared(), connected=True)
case("shared terminal", shared(), connected=True, tty=True, columns=100)
case("nested functional", nested_functional(), connected=True)
case("nested functional expanded", nested_functional(), connected=True, expand_nested=True)
keras.utils.clear_session()
x = keras.Input((4,))
case("functional in a line", keras.Model(x, L.Dense(3)(x)))
print("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in CASES) + "\n]")
