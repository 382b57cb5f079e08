"""
The events that Keras' TensorBoard callback writes in a run of fit, without the graph of TensorFlow, and one of its files as it
is: tests/fixtures/tensorboard.json. Needs `pip install tensorboard`.
"""

import base64
import json
import tempfile
from pathlib import Path

from common import FIXTURES, keras, np, tf, versions
from tensorflow.core.util import event_pb2


def numbers(*shape):
    """The same in float32 as the test makes: whole numbers divided by 64."""
    index = np.arange(np.prod(shape))
    return ((index * 37 % 101 - 50) / 64).astype("float32").reshape(shape)


def value_of(tensor, plugin):
    """Numbers as a list; pictures as their extents and pixels."""
    array = tf.make_ndarray(tensor)
    if plugin == "images":
        width, height, *files = array.tolist()
        pixels = [tf.io.decode_png(file).numpy().ravel().tolist() for file in files]
        return {"width": int(width), "height": int(height), "pixels": pixels}
    if plugin == "graph_keras_model":
        return json.loads(array.item())["class_name"]
    return array.ravel().tolist()


def events(folder):
    """The values of all events of a folder in order."""
    found = []
    for path in sorted(folder.glob("events*")):
        for frame in tf.data.TFRecordDataset(str(path)):
            event = event_pb2.Event.FromString(frame.numpy())
            for value in event.summary.value:
                plugin = value.metadata.plugin_data.plugin_name
                found.append({"tag": value.tag, "step": event.step, "plugin": plugin, "value": value_of(value.tensor, plugin)})
    return found


def main():
    net = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            keras.layers.Conv2D(5, 2, activation="relu", name="conv"),
            keras.layers.Flatten(),
            keras.layers.Dense(2, name="dense"),
        ],
        name="net",
    )
    for weight in net.weights:
        weight.assign(numbers(*weight.shape))
    net.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse", metrics=["mae"])
    x, y = numbers(20, 4, 4, 1), numbers(20, 2)
    with tempfile.TemporaryDirectory() as name:
        options = {"histogram_freq": 2, "write_images": True, "update_freq": 2}
        board = keras.callbacks.TensorBoard(name, **options)
        run = {"epochs": 3, "batch_size": 4, "shuffle": False, "verbose": 0, "validation_split": 0.25}
        net.fit(x, y, callbacks=[board], **run)
        facts = {"script": "tools/parity/make_tensorboard.py", "versions": versions()}
        file = next((Path(name) / "validation").iterdir()).read_bytes()
        facts |= {"validationFile": base64.b64encode(file).decode()}
        lists = [(part, events(Path(name) / part)) for part in ("train", "validation")]
    rows = [f'"{part}": [\n' + ",\n".join(map(json.dumps, found)) + "\n]" for part, found in lists]
    (FIXTURES / "tensorboard.json").write_text(json.dumps(facts)[:-1] + ",\n" + ",\n".join(rows) + "}\n")


if __name__ == "__main__":
    main()
