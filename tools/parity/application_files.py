"""
keras.applications as files, both ways, for tools/applications.mjs.

application_files.py write FOLDER   each with random weights: NAME.keras, NAME.h5, NAME.weights.h5 (as the published files are
                                    laid out), and what it predicts: NAME.json
application_files.py check FOLDER   opens the NAME.ours.* that Fovea wrote, and compares
"""

import json
import sys
from pathlib import Path

import h5py
from common import keras, np
from keras.src.applications import convnext
from keras.src.legacy.saving import legacy_h5_format
from make_applications import build
from make_architectures import difference, fitting_gain, images

TOLERANCE = 1e-4
# The smallest images, or nearly.
SIZES = {"xception": 71, "inceptionV3": 75}
NAMES = [
    "vgg16", "vgg19", "mobileNet", "mobileNetV2", "mobileNetV3Small", "mobileNetV3Large", "resNet50", "resNet50V2",
    "efficientNetB0", "densenet121", "xception", "inceptionV3", "convNeXtTiny", "nasNetMobile",
]  # fmt: skip
# A factor of -1…1 of the classifier's logits would make all probabilities equal.
OPTIONS = {"classes": 10, "classifierActivation": None}


def predicted(model):
    return np.asarray(model(images(0x1A6E, model, 2), training=False))


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        size = SIZES.get(name, 64)
        options = {**OPTIONS, "inputShape": [size, size, 3]}
        model = build(name, options)
        fitting_gain(model)
        model.save(folder / f"{name}.keras")
        model.save(folder / f"{name}.h5")
        with h5py.File(folder / f"{name}.weights-only.h5", "w") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, model)
        x, y = images(0x1A6E, model, 2), predicted(model)
        about = {"options": options, "input": x.ravel().tolist(), "shape": list(x.shape), "output": y.ravel().tolist()}
        (folder / f"{name}.json").write_text(json.dumps(about))
        print(name, model.count_params(), flush=True)


def check(folder):
    failed = False
    own = {"LayerScale": convnext.LayerScale}
    for name in NAMES:
        about = json.loads((folder / f"{name}.json").read_text())
        x = np.array(about["input"], "float32").reshape(about["shape"])
        for ending in ("keras", "h5"):
            keras.utils.clear_session()
            model = keras.saving.load_model(folder / f"{name}.ours.{ending}", custom_objects=own, compile=False)
            off = difference(np.asarray(model(x, training=False)).ravel(), about["output"])
            failed |= not off <= TOLERANCE
            print(f"{name} .{ending}: {len(model.layers)} layers, outputs differ by {off:.1e}", flush=True)
        model = build(name, about["options"])
        model.load_weights(folder / f"{name}.ours.h5")
        off = difference(np.asarray(model(x, training=False)).ravel(), about["output"])
        failed |= not off <= TOLERANCE
        print(f"{name}, its weights in Keras' own model: outputs differ by {off:.1e}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit({"write": write, "check": check}[sys.argv[1]](Path(sys.argv[2])))
