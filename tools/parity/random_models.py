"""
Random functional models over all layers, both ways.

random_models.py write FOLDER COUNT [FIRST]   real Keras makes models, each with inputs, outputs, and a training step
random_models.py check FOLDER                 real Keras opens what tools/random-models.mjs saved after that step

Between the two: node tools/random-models.mjs FOLDER.
"""

import json
import random
import sys
from pathlib import Path

from common import keras, np, tf

layers = keras.layers
ops = keras.ops
SAMPLES = 3
ACTIVATIONS = ["relu", "tanh", "sigmoid", "elu", "silu", "gelu", "softplus", "softsign", "leaky_relu", "relu6", "selu"]
ACTIVATIONS += ["hard_sigmoid", "hard_silu", "mish", "linear", "softmax", "log_sigmoid", "hard_tanh", "celu"]


class Choices:
    """Random choices of one model."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.draws = False

    def one(self, *values):
        return self.random.choice(values)

    def rate(self):
        rate = self.one(0.0, 0.0, 0.0, 0.25, 0.5)
        self.draws |= rate > 0
        return rate

    def activation(self):
        return self.random.choice(ACTIVATIONS)

    def weights(self, *kinds):
        """Rules for weights, now and then."""
        options = {}
        for kind in kinds:
            if self.random.random() < 0.15:
                options[f"{kind}_regularizer"] = self.one("l1", "l2", keras.regularizers.L1L2(0.001, 0.002))
            if self.random.random() < 0.1:
                options[f"{kind}_constraint"] = self.one("non_neg", "unit_norm", keras.constraints.MaxNorm(1.5))
        return options


def window(c, shape):
    """A window that fits into a map."""
    size = (c.random.randint(1, min(4, shape[1])), c.random.randint(1, min(4, shape[2])))
    return size


def convolution(c, x):
    channels = x.shape[-1]
    groups = c.one(*[g for g in (1, 1, 2, 3, channels) if channels % g == 0])
    dilation = c.one(1, 1, 2)
    kernel = window(c, x.shape)
    padding = c.one("same", "valid")
    if any((k - 1) * dilation + 1 > n for k, n in zip(kernel, x.shape[1:3])):
        padding = "same"
    strides = c.one(1, 1, 2, (2, 1)) if dilation == 1 else 1
    return layers.Conv2D(
        groups * c.random.randint(1, 4),
        kernel,
        strides=strides,
        padding=padding,
        dilation_rate=dilation,
        groups=groups,
        use_bias=c.one(True, False),
        activation=c.activation(),
        kernel_initializer=c.one("glorot_uniform", "he_normal", "lecun_uniform"),
        **c.weights("kernel"),
    )(x)


def depthwise(c, x):
    return layers.DepthwiseConv2D(
        window(c, x.shape), strides=c.one(1, 2), padding=c.one("same", "valid"), depth_multiplier=c.one(1, 1, 2),
        activation=c.activation(),
    )(x)  # fmt: skip


def separable(c, x):
    kernel = window(c, x.shape)
    return layers.SeparableConv2D(
        c.random.randint(1, 5), kernel, padding=c.one("same", "valid"), activation=c.activation()
    )(x)


def transposed(c, x):
    return layers.Conv2DTranspose(
        c.random.randint(1, 4), c.random.randint(1, 3), strides=c.one(1, 2), padding=c.one("same", "valid"),
        activation=c.activation(),
    )(x)  # fmt: skip


def pooling(c, x):
    build = c.one(layers.MaxPooling2D, layers.AveragePooling2D)
    return build(window(c, x.shape), strides=c.one(None, 1, 2), padding=c.one("same", "valid"))(x)


def global_pooling(c, x):
    return c.one(layers.GlobalMaxPooling2D, layers.GlobalAveragePooling2D)(keepdims=c.one(True, False))(x)


def adaptive_pooling(c, x):
    return c.one(layers.AdaptiveAveragePooling2D, layers.AdaptiveMaxPooling2D)(c.random.randint(1, 3))(x)


def padding(c, x):
    return layers.ZeroPadding2D(((c.one(0, 1), c.one(0, 2)), (c.one(0, 1), c.one(0, 1))))(x)


def cropping(c, x):
    rows, columns = (c.one(0, 1) if n > 3 else 0 for n in x.shape[1:3])
    return layers.Cropping2D(((rows, 0), (0, columns)))(x)


def up(c, x):
    if x.shape[1] * x.shape[2] > 150:
        return x
    return layers.UpSampling2D(c.one(2, (1, 2)), interpolation=c.one("nearest", "bilinear"))(x)


def normalization(c, x):
    channels = x.shape[-1]
    choices = [
        lambda: layers.BatchNormalization(momentum=c.one(0.99, 0.9), center=c.one(True, False), scale=c.one(True, False)),
        lambda: layers.LayerNormalization(epsilon=c.one(1e-3, 1e-2)),
        lambda: layers.UnitNormalization(),
        lambda: layers.RMSNormalization(),
    ]
    if len(x.shape) == 4:
        choices.append(lambda: layers.GroupNormalization(groups=c.one(*[g for g in (1, 2, channels) if channels % g == 0])))
    return c.random.choice(choices)()(x)


def activation(c, x):
    choices = [
        lambda: layers.Activation(c.activation()),
        lambda: layers.ReLU(max_value=c.one(None, 6.0), negative_slope=c.one(0.0, 0.1), threshold=c.one(0.0, 0.2)),
        lambda: layers.LeakyReLU(negative_slope=c.one(0.1, 0.3)),
        lambda: layers.ELU(alpha=c.one(1.0, 0.5)),
        lambda: layers.PReLU(shared_axes=c.one(None, [1, 2]) if len(x.shape) == 4 else None, alpha_initializer="ones"),
        lambda: layers.Softmax(),
        lambda: layers.Identity(),
        lambda: layers.Rescaling(c.one(0.5, 2.0), offset=c.one(0.0, -1.0)),
        lambda: layers.ActivityRegularization(l2=0.01),
    ]
    return c.random.choice(choices)()(x)


def dropping(c, x):
    choices = [lambda: layers.Dropout(c.rate()), lambda: layers.GaussianDropout(c.rate()), lambda: layers.AlphaDropout(c.rate())]
    choices.append(lambda: layers.GaussianNoise(c.rate()))
    if len(x.shape) == 4:
        choices.append(lambda: layers.SpatialDropout2D(c.rate()))
    return c.random.choice(choices)()(x)


def arithmetic(c, x):
    choices = [
        lambda: x + c.one(1, 0.5), lambda: 1.5 - x, lambda: x * (1 / 6), lambda: x / 3, lambda: -x, lambda: abs(x),
        lambda: ops.relu(x), lambda: ops.sigmoid(x), lambda: ops.square(x), lambda: ops.clip(x, -0.5, 1.0),
        lambda: ops.maximum(x, 0.1), lambda: ops.exp(ops.minimum(x, 1.0)), lambda: ops.sqrt(abs(x) + 0.25),
        lambda: x * ops.mean(x, axis=-1, keepdims=True), lambda: ops.where(x > 0, x, 0.2 * x), lambda: ops.silu(x),
        lambda: ops.softmax(x, axis=-1), lambda: x - ops.max(x, axis=-1, keepdims=True), lambda: ops.tanh(x) ** 2,
    ]  # fmt: skip
    return c.random.choice(choices)()


def shared(c, x):
    """One layer twice."""
    layer = layers.Dense(x.shape[-1], activation=c.activation(), **c.weights("kernel"))
    return layers.Add()([layer(x), layer(layers.Activation("tanh")(x))])


def nested(c, x):
    """A model inside."""
    inside = layers.Input(x.shape[1:])
    h = layers.Dense(c.random.randint(1, 4), activation=c.activation())(inside)
    if c.one(True, False):
        return keras.Sequential([layers.Dense(2, activation="tanh"), layers.Activation(c.activation())])(x)
    return keras.Model(inside, layers.BatchNormalization()(h))(x)


def dense(c, x):
    return layers.Dense(
        c.random.randint(1, 6), activation=c.activation(), use_bias=c.one(True, False), **c.weights("kernel")
    )(x)


def to_map(c, x):
    size = x.shape[1]
    factors = [n for n in range(1, size + 1) if size % n == 0]
    height = c.random.choice(factors)
    return layers.Reshape((height, size // height, 1))(x)


def rearrange(c, x):
    order = [1, 2, 3]
    c.random.shuffle(order)
    return layers.Permute(order)(x)


MAPS = [convolution] * 4 + [depthwise, separable, transposed, pooling, pooling, global_pooling, adaptive_pooling, padding]
MAPS += [cropping, up, rearrange]
ANY = [normalization, normalization, activation, activation, dropping, arithmetic, arithmetic, shared, nested, dense]
VECTORS = [dense, dense, to_map]


def joined(c, tensors):
    """Two tensors of one shape, joined."""
    pairs = [(a, b) for i, a in enumerate(tensors) for b in tensors[i + 1 :] if a.shape == b.shape]
    if not pairs:
        return None
    a, b = c.random.choice(pairs)
    merge = [layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum, layers.Concatenate]
    by_op = [ops.add, ops.subtract, ops.multiply, ops.maximum, lambda p, q: ops.concatenate([p, q], axis=-1)]
    return c.random.choice(by_op)(a, b) if c.one(True, False) else c.random.choice(merge)()([a, b])


def make_model(seed):
    """A model and whether it draws random numbers in training."""
    c = Choices(seed)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    shape = (c.random.randint(3, 10), c.random.randint(3, 10), c.random.randint(1, 4))
    inputs = [keras.Input(shape) for _ in range(c.one(1, 1, 2))]
    tensors = list(inputs)
    for _ in range(c.random.randint(3, 12)):
        made = joined(c, tensors) if c.random.random() < 0.35 else None
        if made is None:
            x = c.random.choice(tensors[-3:])
            kinds = {4: MAPS + ANY, 2: VECTORS + ANY}.get(len(x.shape), ANY)
            made = c.random.choice(kinds)(c, x)
        tensors.append(made)
    ends = []
    used = tensors[-1:] if len(inputs) == 1 else [tensors[-1], *inputs]
    for x in used:
        ends.append(layers.Flatten()(x) if len(x.shape) > 2 else x)
    x = layers.Concatenate()(ends) if len(ends) > 1 else ends[0]
    outputs = [layers.Dense(c.random.randint(1, 4), activation=c.one("linear", "sigmoid"))(x) for _ in range(c.one(1, 1, 2))]
    model = keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs if len(outputs) > 1 else outputs[0])
    optimizer = c.one(keras.optimizers.SGD(0.01, momentum=0.9), keras.optimizers.Adam(0.001), keras.optimizers.RMSprop(0.001))
    model.compile(optimizer, "mse")
    for weight in model.weights:
        if weight.path.endswith(("bias", "beta", "moving_mean")):
            weight.assign(np.random.default_rng(seed).uniform(-0.3, 0.3, weight.shape))
    return model, c.draws


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def flat(arrays):
    return [{"shape": list(a.shape), "values": np.asarray(a, "float32").ravel().tolist()} for a in arrays]


def write(folder, count, first):
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + count):
        try:
            model, draws = make_model(seed)
        except (ValueError, tf.errors.InvalidArgumentError):
            continue  # The layer does not fit its input.
        rng = np.random.default_rng(seed)
        xs = [rng.uniform(-1, 1, (SAMPLES, *x.shape[1:])).astype("float32") for x in model.inputs]
        ys = [rng.uniform(0, 1, (SAMPLES, *y.shape[1:])).astype("float32") for y in model.outputs]
        model.save(folder / f"{seed}.keras")
        model.run_eagerly = True
        outputs = as_list(model(xs if len(xs) > 1 else xs[0], training=False))
        about = {"inputs": flat(xs), "targets": flat(ys), "outputs": flat(outputs), "draws": draws}
        if not draws:
            logs = model.train_on_batch(xs if len(xs) > 1 else xs[0], ys if len(ys) > 1 else ys[0])
            about["loss"] = float(as_list(logs)[0])
            about["after"] = flat(as_list(model(xs if len(xs) > 1 else xs[0], training=False)))
        text = json.dumps(about)
        if "NaN" not in text and "Infinity" not in text:
            (folder / f"{seed}.json").write_text(text)


def check(folder):
    """Opens what Fovea saved and compares with what Fovea predicted."""
    failed = []
    files = sorted(folder.glob("*.ours.keras"))
    for path in files:
        about = json.loads(path.with_name(path.name.replace(".keras", ".json")).read_text())
        try:
            model = keras.saving.load_model(path)
            xs = [np.array(x["values"], "float32").reshape(x["shape"]) for x in about["inputs"]]
            outputs = as_list(model(xs if len(xs) > 1 else xs[0], training=False))
            for ours, theirs in zip(about["outputs"], outputs, strict=True):
                theirs = np.asarray(theirs).ravel()
                off = np.max(np.abs(np.array(ours["values"]) - theirs)) / max(np.max(np.abs(theirs)), 1e-3)
                if not off < 1e-4:
                    failed.append(f"{path.name}: outputs differ by {off:.2g}")
        except Exception as error:  # noqa: BLE001 Every failure is reported.
            failed.append(f"{path.name}: {type(error).__name__}: {str(error)[:300]}")
    print(f"{len(files)} files of Fovea opened in Keras, {len(failed)} failures")
    print("\n".join(failed))


if __name__ == "__main__":
    command, where, *rest = sys.argv[1:]
    if command == "write":
        write(Path(where), int(rest[0]), int(rest[1]) if len(rest) > 1 else 0)
    else:
        check(Path(where))
