"""
keras.applications in full width and in their variants: a digest of each model's config, the names of its layers, counts.

make_applications.py                  the fixture
make_applications.py configs FOLDER   each config as a file, to see where one differs
"""

import gzip
import hashlib
import json
import re
import struct
import sys
from pathlib import Path
from unittest import mock

from common import FIXTURES, keras, np, versions
from keras.src.utils import file_utils

SMALL = {"includeTop": False, "inputShape": [96, 96, 3]}
TINY = {"includeTop": False, "inputShape": [32, 32, 3]}

# Variants of each architecture besides the default one; options in Fovea's spelling.
CASES = {
    "vgg16": [{**TINY, "pooling": "avg"}, {**TINY, "pooling": "max", "inputShape": [32, 64, 1]}],
    "vgg19": [{**TINY, "name": "own"}, {"classes": 10, "inputShape": [64, 64, 3], "classifierActivation": None}],
    "mobileNet": [
        *({"alpha": alpha} for alpha in (0.25, 0.5, 0.75)),
        {**SMALL, "alpha": 0.3},
        {**SMALL, "pooling": "avg", "depthMultiplier": 2},
        {**SMALL, "pooling": "max", "inputShape": [128, 160, 3]},
        {"inputShape": [33, 47, 3], "classes": 7, "dropout": 0.25, "classifierActivation": None},
    ],
    "mobileNetV2": [
        *({"alpha": alpha} for alpha in (0.35, 0.5, 0.75, 1.3, 1.4)),
        {**SMALL, "alpha": 0.35, "pooling": "avg"},
        {**SMALL, "pooling": "max", "inputShape": [97, 110, 3]},
        {"inputShape": [64, 64, 3], "classes": 7, "classifierActivation": "sigmoid", "name": "own"},
        {**SMALL, "alpha": 0.35, "weights": "imagenet", "inputShape": [150, 150, 3]},
    ],
    "mobileNetV3Small": [
        {"alpha": 0.75},
        {"minimalistic": True},
        {"alpha": 1.5, "includePreprocessing": False, "dropoutRate": 0},
        {**SMALL, "pooling": "avg", "inputShape": [75, 81, 3]},
    ],
    "mobileNetV3Large": [
        {"alpha": 0.75},
        {"minimalistic": True},
        {**SMALL, "pooling": "max"},
        {"classes": 7, "classifierActivation": None, "dropoutRate": 0.5, "inputShape": [96, 96, 3]},
    ],
    "resNet50": [SMALL, {**SMALL, "pooling": "avg"}, {**SMALL, "pooling": "max"}],
    "resNet50V2": [SMALL, {**SMALL, "pooling": "avg"}, {**SMALL, "pooling": "max"}],
    "efficientNetB0": [SMALL, {**SMALL, "pooling": "avg", "inputShape": [65, 70, 3]}, {"classes": 5}, {"weights": "imagenet"}],
    "densenet121": [SMALL, {**SMALL, "pooling": "avg"}, {**SMALL, "pooling": "max"}],
    "xception": [SMALL, {**SMALL, "pooling": "avg"}, {"classes": 5, "inputShape": [71, 71, 3]}],
    "inceptionV3": [SMALL, {**SMALL, "pooling": "avg"}, {"classes": 5, "inputShape": [75, 75, 3]}],
    "convNeXtTiny": [
        SMALL,
        {**SMALL, "pooling": "avg", "includePreprocessing": False},
        {**SMALL, "pooling": "max", "inputShape": [32, 32, 1]},
    ],
    "nasNetMobile": [
        {**SMALL, "inputShape": [224, 224, 3]},
        {**SMALL, "pooling": "avg"},
        {"classes": 5, "inputShape": [75, 91, 3]},
    ],
}

# Keras leaves sizes open where these are not told one, which Fovea does not.
DEFAULTS = {name: {"inputShape": [224, 224, 3]} for name in ("mobileNetV3Small", "mobileNetV3Large")}


PIXELS = [0, 1, 2, 127, 128, 200, 253, 254, 255, 9, 99, 199]

LEFT_OUT = ("build_config", "compile_config", "kwargs")


def snake_case(name):
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def build(name, options):
    """The model that Fovea's function of this name gives with these options, of weights null unless they say another."""
    keras.utils.clear_session()
    given = {"weights": None} | {snake_case(key): tuple(v) if isinstance(v, list) else v for key, v in options.items()}
    found = next(each for each in dir(keras.applications) if each.lower() == name.lower() and each[0].isupper())
    # The layers depend on the weights in places; the numbers are of no interest.
    with mock.patch.object(file_utils, "get_file"), mock.patch.object(keras.Model, "load_weights"):
        return getattr(keras.applications, found)(**given)


def canonical(value):
    """A text that is equal for equal JSON, whatever the order of keys and the spelling of numbers."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return struct.pack(">d", value).hex()
    return json.dumps(value)


def plain(value):
    """
    A config without what Keras writes for some layers only: the shapes that they were built for, how models inside were
    not compiled, and named arguments of calls (masks, which no layer here has, and `training`, which has no effect in a
    file).
    """
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key not in LEFT_OUT}
    return value


def count(weights):
    return sum(int(weight.numpy().size) for weight in weights)


def describe(name, options):
    model = build(name, options)
    config = plain(json.loads(json.dumps(model.get_config())))
    return config, {
        "application": name,
        "options": options,
        "name": model.name,
        "layers": len(model.layers),
        "parameters": model.count_params(),
        "trainable": count(model.trainable_weights),
        "output": list(model.output_shape),
        "digest": hashlib.sha256(canonical(config).encode()).hexdigest(),
    }


def preprocessed():
    """What becomes of pixels, by function."""
    modules = {"mobileNet": "mobilenet", "vgg16": "vgg16", "densenet121": "densenet", "convNeXtTiny": "convnext"}
    return {
        name: getattr(keras.applications, module).preprocess_input(np.array(PIXELS, "uint8").reshape(2, 2, 3)).ravel().tolist()
        for name, module in modules.items()
    }


def main():
    folder = Path(sys.argv[2]) if sys.argv[1:2] == ["configs"] else None
    cases = []
    for name, variants in CASES.items():
        for i, options in enumerate([DEFAULTS.get(name, {}), *variants]):
            config, about = describe(name, {**DEFAULTS.get(name, {}), **options})
            if i == 0:
                about["layerNames"] = [layer["name"] for layer in config["layers"]]
            cases.append(about)
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{name}-{i}.json").write_text(json.dumps(config))
            print(name, options, about["layers"], about["parameters"], flush=True)
    if folder is None:
        facts = {"script": "tools/parity/make_applications.py", "versions": versions()}
        images = {"pixels": PIXELS, "preprocessed": preprocessed()}
        text = json.dumps({**facts, "images": images, "cases": cases})
        (FIXTURES / "parity" / "applications.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
