"""Networks in Keras on TensorFlow: writes one as a file, or gives milliseconds per batch of fit() or predict() as one JSON line.

Usage: python keras_architectures.py NETWORK make FILE
       python keras_architectures.py NETWORK run BATCH STEPS THREADS
"""

import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
network, task, *arguments = sys.argv[1:]

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def separable():
    """A CIFAR network of depthwise separable convolutions, trained."""
    x = images = keras.Input((32, 32, 3))
    x = layers.Conv2D(32, 3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for filters, strides in ((64, 1), (128, 2), (128, 1), (256, 2)):
        x = layers.SeparableConv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    return keras.Model(images, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def unet():
    """A small U-Net for masks of 128×128 pixels, trained."""

    def block(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        return x

    x = images = keras.Input((128, 128, 3))
    skipped = []
    for filters in (16, 32):
        skipped.append(block(x, filters))
        x = layers.MaxPooling2D()(skipped[-1])
    x = block(x, 64)
    for filters in (32, 16):
        x = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
        x = block(layers.Concatenate()([x, skipped.pop()]), filters)
    return keras.Model(images, layers.Conv2D(1, 1, activation="sigmoid")(x))


def mobilenet():
    """MobileNetV2 0.35 for photos of 160×160 pixels, which predicts."""
    return keras.applications.MobileNetV2(input_shape=(160, 160, 3), alpha=0.35, weights=None)


LOSSES = {"separable": "categorical_crossentropy", "unet": "binary_crossentropy", "mobilenet": None}


def targets(shape):
    """Classes in turn, or stripes as masks."""
    if len(shape) == 2:
        return np.eye(shape[1], dtype="float32")[np.arange(shape[0]) % shape[1]]
    return np.broadcast_to((np.arange(shape[2])[:, None] // 8 % 2).astype("float32"), shape)


def run(net, batch, steps):
    random = np.random.default_rng(1)
    x = random.uniform(0, 1, (batch * steps, *net.input_shape[1:])).astype("float32")
    milliseconds, cpu = [], []

    class Clock(keras.callbacks.Callback):
        def begin(self):
            self.start, self.start_cpu = time.perf_counter(), time.process_time()

        def end(self):
            milliseconds.append((time.perf_counter() - self.start) * 1000)
            cpu.append((time.process_time() - self.start_cpu) * 1000)

        def on_train_batch_begin(self, batch, logs=None):
            self.begin()

        def on_train_batch_end(self, batch, logs=None):
            self.end()

    if LOSSES[network] is not None:
        net.compile(optimizer="adam", loss=LOSSES[network])
        y = targets((batch * steps, *net.output_shape[1:]))
        net.fit(x, y, batch_size=batch, epochs=2, verbose=0, shuffle=False, callbacks=[Clock()])
        return milliseconds[steps:], cpu[steps:]
    clock = Clock()
    net.predict(x[:batch], batch_size=batch, verbose=0)
    for _ in range(3):
        clock.begin()
        net.predict(x, batch_size=batch, verbose=0)
        clock.end()
    return [ms / steps for ms in milliseconds], [ms / steps for ms in cpu]


batch, steps, threads = (int(argument) for argument in arguments) if task == "run" else (1, 1, 2)
# Before anything is computed: TensorFlow does not change it later.
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
net = {"separable": separable, "unet": unet, "mobilenet": mobilenet}[network]()
if task == "make":
    net.save(arguments[0])
else:
    milliseconds, cpu = run(net, batch, steps)
    system = f"Keras {keras.__version__}, TensorFlow {tf.__version__}"
    print(json.dumps({"system": system, "milliseconds": milliseconds, "cpu": cpu}))
