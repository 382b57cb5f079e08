"""
Legacy .h5 files in the dialects of Keras 1, Keras 2 and tf.keras 2: configs written by hand as those versions wrote them, with
the weights and the predictions of the same models in Keras 3.
"""

import gzip
import io
import json

import h5py
from common import Fixture, keras, np

SEED = 20261

layers = keras.layers


def sequential_1():
    """Keras 1: a bare list of layers, border_mode and the like, weights without a version."""
    model = keras.Sequential(
        [
            layers.Input((9, 8, 2)),
            layers.ZeroPadding2D(1),
            layers.Conv2D(4, (3, 2), activation="relu"),
            layers.BatchNormalization(epsilon=0.01, momentum=0.9),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    kernel = {
        "init": "glorot_uniform", "W_regularizer": None, "b_regularizer": None, "activity_regularizer": None,
        "W_constraint": None, "b_constraint": None, "bias": True,
    }
    config = [
        {"class_name": "ZeroPadding2D", "config": {"batch_input_shape": [None, 9, 8, 2], "padding": [1, 1], "trainable": True, "name": "zeropadding2d_1", "dim_ordering": "tf", "input_dtype": "float32"}},
        {"class_name": "Convolution2D", "config": {**kernel, "name": "convolution2d_1", "trainable": True, "nb_filter": 4, "nb_row": 3, "nb_col": 2, "border_mode": "valid", "subsample": [1, 1], "dim_ordering": "tf", "activation": "relu"}},
        {"class_name": "BatchNormalization", "config": {"name": "batchnormalization_1", "trainable": True, "epsilon": 0.01, "mode": 0, "axis": -1, "momentum": 0.9, "gamma_regularizer": None, "beta_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.5}}},
        {"class_name": "MaxPooling2D", "config": {"name": "maxpooling2d_1", "trainable": True, "pool_size": [2, 2], "strides": [2, 2], "border_mode": "valid", "dim_ordering": "tf"}},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "trainable": True, "p": 0.25}},
        {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": True}},
        {"class_name": "Dense", "config": {**kernel, "name": "dense_1", "trainable": True, "output_dim": 3, "input_dim": None, "activation": "softmax"}},
    ]
    training = {
        "optimizer_config": {"class_name": "SGD", "config": {"lr": 0.05, "momentum": 0.9, "decay": 0.001, "nesterov": True}},
        "loss": "categorical_crossentropy", "metrics": ["acc"], "sample_weight_mode": None, "loss_weights": None,
    }
    weights = {
        "convolution2d_1": ["convolution2d_1_W", "convolution2d_1_b"],
        "batchnormalization_1": ["batchnormalization_1_gamma", "batchnormalization_1_beta", "batchnormalization_1_running_mean", "batchnormalization_1_running_std"],
        "dense_1": ["dense_1_W", "dense_1_b"],
    }
    return model, {"class_name": "Sequential", "config": config}, training, weights, None


def graph_1():
    """Keras 1: a Model with merges, and slashes in names."""
    x = layers.Input((6, 6, 2))
    a = layers.Conv2D(3, 1, activation="relu")(x)
    b = layers.Conv2D(3, 3, padding="same", use_bias=False)(a)
    c = layers.Conv2D(3, 1)(a)
    s = layers.Concatenate()([layers.Add()([b, c]), a])
    model = keras.Model(x, layers.Activation("softmax")(layers.GlobalAveragePooling2D()(s)))
    base = {"trainable": True}

    def conv(name, size, source, mode="valid", bias=True, activation="linear"):
        config = {
            **base, "name": name, "nb_filter": 3, "nb_row": size, "nb_col": size, "border_mode": mode, "subsample": [1, 1],
            "dim_ordering": "tf", "init": "he_normal", "activation": activation, "bias": bias, "W_regularizer": None,
            "b_regularizer": None, "activity_regularizer": None, "W_constraint": None, "b_constraint": None,
        }
        return {"class_name": "Convolution2D", "config": config, "name": name, "inbound_nodes": [[[source, 0, 0]]]}

    def merge(name, mode, sources):
        config = {
            "name": name, "mode": mode, "mode_type": "raw", "concat_axis": -1, "dot_axes": -1, "output_shape": None,
            "output_shape_type": "raw", "output_mask": None, "output_mask_type": "raw", "arguments": {},
        }
        nodes = [[[source, 0, 0] for source in sources]]
        return {"class_name": "Merge", "config": config, "name": name, "inbound_nodes": nodes}

    config = {
        "name": "model_1",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 6, 6, 2], "input_dtype": "float32", "sparse": False, "name": "input_1"}, "name": "input_1", "inbound_nodes": []},
            conv("fire/squeeze1x1", 1, "input_1", activation="relu"),
            conv("fire/expand3x3", 3, "fire/squeeze1x1", mode="same", bias=False),
            conv("fire/expand1x1", 1, "fire/squeeze1x1"),
            merge("merge_1", "sum", ["fire/expand3x3", "fire/expand1x1"]),
            merge("merge_2", "concat", ["merge_1", "fire/squeeze1x1"]),
            {"class_name": "GlobalAveragePooling2D", "config": {**base, "name": "pool", "dim_ordering": "tf"}, "name": "pool", "inbound_nodes": [[["merge_2", 0, 0]]]},
            {"class_name": "Activation", "config": {**base, "name": "activation_1", "activation": "softmax"}, "name": "activation_1", "inbound_nodes": [[["pool", 0, 0]]]},
        ],
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [["activation_1", 0, 0]],
    }
    weights = {
        "fire/squeeze1x1": ["fire/squeeze1x1_W", "fire/squeeze1x1_b"],
        "fire/expand3x3": ["fire/expand3x3_W"],
        "fire/expand1x1": ["fire/expand1x1_W", "fire/expand1x1_b"],
    }
    return model, {"class_name": "Model", "config": config}, None, weights, "1.2.2"


