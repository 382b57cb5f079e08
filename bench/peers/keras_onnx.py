"""Writes a Keras model of the layers of MobileNetV2 as an ONNX model (NCHW, OIHW), for the comparison with ONNX Runtime.

Usage: python keras_onnx.py MODEL.keras MODEL.onnx

Needs the package onnx. Normalizations are written as such: ONNX Runtime joins them with the convolutions.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

source, result = sys.argv[1:]
net = keras.models.load_model(source, compile=False)
nodes, initializers = [], []


def constant(name, value):
    initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
    return name


def node(op, inputs, layer, **attributes):
    nodes.append(helper.make_node(op, inputs, [layer.output.name], name=layer.name, **attributes))


def same(layer):
    """Rows and columns of zeros as ONNX has them: top, left, bottom, right."""
    if layer.padding == "valid":
        return [0, 0, 0, 0]
    before, after = [], []
    for extent, size, stride in zip(layer.input.shape[1:3], layer.kernel_size, layer.strides):
        total = max((-(-extent // stride) - 1) * stride + size - extent, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return before + after


def convolution(layer, kernel, group):
    inputs = [layer.input.name, constant(f"{layer.name}_w", kernel)]
    if layer.use_bias:
        inputs.append(constant(f"{layer.name}_b", layer.bias.numpy()))
    options = {"strides": list(layer.strides), "pads": same(layer), "kernel_shape": list(layer.kernel_size)}
    node("Conv", inputs, layer, group=group, **options)


for layer in net.layers:
    kind = type(layer).__name__
    if kind == "InputLayer":
        continue
    inputs = [tensor.name for tensor in layer.input] if isinstance(layer.input, list) else [layer.input.name]
    if kind == "Conv2D":
        convolution(layer, layer.kernel.numpy().transpose(3, 2, 0, 1), 1)
    elif kind == "DepthwiseConv2D":
        convolution(layer, layer.kernel.numpy().transpose(2, 3, 0, 1), layer.input.shape[-1])
    elif kind == "BatchNormalization":
        weights = [layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance]
        names = [constant(f"{layer.name}_{i}", weight.numpy()) for i, weight in enumerate(weights)]
        node("BatchNormalization", inputs + names, layer, epsilon=layer.epsilon)
    elif kind == "ReLU":
        limits = [constant(f"{layer.name}_{i}", np.float32(value)) for i, value in enumerate((0, layer.max_value))]
        node("Clip", inputs + limits, layer)
    elif kind == "Add":
        node("Add", inputs, layer)
    elif kind == "ZeroPadding2D":
        (top, bottom), (left, right) = layer.padding
        pads = constant(f"{layer.name}_p", np.array([0, 0, top, left, 0, 0, bottom, right], dtype=np.int64))
        node("Pad", inputs + [pads], layer)
    elif kind == "GlobalAveragePooling2D":
        axes = constant(f"{layer.name}_axes", np.array([2, 3], dtype=np.int64))
        node("ReduceMean", inputs + [axes], layer, keepdims=0)
    elif kind == "Dense":
        weights = [constant(f"{layer.name}_{i}", value.numpy()) for i, value in enumerate(layer.weights)]
        nodes.append(helper.make_node("Gemm", inputs + weights, [f"{layer.name}_sums"]))
        node("Softmax", [f"{layer.name}_sums"], layer, axis=1)
    else:
        raise SystemExit(f"{kind} is not written")

height, width, channels = net.input_shape[1:]
graph = helper.make_graph(
    nodes,
    net.name,
    [helper.make_tensor_value_info(net.inputs[0].name, TensorProto.FLOAT, ["batch", channels, height, width])],
    [helper.make_tensor_value_info(net.outputs[0].name, TensorProto.FLOAT, ["batch", net.output_shape[1]])],
    initializers,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
onnx.checker.check_model(model)
onnx.save(model, result)
