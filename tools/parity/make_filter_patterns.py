"""
Gradient ascent in the space of images, by TensorFlow's GradientTape in float64: images after one step and after several, for each
filter of a layer. A filter that answers nothing climbs by its values before the ReLU. The models are those of
make_class_activation.py, whose files are opened here.
"""

import gzip
import tempfile
from pathlib import Path

from common import FIXTURES, Fixture, keras, np, tf, uniform

layers = keras.layers
STEPS = 5

# Model, path of the layer, filters, size of the images, the numbers for black and white, smoothness and blur.
CASES = [
    ("chain-relu", "relu", [0, 3, 5], (12, 12), (0, 255), 0, 0),
    ("chain-relu", "top", [2, 0], (12, 12), (0, 1), 0, 0),
    ("nested-base", "base/separable", [0, 1, 2], (10, 9), (0, 255), 0, 0),
    ("nested-base", "base/leaky", [4], (14, 17), (0, 1), 0, 0),
    ("residual-relu", "sum", [0, 1], (8, 8), (-1, 1), 0, 0),
    ("residual-relu", "sum", [3], (8, 8), (0, 1), 0.3, 0.5),
]


def opened(name):
    """The model in float64."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        packed = FIXTURES / "parity" / "class-activation" / f"{name}.keras.gz"
        path.write_bytes(gzip.decompress(packed.read_bytes()))
        model = keras.saving.load_model(path)
    config = keras.saving.serialize_keras_object(model)
    keras.config.set_dtype_policy("float64")
    double = keras.saving.deserialize_keras_object(doubled(config))
    double.set_weights(model.get_weights())
    keras.config.set_dtype_policy("float32")
    return double


def doubled(value):
    if isinstance(value, dict):
        return {key: doubled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [doubled(one) for one in value]
    return "float64" if value == "float32" else value


def front(model, path, size):
    """
    Functions of images: the layer's answers, of the last layer those before its softmax; and those before its ReLU, None where it
    has none.
    """
    names = path.split("/")
    inner = model.get_layer(names[0]) if len(names) == 2 else model
    layer = inner.get_layer(names[-1])
    if names[-1] == "top":
        layer.activation = keras.activations.linear
    if size == inner.input_shape[1:3]:
        answers = keras.Model(inner.inputs, layer.output)
        if names[-1] == "relu":
            return answers, keras.Model(inner.inputs, layer.input)
        if names[-1] != "separable":
            return answers, None
        linear = layers.SeparableConv2D.from_config({**layer.get_config(), "activation": "linear"})
        unrectified = keras.Model(inner.inputs, linear(layer.input))
        linear.set_weights(layer.get_weights())
        return answers, unrectified
    x = keras.Input((*size, inner.input_shape[3]))
    y = x
    for each in inner.layers:
        y = each(y)
        if each is layer:
            return keras.Model(x, y), None


def normalized(gradient):
    return gradient / (np.sqrt(np.mean(np.square(gradient))) + 1e-5)


def blurred(x, deviation):
    def matrix(extent):
        at = np.arange(extent)
        distance = at[None] - at[:, None]
        weights = np.where(np.abs(distance) <= np.ceil(3 * deviation), np.exp(-(distance**2) / (2 * deviation**2)), 0)
        return weights / weights.sum(1, keepdims=True)

    return np.einsum("ih,jw,nhwc->nijc", matrix(x.shape[1]), matrix(x.shape[2]), x)


def ascended(answers, unrectified, start, filter_, unit, smoothness, blur):
    """The images after each step."""
    x, found = start, []
    for _ in range(STEPS):
        with tf.GradientTape(persistent=True) as tape:
            images = tf.constant(x)
            tape.watch(images)
            loss = tf.reduce_mean(answers(images)[..., filter_])
            if unrectified is not None and loss == 0:
                loss = tf.reduce_mean(unrectified(images)[..., filter_])
            rough = tf.reduce_sum(tf.square(images[:, 1:] - images[:, :-1])) + tf.reduce_sum(
                tf.square(images[:, :, 1:] - images[:, :, :-1])
            )
        direction = normalized(tape.gradient(loss, images).numpy())
        if smoothness:
            direction = direction - smoothness * normalized(tape.gradient(rough, images).numpy())
        x = x + unit * direction
        if blur:
            x = blurred(x, blur)
        found.append(x)
    return found


fixture = Fixture("filter-patterns", "make_filter_patterns.py", steps=STEPS)
for number, (name, path, filters, size, (black, white), smoothness, blur) in enumerate(CASES):
    model = opened(name)
    functions = front(model, path, size)
    unit = (white - black) / 255
    channels = model.input_shape[3]
    start = (black + (138 + uniform(number + 1, (1, *size, channels), 10).astype(np.float64)) * unit).astype(np.float32)
    runs = [ascended(*functions, start.astype(np.float64), each, unit, smoothness, blur) for each in filters]
    fixture.add(
        model=name, layer=path, filters=filters, size=size, stepSize=unit, smoothness=smoothness, blur=blur,
        start=fixture.array(start),
        first=fixture.array(np.concatenate([run[0] for run in runs]) - start, "float64"),
        last=fixture.array(np.concatenate([run[-1] for run in runs]) - start, "float64"),
    )  # fmt: skip
    moved = [float(np.abs(run[0] - start).max()) for run in runs]
    print(name, path, moved)
fixture.write()
