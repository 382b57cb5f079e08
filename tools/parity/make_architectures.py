"""
Architectures of keras.applications and a U-Net: configs, what weights they have, outputs, three training steps.

Weights are no part of the fixture: both sides compute them (`architecture_weights`, tests/support/architecture-weights.ts).
Fixtures have every layer of the architecture at an eighth of its width (NASNet an eleventh).

make_architectures.py [NAME…]       the fixtures, all or some
make_architectures.py full FOLDER   the architectures in full width, for tools/architectures.mjs
"""

import gzip
import json
import sys
from pathlib import Path

from common import FIXTURES, float32_policy, keras, np, tf, uniform, versions

apps = keras.applications
layers = keras.layers
CLASSES = 10
BATCH = 8
STEPS = 3
RATE = 1e-3
# In training, where a larger one would let steps of frozen normalizations diverge.
TRAINING_GAIN = 3


def top(build, size, **options):
    return lambda: build(
        input_shape=(size, size, 3), weights=None, classes=CLASSES, classifier_activation=None, **options
    )


def u_net():
    """Ronneberger et al. 2015, with normalization; up by transposed convolution and by UpSampling2D."""

    def block(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization()(x))
        return x

    inputs = keras.Input((32, 32, 3))
    x, skips = inputs, []
    for filters in (64, 128, 256):
        x = block(x, filters)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = block(x, 512)
    for filters, skip in zip((256, 128, 64), reversed(skips)):
        if filters == 128:
            x = layers.UpSampling2D(2, interpolation="bilinear")(x)
        else:
            x = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
        x = block(layers.Concatenate()([skip, x]), filters)
    return keras.Model(inputs, layers.Conv2D(1, 1)(x), name="u_net")


# How to build each.
ARCHITECTURES = {
    "mobilenet_v2": top(apps.MobileNetV2, 96),
    "mobilenet_v3_small": top(apps.MobileNetV3Small, 64),
    "mobilenet_v3_large": top(apps.MobileNetV3Large, 64),
    "efficientnet_b0": top(apps.EfficientNetB0, 64),
    "resnet50": top(apps.ResNet50, 96),
    "densenet121": top(apps.DenseNet121, 64),
    "xception": top(apps.Xception, 75),
    "inception_v3": top(apps.InceptionV3, 139),
    "convnext_tiny": top(apps.ConvNeXtTiny, 64),
    "nasnet_mobile": top(apps.NASNetMobile, 64),
    "u_net": u_net,
}

# Where joined halves must be as wide as the whole.
FACTORS = {"nasnet_mobile": 11}


