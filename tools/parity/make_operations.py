"""Operations on symbolic tensors (Keras' operation nodes): configs, outputs, gradients, and the summary of a model of them."""

from common import Fixture, keras, np, tf

SEED = 20263

keras.backend.set_floatx("float64")
ops = keras.ops
random = np.random.default_rng(SEED)

SHAPE = (2, 3, 4)


def numbers(shape):
    """Numbers that float32 holds exactly, at least 1/16 from 0 and from each other's ties."""
    values = np.round(random.uniform(-2, 2, (2, *shape)) * 256) / 256
    return values + np.where(np.abs(values) < 0.0625, 0.25, 0)


ONE = {
    # by name: what is applied, and whether the inputs must be above 0
    "argmax": lambda x: ops.cast(ops.argmax(x, axis=-1), "float64"),
    "absolute": lambda x: abs(x),
    "ceil": ops.ceil,
    "celu": lambda x: ops.celu(x, 0.5),
    "clip": lambda x: ops.clip(x, -0.5, 1.25),
    "concatenate with itself": lambda x: ops.concatenate([x, x], axis=2),
    "cos": ops.cos,
    "elu": lambda x: ops.elu(x, 0.5),
    "erf": ops.erf,
    "exp": ops.exp,
    "expand_dims": lambda x: ops.expand_dims(x, 2),
    "expand_dims from the end": lambda x: ops.expand_dims(x, -1),
    "expm1": ops.expm1,
    "floor": ops.floor,
    "gelu": ops.gelu,
    "gelu, exact": lambda x: ops.gelu(x, approximate=False),
    "glu": ops.glu,
    "get_item": lambda x: x[:, 1, 1:3, -2:],
    "get_item, ellipsis": lambda x: x[..., 2],
    "get_item, new axis": lambda x: x[:, None, :1],
    "greater than a number": lambda x: ops.cast(x > 0.25, "float64"),
    "hard_shrink": ops.hard_shrink,
    "hard_sigmoid": ops.hard_sigmoid,
    "hard_silu": ops.hard_silu,
    "hard_tanh": ops.hard_tanh,
    "leaky_relu": lambda x: ops.leaky_relu(x, negative_slope=0.125),
    "log_sigmoid": ops.log_sigmoid,
    "log_softmax": ops.log_softmax,
    "matmul with a matrix": lambda x: ops.matmul(x, np.arange(8.0).reshape(4, 2) / 8 - 0.5),
    "max": lambda x: ops.max(x, axis=(1, 2)),
    "max, kept": lambda x: ops.max(x, axis=-1, keepdims=True),
    "maximum of a number": lambda x: ops.maximum(x, 0.25),
    "mean": lambda x: ops.mean(x, axis=[1, 2], keepdims=True),
    "mean of one axis": lambda x: ops.mean(x, axis=-1),
    "min": lambda x: ops.min(x, axis=2),
    "minimum of a number": lambda x: ops.minimum(0.25, x),
    "minus a number": lambda x: x - 1.5,
    "moveaxis": lambda x: ops.moveaxis(x, 1, -1),
    "negative": lambda x: -x,
    "number minus": lambda x: 1 - x,
    "over a number": lambda x: x / 8,
    "plus a number": lambda x: x + 3.0,
    "plus a vector": lambda x: x + np.arange(4.0),
    "power": lambda x: x**3,
    "relu": ops.relu,
    "relu6": lambda x: ops.relu6(x * 4),
    "reshape": lambda x: ops.reshape(x, (-1, 4, 6)),
    "reshape with an open extent": lambda x: ops.reshape(x, (-1, 2, 12)),
    "round": ops.round,
    "selu": ops.selu,
    "sigmoid": ops.sigmoid,
    "sign": ops.sign,
    "silu": ops.silu,
    "sin": ops.sin,
    "soft_shrink": lambda x: ops.soft_shrink(x, 0.75),
    "sparse_plus": ops.sparse_plus,
    "sparse_sigmoid": ops.sparse_sigmoid,
    "sparsemax": ops.sparsemax,
    "squareplus": lambda x: ops.squareplus(x, 2),
    "tanh_shrink": ops.tanh_shrink,
    "softmax": ops.softmax,
    "softmax of another axis": lambda x: ops.softmax(x, axis=1),
    "softplus": ops.softplus,
    "softsign": ops.softsign,
    "square": ops.square,
    "squeeze": lambda x: ops.squeeze(ops.expand_dims(x, 1), axis=1),
    "squeeze all": lambda x: ops.squeeze(ops.sum(x, axis=2, keepdims=True)),
    "stack": lambda x: ops.stack([x, x * 2], axis=1),
    "std": lambda x: ops.std(x, axis=[1, 2], keepdims=True),
    "stop_gradient": lambda x: x + ops.stop_gradient(x),
    "sum": lambda x: ops.sum(x, axis=(1, 3)),
    "swapaxes": lambda x: ops.swapaxes(x, 1, 3),
    "tanh": ops.tanh,
    "times a number": lambda x: x * (1 / 6),
    "times itself": lambda x: x * x,
    "transpose": lambda x: ops.transpose(x, (0, 3, 1, 2)),
    "var": lambda x: ops.var(x, axis=-1),
    "where": lambda x: ops.where(x > 0, x, 0.5),
}
POSITIVE = {
    "log": ops.log,
    "log1p": ops.log1p,
    "number over": lambda x: 1 / x,
    "power of a fraction": lambda x: ops.power(x, 0.75),
    "reciprocal": ops.reciprocal,
    "rsqrt": ops.rsqrt,
    "sqrt": ops.sqrt,
}
TWO = {
    "add": lambda x, y: x + y,
    "add, by function": ops.add,
    "concatenate": lambda x, y: ops.concatenate([x, y], axis=-1),
    "divide": ops.divide,
    "equal": lambda x, y: ops.where(ops.equal(ops.sign(x), ops.sign(y)), x, y),
    "greater_equal": lambda x, y: ops.where(x >= y, x, y),
    "less": lambda x, y: ops.where(x < y, x, y),
    "less_equal": lambda x, y: ops.where(x <= y, x, y),
    "logical_and": lambda x, y: ops.where(ops.logical_and(x > 0, y > 0), x, y),
    "logical_not": lambda x, y: ops.where(ops.logical_not(x > y), x, y),
    "logical_or": lambda x, y: ops.where(ops.logical_or(x > 0, y > 0), x, y),
    "maximum": ops.maximum,
    "minimum": ops.minimum,
    "multiply": lambda x, y: x * y,
    "not_equal": lambda x, y: ops.where(ops.not_equal(ops.sign(x), ops.sign(y)), x, y),
    "stack of two": lambda x, y: ops.stack([x, y], axis=-1),
    "subtract": lambda x, y: x - y,
    "times the mean": lambda x, y: x * ops.mean(y, axis=[1, 2], keepdims=True),
}

