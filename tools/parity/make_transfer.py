"""Fine-tuning the last blocks of a small network like MobileNetV2: counts, a summary, and 20 steps as Keras takes them."""

from common import Fixture, keras, np, uniform
from keras import layers

STEPS = 20
BATCH = 8
SIZE = 32
CLASSES = 4
OPEN_FROM = "block_2_expand"


def block(x, name, filters, strides):
    shortcut = x
    x = layers.Conv2D(4 * x.shape[-1], 1, use_bias=False, name=f"{name}_expand")(x)
    x = layers.BatchNormalization(momentum=0.999, name=f"{name}_expand_BN")(x)
    x = layers.ReLU(6.0, name=f"{name}_expand_relu")(x)
    x = layers.DepthwiseConv2D(3, strides, padding="same", use_bias=False, name=f"{name}_depthwise")(x)
    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_depthwise_BN")(x)
    x = layers.ReLU(6.0, name=f"{name}_depthwise_relu")(x)
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_project")(x)
    x = layers.BatchNormalization(name=f"{name}_project_BN")(x)
    return layers.Add(name=f"{name}_add")([shortcut, x]) if shortcut.shape[-1] == filters else x


def make_base():
    inputs = keras.Input((SIZE, SIZE, 3), name="image")
    x = layers.Conv2D(8, 3, 2, padding="same", use_bias=False, name="Conv1")(inputs)
    x = layers.ReLU(6.0, name="Conv1_relu")(layers.BatchNormalization(name="bn_Conv1")(x))
    for i, (filters, strides) in enumerate([(8, 1), (12, 2), (12, 1), (16, 2)]):
        x = block(x, f"block_{i}", filters, strides)
    return keras.Model(inputs, x, name="base")


def make_model(normalizations_train):
    """The base as a layer, open from OPEN_FROM on, and a head."""
    base = make_base()
    for i, weight in enumerate(base.weights):
        values = uniform(100 + i, weight.shape, 1.0)
        if weight.path.endswith(("gamma", "moving_variance")):
            values = 1 + 0.3 * values
        elif weight.path.endswith(("beta", "moving_mean")):
            values = 0.3 * values
        else:
            values = values * np.sqrt(6 / np.prod(weight.shape[:-1]))
        weight.assign(values)
    base.trainable = True
    is_open = False
    for layer in base.layers:
        is_open = is_open or layer.name == OPEN_FROM
        frozen = isinstance(layer, layers.BatchNormalization) and not normalizations_train
        layer.trainable = is_open and not frozen
    model = keras.Sequential(
        [
            base,
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(CLASSES, activation="softmax", name="classes"),
        ],
        name="transfer",
    )
    dense = model.get_layer("classes")
    dense.kernel.assign(uniform(90, dense.kernel.shape, 0.5))
    return model


def data(step):
    x = uniform(1000 + step, (BATCH, SIZE, SIZE, 3), 1.0)
    labels = (np.arange(BATCH) * 7 + step) % CLASSES
    # A trace of the class in each image, so that there is something to learn.
    x[np.arange(BATCH), :, :, labels % 3] += 0.3 * (labels[:, None, None] - 1)
    return x.astype("float32"), labels.astype("int32")


def main():
    fixture = Fixture("transfer", "make_transfer.py", steps=STEPS, batch=BATCH, openFrom=OPEN_FROM)
    for name, train in [("frozen normalizations", False), ("normalizations that train", True)]:
        optimizer = keras.optimizers.RMSprop(1e-3) if train else keras.optimizers.Adam(1e-3)
        model = make_model(train)
        fixture.save_model("before" if not train else "before-open", model)
        model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
        losses = [float(model.train_on_batch(*data(step))) for step in range(STEPS)]
        lines = []
        model.summary(print_fn=lines.append, show_trainable=True, expand_nested=True, line_length=100)
        fixture.add(
            name=name,
            optimizer="rmsprop" if train else "adam",
            learningRate=1e-3,
            file="before-open" if train else "before",
            trainable=[w.path for w in model.trainable_weights],
            nonTrainable=int(sum(np.prod(w.shape) for w in model.non_trainable_weights)),
            optimizerParams=int(sum(np.prod(w.shape) for w in optimizer.variables)),
            summary="\n".join(lines),
            losses=losses,
            weights=[fixture.array(w) for w in model.get_weights()],
            outputs=fixture.array(model.predict(data(99)[0], verbose=0)),
        )
    fixture.write()


main()
