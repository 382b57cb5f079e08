"""
Writes tests/fixtures/image-folders.json and tests/fixtures/parity/image-data: NumPy's random numbers, the files that
Keras finds in a folder, and what its ImageDataGenerator makes of images.

Usage: python tools/parity/make_image_data.py
"""

import contextlib
import io
import json
import tempfile
from pathlib import Path

from common import FIXTURES, Fixture, numbers, versions

import numpy as np  # noqa: E402
import scipy  # noqa: E402
from keras.src.legacy.preprocessing import image as legacy  # noqa: E402
from keras.src.utils import dataset_utils  # noqa: E402
from keras.src.utils.image_dataset_utils import ALLOWLIST_FORMATS  # noqa: E402

SCRIPT = "make_image_data.py"

# Capital letters, blanks, letters outside of ASCII and of the first plane, folders in folders, and what is no image.
TREE = [
    *[f"dogs/{i}.jpg" for i in range(12)],
    *[f"cats/cat {i}.JPG" for i in range(9)],
    *["cats/b/one.png", "cats/b.png", "cats/B.png", "cats/a/z.gif", "cats/a/y/x.bmp", "cats/ä.jpeg", "cats/a-b/c.png"],
    *["cats/\U0001f431.png", "cats/\uff5e.png", "cats/notes.txt", "cats/.hidden.png", "cats/.folder/in.png"],
    *["Emus/1.png", "Emus/2.webm", ".git/x.png", "top.png"],
]


def draws(seed):
    random = np.random.RandomState(seed)
    return {
        "seed": seed,
        "permutation": random.permutation(20).tolist(),
        "random": [random.random() for _ in range(3)],
        "uniform": [random.uniform(-3, 5) for _ in range(3)],
        "choice": [int(random.choice([4, 5, 6])) for _ in range(10)],
        "one": int(random.choice([7])),
        "after": random.uniform(0, 1),
    }