def initializer(name, **config):
    return {"class_name": name, "config": {**config, "seed": None}}


SCALING = initializer("VarianceScaling", scale=1.0, mode="fan_avg", distribution="uniform")


def nested_2():
    """Keras 2.1: a bare list with a Model and a list inside, as one gets from a base and a head."""
    x = layers.Input((8, 8, 3))
    base = keras.Model(x, layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(4, 3, strides=2, use_bias=False)(x))))
    base.trainable = False
    head = keras.Sequential([layers.Input((36,)), layers.Dense(4, activation="relu"), layers.Dense(2, activation="sigmoid")])
    model = keras.Sequential([layers.Input((8, 8, 3)), base, layers.Flatten(), head])
    kernel = {
        "use_bias": True, "kernel_initializer": SCALING, "bias_initializer": {"class_name": "Zeros", "config": {}}, "kernel_regularizer": None,
        "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None,
    }
    ones = {"class_name": "Ones", "config": {}}
    zeros = {"class_name": "Zeros", "config": {}}
    base_config = {
        "name": "base",
        "trainable": False,
        "layers": [
            {"name": "input_1", "class_name": "InputLayer", "config": {"batch_input_shape": [None, 8, 8, 3], "dtype": "float32", "sparse": False, "name": "input_1"}, "inbound_nodes": []},
            {"name": "conv1", "class_name": "Conv2D", "config": {**kernel, "name": "conv1", "trainable": False, "filters": 4, "kernel_size": [3, 3], "strides": [2, 2], "padding": "valid", "data_format": "channels_last", "dilation_rate": [1, 1], "activation": "linear", "use_bias": False}, "inbound_nodes": [[["input_1", 0, 0, {}]]]},
            {"name": "conv1_bn", "class_name": "BatchNormalization", "config": {"name": "conv1_bn", "trainable": False, "axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True, "beta_initializer": zeros, "gamma_initializer": ones, "moving_mean_initializer": zeros, "moving_variance_initializer": ones, "beta_regularizer": None, "gamma_regularizer": None, "beta_constraint": None, "gamma_constraint": None}, "inbound_nodes": [[["conv1", 0, 0, {}]]]},
            {"name": "conv1_relu", "class_name": "ReLU", "config": {"name": "conv1_relu", "trainable": True, "max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0}, "inbound_nodes": [[["conv1_bn", 0, 0, {}]]]},
        ],
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [["conv1_relu", 0, 0]],
    }
    head_config = [
        {"class_name": "Dense", "config": {**kernel, "name": "dense_1", "trainable": True, "batch_input_shape": [None, 36], "dtype": "float32", "units": 4, "activation": "relu"}},
        {"class_name": "Dense", "config": {**kernel, "name": "dense_2", "trainable": True, "units": 2, "activation": "sigmoid"}},
    ]
    config = [
        {"class_name": "Model", "config": base_config},
        {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": True}},
        {"class_name": "Sequential", "config": head_config},
    ]
    training = {
        "optimizer_config": {"class_name": "RMSprop", "config": {"lr": 1e-05, "rho": 0.9, "decay": 0.0, "epsilon": 1e-07}},
        "loss": "binary_crossentropy", "metrics": ["acc"], "sample_weight_mode": None, "loss_weights": None,
    }
    weights = {
        "base": ["conv1/kernel:0", "conv1_bn/gamma:0", "conv1_bn/beta:0", "conv1_bn/moving_mean:0", "conv1_bn/moving_variance:0"],
        "sequential_1": ["dense_1/kernel:0", "dense_1/bias:0", "dense_2/kernel:0", "dense_2/bias:0"],
    }
    return model, {"class_name": "Sequential", "config": config}, training, weights, "2.1.6"


def graph_2():
    """tf.keras 2.12: two outputs, options that only it wrote, arithmetic on tensors, objects as loss and metrics."""
    x = layers.Input((8, 8, 3))
    y = x / 127.5 - 1.0
    y = layers.SeparableConv2D(4, 3, padding="same")(y)
    y = layers.DepthwiseConv2D(3, use_bias=False)(y)
    up = layers.Conv2DTranspose(2, 2, strides=2)(y)
    pooled = layers.GlobalAveragePooling2D(keepdims=True)(y)
    a = layers.Dense(3, activation="softmax")(layers.Flatten()(pooled))
    b = layers.Dense(1)(layers.Flatten()(up + 0.5))
    model = keras.Model(x, [a, b])
    glorot = initializer("GlorotUniform")
    zeros = {"class_name": "Zeros", "config": {}}
    base = {"trainable": True, "dtype": "float32"}
    conv = {
        "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid", "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1,
        "activation": "linear", "use_bias": True, "bias_initializer": zeros, "bias_regularizer": None, "activity_regularizer": None,
        "bias_constraint": None,
    }
    kernel = {"kernel_initializer": glorot, "kernel_regularizer": None, "kernel_constraint": None}
    depthwise = {"depth_multiplier": 1, "depthwise_initializer": glorot, "depthwise_regularizer": None, "depthwise_constraint": None}
    pointwise = {"pointwise_initializer": glorot, "pointwise_regularizer": None, "pointwise_constraint": None}
    dense = {**kernel, "use_bias": True, "bias_initializer": zeros, "bias_regularizer": None, "activity_regularizer": None, "bias_constraint": None}

    def layer(kind, name, config, source, **values):
        return {"class_name": kind, "config": {"name": name, **base, **config}, "name": name, "inbound_nodes": [[[source, 0, 0, values]]]}

    def op(name, function, source, value):
        return {"class_name": "TFOpLambda", "config": {"name": name, **base, "function": function}, "name": name, "inbound_nodes": [[source, 0, 0, {"y": value, "name": None}]]}

    config = {
        "name": "model",
        "trainable": True,
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 8, 8, 3], "dtype": "float32", "sparse": False, "ragged": False, "name": "input_1"}, "name": "input_1", "inbound_nodes": []},
            op("tf.math.truediv", "math.truediv", "input_1", 127.5),
            op("tf.math.subtract", "math.subtract", "tf.math.truediv", 1.0),
            layer("SeparableConv2D", "separable_conv2d", {**conv, **kernel, "padding": "same", "filters": 4, **depthwise, **pointwise}, "tf.math.subtract"),
            layer("DepthwiseConv2D", "depthwise_conv2d", {**conv, "use_bias": False, **depthwise}, "separable_conv2d"),
            layer("Conv2DTranspose", "conv2d_transpose", {**conv, **kernel, "filters": 2, "kernel_size": [2, 2], "strides": [2, 2], "output_padding": None}, "depthwise_conv2d"),
            layer("GlobalAveragePooling2D", "global_average_pooling2d", {"data_format": "channels_last", "keepdims": True}, "depthwise_conv2d"),
            op("tf.__operators__.add", "__operators__.add", "conv2d_transpose", 0.5),
            layer("Flatten", "flatten", {"data_format": "channels_last"}, "global_average_pooling2d"),
            layer("Flatten", "flatten_1", {"data_format": "channels_last"}, "tf.__operators__.add"),
            layer("Dense", "dense", {**dense, "units": 3, "activation": "softmax"}, "flatten"),
            layer("Dense", "dense_1", {**dense, "units": 1, "activation": "linear"}, "flatten_1"),
        ],
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [["dense", 0, 0], ["dense_1", 0, 0]],
    }
    metric = {"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "dtype": "float32", "fn": "categorical_accuracy"}}
    error = {"class_name": "MeanMetricWrapper", "config": {"name": "error", "dtype": "float32", "fn": "mean_absolute_error"}}
    training = {
        "loss": {
            "dense": {"class_name": "CategoricalCrossentropy", "config": {"reduction": "auto", "name": "categorical_crossentropy", "from_logits": False, "label_smoothing": 0.1, "axis": -1, "fn": "categorical_crossentropy"}},
            "dense_1": "mse",
        },
        "metrics": {"dense": [metric], "dense_1": [error]},
        "weighted_metrics": None,
        "loss_weights": None,
        "optimizer_config": {
            "class_name": "Custom>Adam",
            "config": {
                "name": "Adam", "weight_decay": None, "clipnorm": None, "global_clipnorm": None, "clipvalue": None, "use_ema": False, "ema_momentum": 0.99,
                "ema_overwrite_frequency": None, "jit_compile": False, "is_legacy_optimizer": False,
                "learning_rate": {"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.01, "decay_steps": 100, "decay_rate": 0.9, "staircase": False, "name": None}},
                "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07, "amsgrad": False,
            },
        },
    }
    weights = {
        "separable_conv2d": ["separable_conv2d/depthwise_kernel:0", "separable_conv2d/pointwise_kernel:0", "separable_conv2d/bias:0"],
        "depthwise_conv2d": ["depthwise_conv2d/depthwise_kernel:0"],
        "conv2d_transpose": ["conv2d_transpose/kernel:0", "conv2d_transpose/bias:0"],
        "dense": ["dense/kernel:0", "dense/bias:0"],
        "dense_1": ["dense_1/kernel:0", "dense_1/bias:0"],
    }
    return model, {"class_name": "Functional", "config": config}, training, weights, "2.12.0"


def names_of(config):
    layers_of = config["config"] if isinstance(config["config"], list) else config["config"]["layers"]
    for i, item in enumerate(layers_of):
        inner = item["config"]
        yield item.get("name") or (inner["name"] if isinstance(inner, dict) else f"sequential_{1}")


def write(file, model, config, training, weights, version):
    """`fixed` texts are what h5py wrote at that time."""
    file.attrs["model_config"] = np.bytes_(json.dumps(config).encode())
    if training is not None:
        file.attrs["training_config"] = np.bytes_(json.dumps(training).encode())
    group = file.create_group("model_weights")
    names = list(names_of(config))
    # A list that is too long for one attribute is cut; here it would not have to be.
    if version == "2.12.0":
        half = len(names) // 2
        group.attrs["layer_names0"] = np.array([n.encode() for n in names[:half]])
        group.attrs["layer_names1"] = np.array([n.encode() for n in names[half:]])
    else:
        group.attrs["layer_names"] = np.array([n.encode() for n in names])
    if version is not None:
        file.attrs["keras_version"] = group.attrs["keras_version"] = np.bytes_(version.encode())
        file.attrs["backend"] = group.attrs["backend"] = np.bytes_(b"tensorflow")
    saved = [layer for layer in model.layers if layer.weights]
    assert len(saved) == len(weights)
    values = {}
    for layer, name in zip(saved, weights):
        ordered = layer.trainable_weights + layer.non_trainable_weights
        assert len(ordered) == len(weights[name])
        values[name] = dict(zip(weights[name], [weight.numpy() for weight in ordered]))
    for name in sorted(names):
        own = group.create_group(name)
        own.attrs["weight_names"] = np.array([n.encode() for n in values.get(name, [])])
        for weight, numbers in values.get(name, {}).items():
            own.create_dataset(weight, data=numbers)
    # What is deleted leaves free space, and what no list names is not looked at.
    file.create_dataset("model_weights/unlisted/old", data=np.zeros(500))
    file.create_dataset("deleted", data=np.zeros(500))
    del file["deleted"]


def main():
    fixture = Fixture("old-dialects", "make_old_dialects.py", seed=SEED, precision="float32")
    fixture.folder.mkdir(parents=True, exist_ok=True)
    for make in (sequential_1, graph_1, nested_2, graph_2):
        keras.utils.clear_session()
        rng = np.random.default_rng(SEED)
        model, config, training, weights, version = make()
        for weight in model.weights:
            numbers = rng.normal(0, 0.4, weight.shape)
            weight.assign(np.abs(numbers) + 0.5 if "variance" in weight.name else numbers)
        buffer = io.BytesIO()
        with h5py.File(buffer, "w") as file:
            write(file, model, config, training, weights, version)
        (fixture.folder / f"{make.__name__}.h5.gz").write_bytes(gzip.compress(buffer.getvalue(), 9, mtime=0))
        x = rng.random((3, *model.input_shape[1:]), dtype=np.float32)
        outputs = model.predict(x, verbose=0)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        fixture.add(name=make.__name__, input=fixture.array(x), outputs=[fixture.array(a) for a in outputs])
    fixture.write()


if __name__ == "__main__":
    main()
