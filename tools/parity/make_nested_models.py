"""Models inside of models, as real Keras saves them: .keras files with predictions, summaries, and a step of training."""

import tempfile

from common import Fixture, keras, np, uniform
from own_layers import TwoHeads

layers = keras.layers


def block(name, channels):
    """Functional: a residual block."""
    x = keras.Input((6, 6, channels), name=f"{name}_in")
    h = layers.Conv2D(channels, 3, padding="same", use_bias=False, name=f"{name}_conv")(x)
    h = layers.BatchNormalization(name=f"{name}_norm")(h)
    return keras.Model(x, layers.Activation("relu", name=f"{name}_relu")(layers.Add(name=f"{name}_add")([x, h])), name=name)


def three_levels():
    """Functional in Sequential in Functional."""
    stack = keras.Sequential(
        [keras.Input((6, 6, 3)), layers.Conv2D(4, 1), block("first", 4), block("second", 4), layers.MaxPooling2D()], name="stack",
    )
    x = keras.Input((6, 6, 3))
    return keras.Model(x, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(stack(x))), name="outer")


def sequential_of_sequentials():
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3)], name="inner")
    middle = keras.Sequential([inner, layers.BatchNormalization()], name="middle")
    return keras.Sequential([keras.Input((5,)), middle, layers.Dense(2)], name="all")


def shared_model():
    """A model with statistics that is called twice, and whose layer has a name that the outer model has too."""
    x = keras.Input((5,))
    tower = keras.Model(x, layers.BatchNormalization()(layers.Dense(4, activation="tanh", name="dense")(x)), name="tower")
    a, b = keras.Input((5,), name="a"), keras.Input((5,), name="b")
    sum_ = layers.Add(name="sum")([tower(a), tower(b)])
    return keras.Model([a, b], layers.Dense(2, name="dense")(sum_), name="siamese")


def several_ends():
    """The inner model takes two tensors and gives two, which go on apart; the outer one has records."""
    p, q = keras.Input((3,), name="p"), keras.Input((3,), name="q")
    h = layers.Add(name="join")([layers.Dense(4, name="left")(p), layers.Dense(4, name="right")(q)])
    inner = keras.Model([p, q], [layers.Dense(2, name="small")(h), layers.Dense(5, name="large")(h)], name="inner")
    x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y")
    small, large = inner([x, y])
    return keras.Model(
        {"first": x, "second": y}, {"head": layers.Dense(1, name="head")(large), "tail": layers.Activation("tanh", name="tail")(small)}, name="ends",
    )


def record_inside():
    """The inner model takes a record."""
    p, q = keras.Input((3,), name="p"), keras.Input((3,), name="q")
    inner = keras.Model({"b": p, "a": q}, layers.Add(name="join")([layers.Dense(4, name="left")(p), layers.Dense(4, name="right")(q)]), name="inner")
    x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y")
    return keras.Model([x, y], layers.Dense(2, name="last")(inner({"a": x, "b": y})), name="record")


def inner_outputs():
    """The outer model ends at both calls of a model inside."""
    x = keras.Input((3,))
    inner = keras.Model(x, layers.Dense(3, name="square")(x), name="inner")
    y = keras.Input((3,), name="y")
    once = inner(y)
    return keras.Model(y, [once, inner(once)], name="ends_inside")


def layer_of_two_models():
    """A layer that belongs to a model inside and to the outer model."""
    square = layers.Dense(4, activation="tanh", name="square")
    x = keras.Input((4,))
    inner = keras.Model(x, layers.Dense(4, name="last")(square(x)), name="inner")
    y = keras.Input((4,), name="y")
    return keras.Model(y, layers.Add(name="sum")([square(y), inner(y)]), name="shares")


def frozen():
    base = keras.Sequential([keras.Input((6, 6, 3)), layers.Conv2D(4, 3), layers.BatchNormalization()], name="base")
    base.trainable = False
    return keras.Sequential([base, layers.Flatten(), layers.Dense(1, activation="sigmoid")], name="head")


def own_model():
    model = TwoHeads(units=2)
    model(keras.Input((5,)))
    return model


CASES = (
    own_model, three_levels, sequential_of_sequentials, shared_model, several_ends, record_inside, inner_outputs, layer_of_two_models, frozen,
)
SUMMARIES = (
    {},
    {"expand_nested": True},
    {"expand_nested": True, "show_trainable": True},
    {"positions": [0.4, 0.7, 0.85, 1.0], "line_length": 79},
)


def flat(values):
    if isinstance(values, dict):
        return list(values.values())
    return list(values) if isinstance(values, (list, tuple)) else [values]


def layer_range(model):
    names = [layer.name for layer in model.layers]
    return {"layer_range": [names[len(names) // 2], names[-1]], "expand_nested": True}


def summary(model, options):
    lines = []
    model.summary(print_fn=lines.append, **options)
    return {"options": options, "text": "\n".join(lines)}


def reopened(model):
    """The model from a file; where Keras cannot read its own file, the model itself with an optimizer that is built."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            model.save(f"{folder}/model.keras")
            keras.utils.clear_session()
            again = keras.saving.load_model(f"{folder}/model.keras")
            # Keras forgets that a Sequential was frozen; its layers stay so.
            for layer, before in zip(again.layers, model.layers):
                layer.trainable = before.trainable
            return again
    except ValueError:
        model.optimizer.build(model.trainable_variables)
        return model


def main():
    fixture = Fixture("nested-models", "make_nested_models.py", precision="float32")
    for make in CASES:
        keras.utils.clear_session()
        model = make()
        model.set_weights([np.abs(uniform(30 + i, w.shape, 0.6)) if "variance" in model.weights[i].path else uniform(30 + i, w.shape, 0.6) for i, w in enumerate(model.get_weights())])
        model.compile(keras.optimizers.SGD(0.125, momentum=0.5), "mse")
        shapes = [(5,)] if make is own_model else [tensor.shape[1:] for tensor in model.inputs]
        inputs = [uniform(1 + i, (5, *shape), 1) for i, shape in enumerate(shapes)]
        form = None if make is own_model or isinstance(model, keras.Sequential) else model.input
        x = dict(zip(sorted(form), inputs)) if isinstance(form, dict) else (inputs if len(inputs) > 1 else inputs[0])
        outputs = model.predict(x, verbose=0)
        targets = [uniform(11 + i, each.shape, 1) for i, each in enumerate(flat(outputs))]
        y = dict(zip(outputs, targets)) if isinstance(outputs, dict) else (targets if len(targets) > 1 else targets[0])
        texts = [options for options in SUMMARIES if "positions" not in options or "Connected to" in summary(model, {})["text"]]
        case = {
            "name": make.__name__,
            "inputNames": sorted(form) if isinstance(form, dict) else None,
            "outputNames": list(outputs) if isinstance(outputs, dict) else None,
            "layers": [layer.name for layer in model.layers],
            "weights": [weight.path for weight in model.weights],
            "inputs": [fixture.array(each) for each in inputs],
            "outputs": [fixture.array(each) for each in flat(outputs)],
            "targets": [fixture.array(each) for each in targets],
        }
        fixture.save_model(make.__name__, model)
        # Of the model as it comes back, since its optimizer has variables then.
        shown = reopened(model)
        case["summaries"] = [summary(shown, options) for options in [*texts, layer_range(model)]]
        model.train_on_batch(x, y)
        model.train_on_batch(x, y)
        fixture.add(**case, outputsAfterSteps=[fixture.array(each) for each in flat(model.predict(x, verbose=0))])
    fixture.write()


if __name__ == "__main__":
    main()
