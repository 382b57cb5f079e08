"""The network of chapter 5.2 on photos from a folder, augmented, in Keras on TensorFlow: seconds per epoch of fit(), of
the clock and of all processors, as one JSON line. Files are decoded by tf.data in each epoch, or once with CACHE 1.

Usage: python keras_photos.py FOLDER EPOCHS THREADS CACHE
"""

import json
import os
import resource
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
folder, epochs, threads, cache = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1"

import keras
import tensorflow as tf
from keras import layers

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)

data = keras.utils.image_dataset_from_directory(
    folder, image_size=(150, 150), batch_size=20, label_mode="binary", seed=1, verbose=False
)
if cache:
    data = data.cache()
data = data.prefetch(tf.data.AUTOTUNE)
net = keras.Sequential(
    [
        keras.Input((150, 150, 3)),
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.2),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(128, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(128, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(512, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
net.compile(optimizer=keras.optimizers.RMSprop(1e-4), loss="binary_crossentropy", metrics=["accuracy"])
seconds, cpu = [], []


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter(), processor_time()

    def on_epoch_end(self, epoch, logs=None):
        seconds.append(time.perf_counter() - self.start[0])
        cpu.append(processor_time() - self.start[1])


net.fit(data, epochs=epochs, verbose=0, callbacks=[Clock()])
print(
    json.dumps(
        {
            "system": f"Keras {keras.__version__}, TensorFlow {tf.__version__}" + (", cached" if cache else ""),
            "secondsPerEpoch": seconds,
            "cpuPerEpoch": cpu,
        }
    )
)
