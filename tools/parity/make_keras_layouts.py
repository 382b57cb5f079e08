"""Small files that real Keras saved, one for each way to describe a graph, with inputs and predictions."""

from common import Fixture, keras, np

SEED = 20254

layers = keras.layers


def dropout():
    """Keras notes `training` for each call of a layer that knows it, whether the user gave it or not."""
    x = keras.Input((6,))
    hidden = layers.Dropout(0.5)(layers.Dense(5, activation="tanh")(x))
    return keras.Model(x, layers.Dense(2)(layers.Dropout(0.25)(hidden, training=True)))


def list_of_one():
    x = keras.Input((6,))
    return keras.Model([x], [layers.Dense(2, name="out")(x)])


def record_of_one():
    x = keras.Input((6,), name="x")
    return keras.Model({"x": x}, {"out": layers.Dense(2, name="out")(x)})


def fixed_batch():
    return keras.Sequential([keras.Input(batch_shape=(3, 6)), layers.Dense(4, activation="relu"), layers.Dense(2)])


def fixed_batch_graph():
    x = keras.Input(batch_shape=(3, 6))
    return keras.Model(x, layers.Dense(2)(layers.Dense(4, activation="relu")(x)))


def shared_input():
    """The sub-model is called on its own input (github.com/keras-team/keras/issues/19509)."""
    x = keras.Input((6,))
    first = keras.Model(x, layers.Dense(3, activation="tanh")(x), name="first")
    y = keras.Input((3,))
    second = keras.Model(y, layers.Dense(2)(y), name="second")
    return keras.Model(x, second(first(x)))


def variable_size():
    x = keras.Input((None, None, 3), name="image")
    return keras.Model(x, layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3, name="conv")(x)))


CASES = (dropout, list_of_one, record_of_one, fixed_batch, fixed_batch_graph, shared_input, variable_size)


def main():
    fixture = Fixture("keras-layouts", "make_keras_layouts.py", seed=SEED, precision="float32")
    rng = np.random.default_rng(SEED)
    for make in CASES:
        keras.utils.clear_session()
        keras.utils.set_random_seed(SEED)
        model = make()
        x = rng.random((5, 6, 6, 3) if make is variable_size else (5, 6), dtype=np.float32)
        for weight in model.weights:
            if weight.name != "seed_generator_state":
                weight.assign(rng.normal(0, 0.4, weight.shape))
        output = model.predict({"x": x} if make is record_of_one else x, verbose=0)
        form = "record" if isinstance(output, dict) else "list" if isinstance(output, list) else "one"
        values = output["out"] if form == "record" else output
        fixture.save_model(make.__name__, model)
        fixture.add(name=make.__name__, form=form, input=fixture.array(x), output=fixture.array(values))
    fixture.write()


if __name__ == "__main__":
    main()