def index_case(folder, name, split=None, **options):
    """What index_directory and the split give, and print."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        paths, labels, classes = dataset_utils.index_directory(folder, formats=ALLOWLIST_FORMATS, **options)
        parts = {}
        for subset in ("training", "validation") if split else ():
            part, part_labels = dataset_utils.get_training_or_validation_split(paths, labels, split, subset)
            parts[subset] = {"files": relative(part, folder), "labels": plain(part_labels)}
    given = options["labels"]
    case = {"name": name, **options, "labels": plain(given) if isinstance(given, list) else given, "validation_split": split}
    case["result"] = {"files": relative(paths, folder), "labels": plain(labels), "class_names": classes, **parts}
    return {**case, "printed": text.getvalue()}


def relative(paths, folder):
    return [str(Path(path).relative_to(folder)) for path in paths]


def plain(labels):
    return None if labels is None else [int(label) for label in labels]


def folder_fixture():
    with tempfile.TemporaryDirectory() as folder:
        for name in TREE:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        count = len(dataset_utils.index_directory(folder, None, ALLOWLIST_FORMATS, verbose=False)[0])
        listed = [i % 3 + 5 for i in range(count)]
        cases = [
            index_case(folder, "sorted", labels="inferred", shuffle=False),
            index_case(folder, "shuffled", labels="inferred", shuffle=True, seed=1),
            index_case(folder, "split", labels="inferred", shuffle=True, seed=1337, split=0.2),
            index_case(folder, "split in order", labels="inferred", shuffle=False, split=0.3),
            index_case(folder, "chosen classes", labels="inferred", class_names=["dogs", "cats"], shuffle=True, seed=7),
            index_case(folder, "no labels", labels=None, shuffle=True, seed=2, split=0.25),
            index_case(folder, "listed labels", labels=listed, shuffle=True, seed=3),
        ]
        flow = flow_files(folder)
    facts = {"script": f"tools/parity/{SCRIPT}", "versions": versions()}
    body = {**facts, "random": [draws(seed) for seed in (0, 1, 1337, 4294967295)], "tree": TREE, "cases": cases, "flow": flow}
    (FIXTURES / "image-folders.json").write_text(json.dumps(body, indent=1) + "\n")


def flow_files(folder):
    """The files and classes that flow_from_directory finds. Hidden folders are no classes in Fovea, so classes are named."""
    cases = []
    for subset in (None, "training", "validation"):
        generator = legacy.ImageDataGenerator(validation_split=0.3)
        with contextlib.redirect_stdout(io.StringIO()) as text:
            flow = generator.flow_from_directory(folder, classes=["Emus", "cats", "dogs"], subset=subset)
        files = [name.replace("\\", "/") for name in flow.filenames]
        cases.append({"subset": subset, "files": files, "labels": plain(flow.classes), "printed": text.getvalue()})
    return cases


def picture(stream, height, width, channels):
    """Whole numbers 0…255, smooth enough that interpolation matters and rough enough that a wrong pixel shows."""
    values = numbers(stream, height * width * channels).astype(np.int64).reshape(height, width, channels) % 256
    return values.astype("float32")


TRANSFORMS = [
    {"theta": 33.0},
    {"tx": 1.7, "ty": -2.4},
    {"tx": 3.0},
    {"shear": 21.0},
    {"zx": 0.8, "zy": 1.3},
    {"theta": -140.0, "tx": 4.2, "ty": 9.1, "shear": -12.0, "zx": 1.6, "zy": 0.7},
    {"theta": 12.0, "flip_horizontal": True},
    {"theta": 12.0, "flip_vertical": True, "channel_shift_intensity": 20.0},
    {"flip_horizontal": True, "flip_vertical": True},
    {"channel_shift_intensity": -45.5},
    {"brightness": 0.4},
    {"brightness": 1.7},
    {"brightness": 0.0, "theta": 5.0},
    {"brightness": 1.0},
]


def transform_cases(fixture):
    for channels in (3, 1, 4):
        image = picture(1, 11, 14, channels)
        reference = fixture.array(image)
        for mode in ("nearest", "constant", "reflect", "wrap") if channels == 3 else ("nearest",):
            for order in (1, 0) if channels == 3 else (1,):
                generator = legacy.ImageDataGenerator(fill_mode=mode, cval=37.0, interpolation_order=order)
                for parameters in TRANSFORMS:
                    result = generator.apply_transform(image, parameters)
                    options = {"fill_mode": mode, "cval": 37.0, "interpolation_order": order}
                    fixture.add(
                        kind="transform", options=options, parameters=parameters, image=reference, result=fixture.array(result)
                    )
    image = picture(2, 5, 5, 3) * 2 - 100
    result = legacy.ImageDataGenerator().apply_transform(image, {"brightness": 0.6})
    fixture.add(
        kind="transform", options={}, parameters={"brightness": 0.6}, image=fixture.array(image), result=fixture.array(result)
    )


OPTIONS = [
    {"rotation_range": 40, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 0.2, "zoom_range": 0.2,
     "horizontal_flip": True},
    {"width_shift_range": 3, "height_shift_range": [-2, 1, 4], "vertical_flip": True, "zoom_range": [0.5, 0.9]},
    {"brightness_range": [0.2, 1.4], "channel_shift_range": 30.0},
    {"height_shift_range": 0.1, "horizontal_flip": True, "vertical_flip": True},
]


def parameter_cases(fixture):
    for options in OPTIONS:
        generator = legacy.ImageDataGenerator(**options)
        for seed in (1, 2, 3):
            values = generator.get_random_transform((20, 30, 3), seed)
            parameters = {k: None if v is None else bool(v) if k.startswith("flip") else float(v) for k, v in values.items()}
            fixture.add(kind="parameters", options=options, seed=seed, parameters=parameters)


STANDARDIZING = [
    {"rescale": 1 / 255},
    {"samplewise_center": True, "samplewise_std_normalization": True},
    {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 0.5},
    {"featurewise_center": True, "zca_whitening": True, "zca_epsilon": 1e-3},
]


def standardize_cases(fixture):
    data = np.stack([picture(10 + i, 3, 2, 3) for i in range(40)])
    reference = fixture.array(data)
    for options in STANDARDIZING:
        generator = legacy.ImageDataGenerator(**options)
        generator.fit(data)
        result = np.stack([generator.standardize(image.copy()) for image in data[:4]])
        fixture.add(kind="standardize", options=options, data=reference, result=fixture.array(result))


def flow_cases(fixture):
    """Batches one after the other, beyond the end of the data."""
    data = np.stack([picture(50 + i, 6, 5, 3) for i in range(7)])
    labels = np.arange(7) * 10
    x, y = fixture.array(data), fixture.array(labels)
    options = {"rotation_range": 30, "zoom_range": 0.3, "horizontal_flip": True, "rescale": 0.5, "validation_split": 0.3}
    for flow_options in (
        {"seed": 5, "shuffle": True, "batch_size": 3},
        {"seed": 9, "shuffle": False, "batch_size": 4},
        {"seed": 5, "shuffle": True, "batch_size": 3, "subset": "training"},
        {"seed": 5, "shuffle": True, "batch_size": 3, "subset": "validation"},
    ):
        flow = legacy.ImageDataGenerator(**options).flow(data, labels, ignore_class_split=True, **flow_options)
        batches = [next(flow) for _ in range(5)]
        fixture.add(
            kind="flow",
            options=options,
            flow=flow_options,
            x=x,
            y=y,
            batches=[{"x": fixture.array(bx), "y": fixture.array(by)} for bx, by in batches],
        )


folder_fixture()
fixture = Fixture("image-data", SCRIPT, scipy=scipy.__version__)
transform_cases(fixture)
parameter_cases(fixture)
standardize_cases(fixture)
flow_cases(fixture)
fixture.write()