def thinner(filters, factor):
    """A part of the channels, rounded up, at least 2; the images' own and the classes stay."""
    return filters if filters in (1, 3, CLASSES) else max(2, -(-filters // factor))


def thin(value, factor):
    """A config with fewer channels everywhere, and nothing that is random in training."""
    if isinstance(value, list):
        return [thin(item, factor) for item in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for key, item in value.items():
        if key in ("filters", "units", "groups", "projection_dim"):
            item = thinner(item, factor)
        elif key in ("target_shape", "batch_shape", "build_input_shape") and len(item) > 1:
            item = [*item[:-1], thinner(item[-1], factor)]
        elif key in ("rate", "drop_path_rate"):
            item = 0.0
        elif key not in ("build_config", "keras_history"):
            item = thin(item, factor)
        result[key] = item
    return result


def without_build(value):
    """A config without the shapes that layers were built for."""
    if isinstance(value, list):
        return [without_build(item) for item in value]
    if isinstance(value, dict):
        return {key: without_build(item) for key, item in value.items() if key != "build_config"}
    return value


def architecture_weights(index, name, shape, gain):
    """
    The numbers of weight `index`, so that activations keep their size from layer to layer. LayerScale's weight has no name
    of its own and is around 0.
    """
    if len(shape) > 1:
        fan_in = int(np.prod(shape[:2])) if name == "depthwise_kernel" else int(np.prod(shape[:-1]))
        return uniform(index, shape, float(np.sqrt(gain / fan_in)))
    spread = uniform(index, shape, 0.25)
    return (spread + np.float32(1)).astype(np.float32) if name in ("gamma", "moving_variance", "variance") else spread


def set_weights(model, gain):
    model.set_weights([architecture_weights(i, w.name, w.shape, gain) for i, w in enumerate(model.weights)])
    for layer in model.layers:
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()


def fitting_gain(model):
    """The least gain with which outputs depend on the image: in many architectures its trace fades from layer to layer."""
    for gain in (3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128):
        set_weights(model, gain)
        first, second = (np.asarray(model(images(stream, model, 1), training=False)) for stream in (1, 2))
        if difference(second, first) > 0.02:
            return gain
    raise ValueError(f"{model.name}: no gain keeps the image's trace.")


def images(stream, model, samples):
    """Images as their architecture takes them: 0…255 where a layer rescales, else -1…1."""
    shape = (samples, *model.input_shape[1:])
    rescales = any(isinstance(layer, (layers.Rescaling, layers.Normalization)) for layer in model.layers)
    x = uniform(stream, shape, 1.0)
    return (x * np.float32(127.5) + np.float32(127.5)).astype(np.float32) if rescales else x


def targets(step, model):
    """Numbers from -1 to 1 of the output's shape."""
    return uniform(0x7A46 + step, (BATCH, *model.output_shape[1:]), 1.0)


def train(model):
    """
    Losses of three steps, the outputs after them, and how far each weight moved on average. Eager: tracing graphs of
    hundreds of layers takes longer than these steps.
    """
    before = model.get_weights()
    optimizer = keras.optimizers.SGD(RATE, momentum=0.9)
    losses = []
    for step in range(STEPS):
        y = tf.cast(targets(step, model), model.dtype)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(images(0x1B47 + step, model, BATCH), training=True) - y) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        losses.append(float(loss))
    return losses, outputs_of(model), [float(np.abs(b - a).mean()) for a, b in zip(before, model.get_weights())]


def outputs_of(model):
    return np.asarray(model(images(0x1A6E, model, 1), training=False))


def freeze_normalizations(model):
    for layer in model.layers:
        layer.trainable = not isinstance(layer, layers.BatchNormalization)


def describe(model):
    return {
        "config": without_build(json.loads(json.dumps(keras.saving.serialize_keras_object(model)))),
        "weights": [[w.path, list(w.shape)] for w in model.weights],
    }


def rebuilt(config, floats):
    """The model of a config, which computes in `floats`."""
    keras.utils.clear_session()
    keras.backend.set_floatx(floats)
    text = json.dumps(config).replace('"float32"', f'"{floats}"')
    return keras.saving.deserialize_keras_object(json.loads(text))


def runs(model):
    """Training with normalizations that train and that are frozen, each from the first weights."""
    set_weights(model, TRAINING_GAIN)
    found = {"free": train(model)}
    if any(isinstance(layer, layers.BatchNormalization) for layer in model.layers):
        set_weights(model, TRAINING_GAIN)
        freeze_normalizations(model)
        found["frozen"] = train(model)
    return found


def difference(a, b):
    return float(np.max(np.abs(np.subtract(a, b))) / np.max(np.abs(b)))


def rounded(values):
    """Numbers with the digits of float32."""
    return [float(f"{value:.9g}") for value in np.ravel(values)]


def write_thin(name):
    keras.backend.set_floatx("float32")
    config = thin(describe(ARCHITECTURES[name]())["config"], FACTORS.get(name, 8))
    exact = rebuilt(config, "float64")
    about = float32_policy(describe(exact))
    gain = fitting_gain(exact)
    case = {"gain": gain, "params": exact.count_params(), "outputs": rounded(outputs_of(exact))}
    found, single = runs(exact), runs(rebuilt(config, "float32"))
    for kind in ("free", "frozen"):
        if kind in found:
            losses, outputs, moves = found[kind]
            off = [difference(a, b) for a, b in zip(single[kind], found[kind])]
            case[kind] = {
                "losses": rounded(losses),
                "outputs": rounded(outputs),
                "moves": rounded(moves),
                "float32KerasDiffersBy": off,
            }
            print(name, kind, len(exact.layers), case["params"], off, flush=True)
    facts = {"script": "tools/parity/make_architectures.py", "versions": versions(), "batchSize": BATCH}
    folder = FIXTURES / "parity" / "architectures"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**facts, **case, **about})
    (folder / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def write_full(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in ARCHITECTURES.items():
        keras.utils.clear_session()
        model = build()
        gain = fitting_gain(model)
        outputs = outputs_of(model)
        about = {**describe(model), "gain": gain, "params": model.count_params(), "outputs": np.asarray(outputs).ravel().tolist()}
        (folder / f"{name}.json").write_text(json.dumps(about))
        print(name, len(model.layers), about["params"], np.abs(outputs).max(), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["full"]:
        write_full(Path(sys.argv[2]))
    else:
        for each in sys.argv[1:] or ARCHITECTURES:
            write_thin(each)
