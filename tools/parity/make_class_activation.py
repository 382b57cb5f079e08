"""
Class activation and attribution: .keras files of three models, one of them nested, with the maps that real Keras computes, their
gradients from TensorFlow's GradientTape, and what the methods' papers make of them, in NumPy. The files are float32, all else is
computed in float64.
"""

from common import Fixture, keras, np, tf, uniform

layers = keras.layers
METHODS = {}
STEPS, BASELINE = 20, 0.25


def chain():
    """Convolution, normalization and ReLU6 apart; pooled over whole maps."""
    return keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(4, 3, activation="relu", name="first"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Conv2D(6, 3, use_bias=False, name="second"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(max_value=6.0, name="relu"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(3, activation="softmax", name="top"),
        ],
        name="chain",
    )


def nested():
    """A base inside of the model, which has two dense layers after it."""
    base = keras.Sequential(
        [
            keras.Input((10, 9, 3)),
            layers.Conv2D(5, 3, strides=2, padding="same", name="first"),
            layers.LeakyReLU(negative_slope=0.1, name="leaky"),
            layers.SeparableConv2D(7, 3, activation="relu", name="separable"),
        ],
        name="base",
    )
    hidden = layers.Dense(8, activation="tanh", name="hidden")
    top = layers.Dense(4, activation="softmax", name="top")
    return keras.Sequential([keras.Input((10, 9, 3)), base, layers.Flatten(name="flatten"), hidden, top], name="nested")


def residual():
    """Four channels; two ways that are added up, and a single sigmoid unit."""
    x = keras.Input((8, 8, 4))
    h = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(x)
    added = layers.Add(name="sum")([x, layers.Conv2D(4, 3, padding="same", name="second")(h)])
    maps = layers.Activation("relu", name="relu")(added)
    flat = layers.Flatten(name="flatten")(layers.AveragePooling2D(2, name="pool")(maps))
    return keras.Model(x, layers.Dense(1, activation="sigmoid", name="top")(flat), name="residual")


# The layer whose maps are explained, and its path. The last one stands before a max pooling, where zeros have gradients.
MODELS = [(chain, "relu", "relu"), (nested, "base", "base/separable"), (residual, "relu", "relu"), (chain, "first", "first")]


def method(function):
    METHODS[function.__name__] = function
    return function


@method
def gradCam(a, g):
    return (a * g.mean((0, 1))).sum(-1)


@method
def gradCamPlusPlus(a, g):
    below = 2 * g**2 + a.sum((0, 1)) * g**3
    alpha = np.divide(g**2, below, out=np.zeros_like(g), where=below != 0)
    return (a * (alpha * np.maximum(g, 0)).sum((0, 1))).sum(-1)


@method
def hiResCam(a, g):
    return (a * g).sum(-1)


@method
def layerCam(a, g):
    return (a * np.maximum(g, 0)).sum(-1)


@method
def xGradCam(a, g):
    total = a.sum((0, 1))
    share = np.divide(a, total, out=np.zeros_like(a), where=total != 0)
    return (a * (share * g).sum((0, 1))).sum(-1)


@method
def eigenCam(a, g):
    flat = a.reshape(-1, a.shape[-1])
    heat = flat @ np.linalg.svd(flat, full_matrices=False)[2][0]
    return (heat * np.sign(heat.sum())).reshape(a.shape[:2])


def score_cam(score, image, a):
    """Masked images of all maps that are not the same everywhere, weighed by softmax."""
    low, high = a.min((0, 1)), a.max((0, 1))
    used = np.flatnonzero(high > low)
    masks = ((a - low)[..., used] / (high - low)[used]).transpose(2, 0, 1)[..., None]
    masked = image * tf.image.resize(masks.astype(np.float32), image.shape[:2]).numpy().astype(np.float64)
    scores = score(masked)
    weights = np.exp(scores - scores.max())
    return (a[..., used] * (weights / weights.sum())).sum(-1)


def heatmap(heat):
    warm = np.maximum(heat, 0)
    return warm if warm.max() == 0 else warm / warm.max()


class Scores:
    """The model in two pieces, from the image to the maps and from there to the score of a class."""

    def __init__(self, model, layer, of, target):
        self.model, self.of, self.target = model, of, target
        output = model.get_layer(layer).output
        self.front = keras.Model(model.inputs, output)
        top = model.layers[-1]
        self.rest = keras.Model(output, top.input)

    def of_maps(self, maps):
        top = self.model.layers[-1]
        values = tf.matmul(self.rest(maps), top.kernel) + top.bias
        if self.of == "probability":
            values = top.activation(values)
        if values.shape[-1] > 1:
            return values[:, self.target]
        return values[:, 0] if self.target == 1 else (1 if self.of == "probability" else 0) - values[:, 0]

    def __call__(self, images):
        return self.of_maps(self.front(tf.constant(images))).numpy()

    def map_gradient(self, image):
        maps = self.front(tf.constant(image[None]))
        with tf.GradientTape() as tape:
            tape.watch(maps)
            score = self.of_maps(maps)
        return maps.numpy()[0], tape.gradient(score, maps).numpy()[0]

    def gradients(self, images):
        x = tf.constant(images)
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = tf.reduce_sum(self.of_maps(self.front(x)))
        return tape.gradient(score, x).numpy()


def integrated(scores, image):
    parts = np.linspace(0, 1, STEPS + 1)[:, None, None, None]
    gradients = scores.gradients(BASELINE + parts * (image - BASELINE))
    return (gradients[:-1] + gradients[1:]).mean(0) / 2 * (image - BASELINE)


@tf.custom_gradient
def guided_relu(x):
    y = tf.nn.relu(x)
    return y, lambda dy: tf.nn.relu(dy) * tf.cast(y > 0, x.dtype)


def guided(make, weights, layer, of, target, image):
    """The gradients of the model with guided rectifiers, whose activations are all plain ReLU."""
    model = make()
    model.set_weights(weights)
    for each in model.layers:
        if getattr(each, "activation", None) is keras.activations.relu:
            each.activation = guided_relu
    return Scores(model, layer, of, target).gradients(image[None])[0]


def weights_of(model, stream):
    """Kernels so large that scores differ; variances of normalizations stay above 0."""
    return [np.abs(v) + 0.5 if "variance" in w.name else v for i, w in enumerate(model.weights) for v in [uniform(stream + i, w.shape, 0.6)]]


def add_case(fixture, make, number, layer, path, of, target, sample):
    model = make()
    model.set_weights(weights_of(model, 100 * number))
    image = np.abs(uniform(7 + 10 * number + sample, model.input_shape[1:], 1)).astype(np.float64)
    scores = Scores(model, layer, of, target)
    maps, gradient = scores.map_gradient(image)
    heats = {name: compute(maps, gradient) for name, compute in METHODS.items()}
    heats["scoreCam"] = score_cam(scores, image, maps)
    extra = {"guided": fixture.array(guided(make, model.get_weights(), layer, of, target, image))} if make is residual else {}
    fixture.add(
        model=f"{make.__name__}-{layer}",
        layer=path,
        of=of,
        target=target,
        image=fixture.array(image),
        score=float(scores(image[None])[0]),
        heatmaps={name: fixture.array(heatmap(heat)) for name, heat in heats.items()},
        saliency=fixture.array(scores.gradients(image[None])[0]),
        integrated=fixture.array(integrated(scores, image)),
        scoreChange=float(scores(image[None])[0] - scores(np.full_like(image[None], BASELINE))[0]),
        **extra,
    )


def main():
    fixture = Fixture("class-activation", "make_class_activation.py", steps=STEPS, baseline=BASELINE, precision="computed in float64, stored as float32")
    for number, (make, layer, path) in enumerate(MODELS):
        keras.config.set_floatx("float32")
        model = make()
        model.set_weights(weights_of(model, 100 * number))
        fixture.save_model(f"{make.__name__}-{layer}", model)
        keras.config.set_floatx("float64")
        classes = max(2, model.output_shape[-1])
        for sample, of in enumerate(["logit", "probability"]):
            for target in range(classes):
                add_case(fixture, make, number, layer, path, of, target, sample)
    fixture.write()


if __name__ == "__main__":
    main()
