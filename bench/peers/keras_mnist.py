"""The chapter's network in Keras on TensorFlow: seconds per epoch of fit(), as one JSON line.

Usage: python keras_mnist.py FOLDER_OF_IDX_FILES EPOCHS THREADS
"""

import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
folder, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

import keras
import numpy as np
import tensorflow as tf
from keras import layers

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)


def read(name, offset):
    return np.fromfile(os.path.join(folder, name), dtype=np.uint8)[offset:]


x = read("train-images-idx3-ubyte", 16).reshape(-1, 28, 28, 1).astype("float32") / 255
y = keras.utils.to_categorical(read("train-labels-idx1-ubyte", 8), 10)
net = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
net.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
seconds = []


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        seconds.append(time.perf_counter() - self.start)


net.fit(x, y, epochs=epochs, batch_size=64, verbose=0, callbacks=[Clock()])
print(json.dumps({"system": f"Keras {keras.__version__}, TensorFlow {tf.__version__}", "secondsPerEpoch": seconds}))
