"""Patterns of filters in Keras on TensorFlow, all filters in one batch and one compiled function: seconds of each call as one JSON line.

Usage: python keras_filter_patterns.py APPLICATION LAYER SIZE FILTERS STEPS THREADS CALLS
"""

import json
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
application, layer, *numbers = sys.argv[1:]
size, filters, steps, threads, calls = map(int, numbers)

import keras
import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(1)
base = {
    "mobilenet": lambda: keras.applications.MobileNet((size, size, 3), alpha=0.25, include_top=False, weights=None),
    "vgg16": lambda: keras.applications.VGG16(False, weights=None, input_shape=(size, size, 3)),
}[application]()
answers = keras.Model(base.inputs, base.get_layer(layer).output)
mask = tf.one_hot(np.arange(filters), answers.output_shape[-1])


@tf.function
def step(images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        score = tf.reduce_sum(tf.reduce_mean(answers(images, training=False), [1, 2]) * mask)
    gradient = tape.gradient(score, images)
    return images + gradient / (tf.sqrt(tf.reduce_mean(tf.square(gradient), [1, 2, 3], keepdims=True)) + 1e-5)


def run(count):
    images = tf.constant(np.random.rand(filters, size, size, 3).astype("float32") * 20 + 128)
    for _ in range(count):
        images = step(images)
    return as_pictures(images.numpy())


def as_pictures(images):
    """The book's deprocess_image, for all images at once."""
    axes = (1, 2, 3)
    images = images - images.mean(axes, keepdims=True)
    images *= 0.1 / (images.std(axes, keepdims=True) + 1e-5)
    return (np.clip(images + 0.5, 0, 1) * 255).astype("uint8")


run(1)
measured = []
for _ in range(calls):
    start, used = time.perf_counter(), time.process_time()
    run(steps)
    measured.append({"seconds": time.perf_counter() - start, "cpu": time.process_time() - used})
print(json.dumps(measured))
