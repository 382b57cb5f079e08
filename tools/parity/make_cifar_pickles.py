"""Two tiny files of CIFAR as Keras keeps them, with the opcodes of Python 2, which wrote the real ones.

Keras' own loader must read them. Writes tests/fixtures/cifar/; the pixels are (7 i) mod 251.
"""

import pickle
import struct

from common import FIXTURES, np
from keras.src.datasets.cifar import load_batch


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 did."""

    dispatch = pickle._Pickler.dispatch.copy()

    def save_bytes(self, value):
        size = len(value)
        self.write(b"U" + bytes([size]) + value if size < 256 else b"T" + struct.pack("<i", size) + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes


def write(name, batch):
    folder = FIXTURES / "cifar"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / name, "wb") as file:
        Python2Pickler(file, protocol=2).dump(batch)
    for key in batch:
        if key.endswith(b"labels"):
            data, labels = load_batch(str(folder / name), key.decode())
            assert list(labels) == batch[key] and (data.reshape(2, -1) == batch[b"data"]).all()


pixels = (np.arange(2 * 3072) * 7 % 251).astype("uint8").reshape(2, 3072)
write("cifar10.pickle", {b"batch_label": b"testing batch 1 of 1", b"labels": [3, 9], b"data": pixels, b"filenames": [b"a.png", b"b.png"]})
write(
    "cifar100.pickle",
    {b"filenames": [b"a.png", b"b.png"], b"batch_label": b"x", b"fine_labels": [99, 300 % 100], b"coarse_labels": [19, 7], b"data": pixels},
)
