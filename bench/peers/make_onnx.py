"""Writes the chapter's network with given weights as an ONNX model, in the layout that ONNX prescribes (NCHW, OIHW).

Usage: python make_onnx.py WEIGHTS MODEL.onnx

WEIGHTS holds little-endian f32 numbers one after another, as Keras orders them: kernel [kh, kw, ic, oc] or [in, out] and
bias of each layer. Needs the packages onnx and numpy.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

weights_path, model_path = sys.argv[1:3]
SHAPES = [
    (3, 3, 1, 32),
    (32,),
    (3, 3, 32, 64),
    (64,),
    (3, 3, 64, 64),
    (64,),
    (576, 64),
    (64,),
    (64, 10),
    (10,),
]
numbers = np.fromfile(weights_path, dtype="<f4")
sizes = [int(np.prod(shape)) for shape in SHAPES]
assert len(numbers) == sum(sizes), f"{weights_path} has {len(numbers)} numbers, expected {sum(sizes)}"
parts = np.split(numbers, np.cumsum(sizes)[:-1])
k1, b1, k2, b2, k3, b3, d1, c1, d2, c2 = [part.reshape(shape) for part, shape in zip(parts, SHAPES)]
# Flatten sees channels first here: rows in order (c, h, w) instead of (h, w, c).
d1 = d1.reshape(3, 3, 64, 64).transpose(2, 0, 1, 3).reshape(576, 64)
initializers = {"b1": b1, "b2": b2, "b3": b3, "d1": d1, "c1": c1, "d2": d2, "c2": c2}
for name, kernel in [("k1", k1), ("k2", k2), ("k3", k3)]:
    initializers[name] = kernel.transpose(3, 2, 0, 1)


def conv(i, source, result):
    return [
        helper.make_node("Conv", [source, f"k{i}", f"b{i}"], [f"conv{i}"], kernel_shape=[3, 3]),
        helper.make_node("Relu", [f"conv{i}"], [result]),
    ]


def pool(source, result):
    return helper.make_node("MaxPool", [source], [result], kernel_shape=[2, 2], strides=[2, 2])


nodes = [
    *conv(1, "x", "relu1"),
    pool("relu1", "pool1"),
    *conv(2, "pool1", "relu2"),
    pool("relu2", "pool2"),
    *conv(3, "pool2", "relu3"),
    helper.make_node("Flatten", ["relu3"], ["flat"]),
    helper.make_node("Gemm", ["flat", "d1", "c1"], ["dense1"]),
    helper.make_node("Relu", ["dense1"], ["relu4"]),
    helper.make_node("Gemm", ["relu4", "d2", "c2"], ["dense2"]),
    helper.make_node("Softmax", ["dense2"], ["y"], axis=1),
]
graph = helper.make_graph(
    nodes,
    "chapter",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 1, 28, 28])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 10])],
    [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in initializers.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnx.checker.check_model(model)
onnx.save(model, model_path)
