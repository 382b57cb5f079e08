"""
Fixture of ResNet-20 for CIFAR (He et al. 2015, arXiv 1512.03385, 4.2): 30 training steps, whole, with a frozen base, and
partly frozen. Losses of the steps and the moving averages of all normalizations after them, computed in float64.

Images, labels and first weights come from the number generator of common.py: step s trains on batch(2000 + s, …); weight w
(in the model's order) starts as weight_values(w, shape), added to what the initializer gives where it has one axis. `python make_resnet.py RATE…`
prints the difference between float32 and float64 for learning rates, and writes no files.
"""

import gzip
import json
import sys

from common import Fixture, batch, float32_policy, keras, np, weight_values

layers = keras.layers
STEPS, SIZE, CLASSES, SHAPE = 30, 16, 10, (32, 32, 3)
DECAY = 1e-4
# Blocks begin near the identity, as in Goyal et al. 2017 (arXiv 1706.02677, 5.1), which trains more evenly.
LAST_GAMMA = 0.05


def conv(x, filters, kernel, strides=1, gamma=1.0):
    rule = keras.regularizers.L2(DECAY)
    make = layers.Conv2D(filters, kernel, strides, "same", use_bias=False, kernel_initializer="he_normal", kernel_regularizer=rule)
    return layers.BatchNormalization(gamma_initializer=keras.initializers.Constant(gamma))(make(x))


def block(x, filters, strides):
    y = layers.Activation("relu")(conv(x, filters, 3, strides))
    y = conv(y, filters, 3, gamma=LAST_GAMMA)
    short = x if strides == 1 else conv(x, filters, 1, strides)
    return layers.Activation("relu")(layers.Add()([short, y]))


def resnet():
    keras.utils.clear_session()
    image = layers.Input(SHAPE)
    x = layers.Activation("relu")(conv(image, 16, 3))
    for stage, filters in enumerate((16, 32, 64)):
        for index in range(3):
            x = block(x, filters, 2 if stage > 0 and index == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    rule = keras.regularizers.L2(DECAY)
    return keras.Model(image, layers.Dense(CLASSES, activation="softmax", kernel_regularizer=rule)(x), name="resnet20")


def normalizations(model):
    return [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]


# Names of frozen layers.
VARIANTS = {
    "whole": lambda model: [],
    "frozen base": lambda model: [layer.name for layer in model.layers[:-1]],
    # The stem and the first stage, and every third normalization of the others, whose convolutions train.
    "partly frozen": lambda model: [layer.name for layer in model.layers[:24]] + [n.name for n in normalizations(model)[7::3]],
}


def train(frozen, rate, data):
    model = resnet()
    names = frozen(model)
    for index, weight in enumerate(model.weights):
        first = weight.numpy() if len(weight.shape) == 1 else 0.0
        weight.assign(first + weight_values(index, weight.shape))
    for name in names:
        model.get_layer(name).trainable = False
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), "categorical_crossentropy")
    losses = []
    for x, y in data:
        model.reset_metrics()
        losses.append(float(np.ravel(model.train_on_batch(x, y))[0]))
    statistics = [w.numpy() for n in normalizations(model) for w in (n.moving_mean, n.moving_variance)]
    return model, names, losses, statistics


def both(frozen, rate, data):
    results = {}
    for precision in ("float32", "float64"):
        keras.config.set_floatx(precision)
        results[precision] = train(frozen, rate, data)
    _, _, losses, statistics = results["float64"]
    differs = {
        "losses": float(np.max(np.abs(np.array(results["float32"][2]) / np.array(losses) - 1))),
        "statistics": float(max(np.abs(a - b).max() / np.abs(b).max() for a, b in zip(results["float32"][3], statistics))),
    }
    print(f"rate {rate}: {losses[0]:.4f} -> {losses[-1]:.4f}, float32 differs by {differs}", flush=True)
    return results["float64"], differs


def main(rates):
    drawn = (batch(2000 + s, SIZE, CLASSES, *SHAPE) for s in range(STEPS))
    data = [(x, np.eye(CLASSES, dtype=np.float32)[labels]) for x, labels in drawn]
    if rates:
        for rate in rates:
            for name, frozen in VARIANTS.items():
                print(name, end=", ")
                both(frozen, float(rate), data)
        return
    fixture = Fixture("resnet20", "make_resnet.py", steps=STEPS, batchSize=SIZE, precision="computed in float64")
    for name, frozen in VARIANTS.items():
        rate = 0.001
        (model, names, losses, statistics), differs = both(frozen, rate, data)
        fixture.add(
            name=name,
            learningRate=rate,
            frozen=names,
            float32KerasDiffersBy=differs,
            losses=fixture.array(losses, "float64"),
            statistics=[fixture.array(values) for values in statistics],
        )
    fixture.write()
    keras.config.set_floatx("float32")
    config = json.dumps(float32_policy({"class_name": "Functional", "config": resnet().get_config()}))
    (fixture.folder / "config.json.gz").write_bytes(gzip.compress(config.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1:])
