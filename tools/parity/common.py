"""What all parity scripts share: quiet start of Keras, the fixture writer, and the documented number generator."""

import gzip
import json
import os
import platform
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures"


def versions():
    """The programs that made a fixture."""
    return {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


class Fixture:
    """A manifest (JSON) and the arrays it points to (one little-endian binary, gzipped)."""

    def __init__(self, name, script, **facts):
        self.folder = FIXTURES / "parity" / name
        self.manifest = {"script": f"tools/parity/{script}", "versions": versions(), **facts, "cases": []}
        self.blocks = []
        self.size = 0

    def array(self, values, dtype="float32"):
        """Appends `values` and returns the reference to them: byte offset, shape, element type."""
        values = np.ascontiguousarray(np.asarray(values), dtype=np.dtype(dtype).newbyteorder("<"))
        padding = -self.size % 8
        reference = {"offset": self.size + padding, "shape": list(values.shape), "dtype": dtype}
        self.blocks += [b"\0" * padding, values.tobytes()]
        self.size += padding + values.nbytes
        return reference

    def add(self, **case):
        self.manifest["cases"].append(case)

    def add_layer(self, name, layer, x, y, cotangent, dx, dw):
        """
        A case of a built layer: its config and weights, its result, and gradients of sum(y * cotangent). A layer of several
        inputs has lists as x and dx.
        """
        if isinstance(x, list):
            given = {"inputs": [self.array(each) for each in x], "inputGradients": [self.array(each) for each in dx]}
        else:
            given = {"input": self.array(x), "inputGradient": self.array(dx)}
        self.add(
            name=name,
            className=type(layer).__name__,
            config=float32_policy(layer.get_config()),
            **given,
            weights=[{"name": w.name, "value": self.array(w.value)} for w in layer.weights],
            output=self.array(y),
            cotangent=self.array(cotangent),
            weightGradients=[self.array(d) for d in dw],
        )

    def save_model(self, name, model):
        """Writes `<name>.keras.gz` beside the manifest."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            model.save(path)
            (self.folder / f"{name}.keras.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        data = gzip.compress(b"".join(self.blocks), 9, mtime=0)
        (self.folder / "data.bin.gz").write_bytes(data)
        cases = ",\n".join("  " + json.dumps(case) for case in self.manifest["cases"])
        head = json.dumps({k: v for k, v in self.manifest.items() if k != "cases"})
        (self.folder / "manifest.json").write_text(f'{head[:-1]},\n "cases": [\n{cases}\n ]}}\n')
        kilobytes = (len(data) + (self.folder / "manifest.json").stat().st_size) / 1024
        print(f"{self.folder.relative_to(FIXTURES)}: {len(self.manifest['cases'])} cases, {kilobytes:.0f} KB")


def float32_policy(config):
    """A layer's config as float32 Keras would give it: fixtures are computed in float64, Fovea computes in float32."""
    return json.loads(json.dumps(config).replace('"float64"', '"float32"'))


# The number generator below is written twice, here and in tests/support/fixture-numbers.ts, and must stay equal bit for bit.


def mix(values):
    """The lowbias32 hash (C. Wellons, https://github.com/skeeto/hash-prospector) of uint32 values."""
    x = np.asarray(values, dtype=np.uint32).copy()
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x21F0AAAD)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x735A2D97)
    x ^= x >> np.uint32(15)
    return x


def numbers(stream, count):
    """`count` uint32 numbers of a stream: mix(mix(stream) + i), modulo 2**32."""
    start = mix(np.uint32(stream))
    return mix(np.arange(count, dtype=np.uint32) + start)


def uniform(stream, shape, limit):
    """float32 numbers in [-limit, limit): (2 * (n >> 8) / 2**24 - 1) * limit, computed in float64 and rounded once."""
    n = numbers(stream, int(np.prod(shape))) >> np.uint32(8)
    return ((2 * (n.astype(np.float64) / 2**24) - 1) * limit).astype(np.float32).reshape(shape)


def weight_values(stream, shape):
    """Glorot-uniform kernels; biases in ±0.1, so that a test fails when a bias is ignored."""
    if len(shape) == 1:
        return uniform(stream, shape, 0.1)
    field = int(np.prod(shape[:-2]))
    return uniform(stream, shape, float(np.sqrt(6 / (field * (shape[-2] + shape[-1])))))


def drawing(stream, classes, height, width, channels):
    """
    One image (height, width, channels) of whole numbers 0…250, and its label.

    n = numbers(stream, 8) in order: label source, noise source, then for each of 3 spots the jitters dy, dx (-3…3). A
    class has 3 spots; spot b of class c lies at a fixed place, and in a fixed channel, of the stream 0xB10B, and is
    max(0, 250 - 25 * squared distance) bright. Noise scales each pixel by (64…255) / 256, rounded down.
    The background stays black, as in MNIST: with noise there too, training amplifies rounding so much that float32 and
    float64 Keras differ by percents after 50 steps.
    """
    n = [int(v) for v in numbers(stream, 8)]
    label = n[0] % classes
    image = np.zeros((height, width, channels), dtype=np.int64)
    places = numbers(0xB10B, classes * 9)
    y, x = np.mgrid[0:height, 0:width]
    for spot in range(3):
        py, px, pc = (int(v) for v in places[(label * 3 + spot) * 3 :][:3])
        cy = 2 + py % (height - 4) + n[2 + 2 * spot] % 7 - 3
        cx = 2 + px % (width - 4) + n[3 + 2 * spot] % 7 - 3
        plane = image[:, :, pc % channels]
        np.maximum(plane, 250 - 25 * ((y - cy) ** 2 + (x - cx) ** 2), out=plane)
    noise = 64 + numbers(n[1], image.size).astype(np.int64).reshape(image.shape) % 192
    return image * noise // 256, label


def batch(stream, size, classes, height, width, channels):
    """`size` drawings of the streams `stream * 65536 + i` as float32 in 0…1 (whole number / 255), and int labels."""
    pairs = [drawing(stream * 65536 + i, classes, height, width, channels) for i in range(size)]
    images = np.stack([image for image, _ in pairs])
    return (images / 255).astype(np.float32), np.array([label for _, label in pairs], dtype=np.int64)
