"""Transfer learning as bench/transfer.mjs does it, in Keras on TensorFlow: features predicted once, a head trained on them, then the
last blocks of the base. Seconds and validation accuracies as one JSON line.

Usage: python keras_transfer.py FOLDER WEIGHTS THREADS TUNING_EPOCHS
"""

import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
folder, weights, threads, tuning_epochs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

import keras
import numpy as np
import tensorflow as tf
from keras import layers

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)
keras.utils.set_random_seed(1)
SIZE = 160
OPEN_FROM = "block_13_expand"

start = time.perf_counter()


def photos(part):
    data = keras.utils.image_dataset_from_directory(
        os.path.join(folder, part), image_size=(SIZE, SIZE), batch_size=20, label_mode="binary", verbose=False
    )
    return data.prefetch(tf.data.AUTOTUNE)


training, validation = photos("train"), photos("validation")
base = keras.applications.MobileNetV2(
    input_shape=(SIZE, SIZE, 3), alpha=0.35, include_top=False, weights=weights
)
base.trainable = False
front = keras.Sequential(
    [keras.Input((SIZE, SIZE, 3)), layers.Rescaling(1 / 127.5, -1), base, layers.GlobalAveragePooling2D()]
)


def features(data):
    # Each pass has another order, so features and labels are taken from one.
    pairs = [(front.predict_on_batch(x), y.numpy()) for x, y in data]
    return np.concatenate([x for x, _ in pairs]), np.concatenate([y for _, y in pairs])


train_x, train_y = features(training)
val_x, val_y = features(validation)
head = keras.Sequential([keras.Input(train_x.shape[1:]), layers.Dropout(0.5), layers.Dense(1, activation="sigmoid")])
head.compile(optimizer=keras.optimizers.Adam(), loss="binary_crossentropy", metrics=["accuracy"])
history = head.fit(train_x, train_y, batch_size=20, epochs=30, validation_data=(val_x, val_y), verbose=0).history
extraction = {"seconds": time.perf_counter() - start, "accuracy": history["val_accuracy"][-1]}

base.trainable = True
is_open = False
for layer in base.layers:
    is_open = is_open or layer.name == OPEN_FROM
    layer.trainable = is_open and not isinstance(layer, layers.BatchNormalization)
net = keras.Sequential([front, head])
net.compile(optimizer=keras.optimizers.Adam(1e-5), loss="binary_crossentropy", metrics=["accuracy"])
seconds = []


class Clock(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        seconds.append(time.perf_counter() - self.start)
        self.start = time.perf_counter()


# Photos stay decoded from the second epoch on, as in Fovea.
training = training.unbatch().cache().shuffle(2000).batch(20).prefetch(tf.data.AUTOTUNE)
validation = validation.cache()
tuned = net.fit(
    training, epochs=tuning_epochs, validation_data=validation, verbose=0, callbacks=[Clock()]
).history
print(
    json.dumps(
        {
            "system": f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
            "extraction": extraction,
            "tuning": {"seconds": seconds, "accuracy": tuned["val_accuracy"][-1]},
        }
    )
)