fixture = Fixture("operations", "make_operations.py", seed=SEED)


def float32_config(model):
    """The model's config as float32 Keras gives it."""
    return float32(keras.saving.serialize_keras_object(model))


def float32(value):
    if isinstance(value, dict):
        return {key: float32(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [float32(item) for item in value]
    return "float32" if value == "float64" else value


def add(name, apply, count, positive=False):
    keras.utils.clear_session()
    inputs = [keras.Input(SHAPE) for _ in range(count)]
    model = keras.Model(inputs if count > 1 else inputs[0], apply(*inputs), name="net")
    xs = [np.abs(numbers(SHAPE)) if positive else numbers(SHAPE) for _ in inputs]
    tensors = [tf.constant(x) for x in xs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        y = model(tensors if count > 1 else tensors[0])
        cotangent = np.round(random.uniform(-1, 1, y.shape) * 256) / 256
        total = tf.reduce_sum(y * cotangent)
    gradients = tape.gradient(total, tensors)
    fixture.add(
        name=name,
        config=float32_config(model),
        inputs=[fixture.array(x) for x in xs],
        output=fixture.array(y),
        cotangent=fixture.array(cotangent),
        # None where Keras has no gradient, or one that is 0 everywhere.
        inputGradients=[None if g is None or not np.any(g) else fixture.array(g) for g in gradients],
    )


for name, apply in ONE.items():
    add(name, apply, 1)
for name, apply in POSITIVE.items():
    add(name, apply, 1, positive=True)
for name, apply in TWO.items():
    add(name, apply, 2)


def together():
    """A model whose layers and operations share the counts of names; tests build the same one."""
    keras.utils.clear_session()
    layers = keras.layers
    x = keras.Input((4, 4, 3))
    y = keras.Input((4, 4, 3))
    h = ops.add(x, y)
    h = layers.Add()([h, layers.Conv2D(3, 1)(h)])
    h = ops.multiply(2.0, ops.add(h, 3.5))
    h = ops.multiply(h, ops.relu(h))
    squeezed = ops.mean(h, axis=[1, 2], keepdims=True)
    h = ops.divide(ops.negative(h), ops.add(ops.square(squeezed), 1.5))
    h = ops.concatenate([h, ops.sigmoid(h)], axis=-1)
    h = ops.reshape(ops.max(h, axis=[1, 2]), (-1, 2, 3))
    h = ops.where(ops.greater(h, 0.25), h, ops.clip(h, -1.5, 0.25))
    h = layers.Dense(2)(layers.Flatten()(h))
    return keras.Model([x, y], ops.softmax(h))


keras.backend.set_floatx("float32")
model = together()
lines = []
model.summary(print_fn=lambda text, line_break=None: lines.append(text), line_length=76)
fixture.manifest["together"] = {
    "config": keras.saving.serialize_keras_object(model),
    "summary": "\n".join(lines),
}
fixture.write()
