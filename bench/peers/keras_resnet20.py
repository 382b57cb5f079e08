"""ResNet-20 for CIFAR in Keras on TensorFlow: milliseconds per step of fit(), of the clock and of all processors, as one JSON line.

Usage: python keras_resnet20.py BATCH STEPS THREADS
"""

import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
batch, steps, threads = (int(argument) for argument in sys.argv[1:4])

import keras
import numpy as np
import tensorflow as tf
from keras import layers

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)


def conv(x, filters, size, strides):
    x = layers.Conv2D(
        filters, size, strides=strides, padding="same", use_bias=False, kernel_initializer="he_uniform"
    )(x)
    return layers.BatchNormalization()(x)


images = keras.Input((32, 32, 3))
h = layers.ReLU()(conv(images, 16, 3, 1))
for stage, filters in enumerate((16, 32, 64)):
    for block in range(3):
        strides = 2 if stage > 0 and block == 0 else 1
        inner = conv(layers.ReLU()(conv(h, filters, 3, strides)), filters, 3, 1)
        shortcut = h if h.shape[-1] == filters else conv(h, filters, 1, strides)
        h = layers.ReLU()(layers.Add()([inner, shortcut]))
classes = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(h))
net = keras.Model(images, classes)
net.compile(optimizer=keras.optimizers.SGD(0.1, momentum=0.9), loss="categorical_crossentropy")

random = np.random.default_rng(1)
x = random.uniform(-1, 1, (batch * steps, 32, 32, 3)).astype("float32")
y = np.eye(10, dtype="float32")[np.arange(batch * steps) % 10]
milliseconds = []
cpu = []


class Clock(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        self.start = time.perf_counter()
        self.start_cpu = time.process_time()

    def on_train_batch_end(self, batch, logs=None):
        milliseconds.append((time.perf_counter() - self.start) * 1000)
        cpu.append((time.process_time() - self.start_cpu) * 1000)


net.fit(x, y, batch_size=batch, epochs=2, verbose=0, shuffle=False, callbacks=[Clock()])
print(
    json.dumps(
        {
            "system": f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
            "milliseconds": milliseconds[steps:],
            "cpu": cpu[steps:],
        }
    )
)
