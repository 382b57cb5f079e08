"""Fixtures of models with several inputs and outputs: whole runs of `fit`, from equal weights, on equal batches."""

from common import Fixture, keras, np, uniform

keras.config.set_floatx("float64")

SAMPLES, VALIDATION, BATCH, EPOCHS = 22, 10, 8, 2
layers, losses, metrics = keras.layers, keras.losses, keras.metrics


def network(form):
    """Two inputs through one shared layer; three outputs. `form`: how inputs and outputs are arranged."""
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = layers.Dense(5, activation="tanh", name="shared")
    h = layers.Add(name="both")([shared(a), shared(b)])
    bit = layers.Dense(1, activation="sigmoid", name="bit")(h)
    kind = layers.Dense(3, activation="softmax", name="kind")(h)
    place = layers.Dense(2, name="place")(h)
    if form == "record":
        return keras.Model({"left": a, "right": b}, {"p": bit, "q": kind, "r": place})
    return keras.Model([a, b], [bit, kind, place])


def data(stream, samples):
    """Inputs, targets and weights by the names of layers."""
    a, b = uniform(stream, (samples, 4), 1), uniform(stream + 1, (samples, 4), 1)
    bit = (uniform(stream + 2, (samples, 1), 1) > 0).astype("float32")
    kind = np.floor((uniform(stream + 3, (samples,), 1) + 1) * 1.5).astype("float32")
    place = uniform(stream + 4, (samples, 2), 1)
    weights = [np.round((uniform(stream + 5 + i, (samples,), 1) + 1) * 4) / 4 for i in range(3)]
    return [a, b], [bit, kind, place], [w.astype("float32") for w in weights]


ALL = ["binary_crossentropy", "sparse_categorical_crossentropy", "mse"]

# By name: arrangement, options of compile, which targets are given (default: all), which weights (a list of places, or
# one place for all outputs), and whether there is validation data.
CASES = {
    "lists": {"form": "list", "compile": {"loss": ALL, "metrics": [["accuracy"], ["accuracy"], ["mae"]]}},
    "records by the layers' names": {
        "form": "list",
        "targets": "record",
        "compile": {
            "loss": {"bit": ALL[0], "kind": ALL[1], "place": ALL[2]},
            "loss_weights": {"bit": 1.0, "kind": 0.5, "place": 3.0},
            "metrics": {"place": ["mae", "mse"], "bit": ["accuracy"]},
        },
        "validation": True,
    },
    "records by names of their own": {
        "form": "record",
        "targets": "record",
        "compile": {
            "loss": {"p": ALL[0], "q": ALL[1], "r": ALL[2]},
            "loss_weights": {"p": 0.25, "q": 2.0, "r": 1.0},
            "metrics": {"q": ["accuracy"]},
            "weighted_metrics": {"q": ["accuracy"], "r": ["mae"]},
        },
        "weights": [0, 1, 2],
        "validation": True,
    },
    "one loss for all": {"form": "list", "compile": {"loss": "mse", "metrics": [["mae"], None, None]}, "kinds": "floats"},
    "metrics of an output without a loss": {
        "form": "list",
        "compile": {
            "loss": [ALL[0], None, ALL[2]],
            "metrics": [None, ["accuracy"], ["mae"]],
            "weighted_metrics": [None, ["accuracy"], None],
        },
        "weights": [2, 0, 1],
        "validation": True,
    },
    "losses of a part of a record": {
        "form": "record",
        "targets": "record",
        "compile": {"loss": {"r": ALL[2]}, "metrics": {"p": ["mse"], "r": ["mae"]}},
    },
    "targets of a part": {"form": "list", "targets": [0, 2], "compile": {"loss": [ALL[0], None, ALL[2]]}},
    "weights by place": {
        "form": "list",
        "compile": {"loss": ALL, "loss_weights": [1.0, 0.5, 2.0], "weighted_metrics": [["accuracy"], ["accuracy"], ["mae"]]},
        "weights": [0, 1, 2],
        "validation": True,
    },
    "the same weights for all": {
        "form": "list",
        "compile": {"loss": ALL, "metrics": [["mse"], None, None], "weighted_metrics": [["mse"], None, ["mae"]]},
        "weights": 1,
    },
}


class Steps(keras.callbacks.Callback):
    """The logs after each batch."""

    def __init__(self):
        super().__init__()
        self.logs = []

    def on_train_batch_end(self, batch, logs=None):
        self.logs.append({name: float(value) for name, value in logs.items()})


def arranged(values, form, names):
    """A list of the chosen places, or a record."""
    if form == "record":
        return dict(zip(names, values))
    return values if form == "list" else [values[i] for i in form]


def main():
    fixture = Fixture(
        "several-outputs", "make_several_outputs.py",
        samples=SAMPLES, validation=VALIDATION, batchSize=BATCH, epochs=EPOCHS,
    )
    for name, case in CASES.items():
        model = network(case["form"])
        model.set_weights([uniform(100 + i, w.shape, 0.8) for i, w in enumerate(model.get_weights())])
        before = model.get_weights()
        model.compile(optimizer=keras.optimizers.SGD(0.125, momentum=0.5), **case["compile"])
        outputs = ["p", "q", "r"] if case["form"] == "record" else ["bit", "kind", "place"]
        inputs = ["left", "right"] if case["form"] == "record" else ["a", "b"]

        def given(stream, samples):
            x, y, weights = data(stream, samples)
            if case.get("kinds") == "floats":
                y[1] = np.eye(3, dtype="float32")[y[1].astype(int)]
            target_form = case.get("targets", "list")
            xs = arranged(x, case["form"], inputs)
            ys = arranged(y, target_form, outputs)
            chosen = case.get("weights")
            if chosen is None:
                return xs, ys, None
            if isinstance(chosen, int):
                return xs, ys, weights[chosen]
            return xs, ys, arranged([weights[i] for i in chosen], target_form, outputs)

        x, y, weights = given(1, SAMPLES)
        held = given(50, VALIDATION)
        steps = Steps()
        validation = {"validation_data": held if held[2] is not None else held[:2]} if case.get("validation") else {}
        history = model.fit(
            x, y, sample_weight=weights, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0, callbacks=[steps], **validation,
        ).history
        evaluated = {"sample_weight": weights, "batch_size": BATCH, "verbose": 0}
        as_list = model.evaluate(x, y, **evaluated)
        predicted = model.predict(x, verbose=0)
        named = list(predicted.values()) if isinstance(predicted, dict) else predicted
        fixture.add(
            name=name,
            form=case["form"],
            targets=case.get("targets", "list"),
            compile=case["compile"],
            kinds=case.get("kinds"),
            sampleWeights=case.get("weights"),
            validated=bool(case.get("validation")),
            history=history,
            steps=steps.logs,
            evaluation=as_list if isinstance(as_list, list) else [as_list],
            evaluationNames=list(model.evaluate(x, y, **evaluated, return_dict=True)),
            before=[fixture.array(w) for w in before],
            after=[fixture.array(w, "float64") for w in model.get_weights()],
            predictions=[fixture.array(p, "float64") for p in named],
            predictionNames=list(predicted) if isinstance(predicted, dict) else None,
        )
    x, y, weights = data(1, SAMPLES)
    held_x, held_y, held_weights = data(50, VALIDATION)
    facts = {"x": x, "y": y, "weights": weights, "heldX": held_x, "heldY": held_y, "heldWeights": held_weights}
    fixture.manifest["data"] = {key: [fixture.array(each) for each in values] for key, values in facts.items()}
    fixture.write()


if __name__ == "__main__":
    main()
