"""Fixtures of layers whose choices are made for a whole batch: RandAugment, AugMix, MixUp and CutMix, for given choices."""

import numpy as np

from common import Fixture, keras
from make_augmentation import HEIGHT, SAMPLES, WIDTH, column, per_image, pictures, rotation

L = keras.layers


def layer_parameters(layers, i):
    """For each of the layers of RandAugment and AugMix Keras' parameters, and Fovea's; `i` makes them differ."""
    shape = (SAMPLES, HEIGHT, WIDTH, 3)
    degrees = [10.0 + 5 * i, -25.0, 40.0 - 9 * i]
    down, right = column(1.25, -2 + i, 0.5), column(-1.75, 2, -0.25 + i)
    shears = column(0.2, -0.1 * i, 0.0), column(0.1, -0.3, 0.1)
    deltas, parts = per_image(-30, 20 + 5 * i, 50), per_image(0.3, 0.1 * i, 0.5)
    contrast, sharp = per_image(0.7, 1.2, 1.0 + 0.1 * i), np.array([0.1, 0.4, 0.3], "float32")
    shifts = np.array([5, 6, 4], "uint8")
    added = {"additions": per_image(0, 40, 70), "thresholds": per_image(100, 20, 60)}
    angle = {"angle": np.radians(column(*degrees))}
    return {
        "random_shear": ({"shear_factor": np.concatenate(shears, 1)}, dict(zip(("shearX", "shearY"), shears))),
        "random_translation": (
            {"translations": np.concatenate([right, down], 1)},
            {"heightTranslation": down, "widthTranslation": right},
        ),
        "random_rotation": ({"rotation_matrix": rotation(layers.random_rotation, degrees, shape)}, angle),
        "random_brightness": ({"rgb_delta": deltas}, {"rgbDelta": deltas}),
        "random_color_degeneration": ({"factor": parts}, {"factor": parts}),
        "random_contrast": ({"contrast_factor": contrast}, {"contrastFactor": contrast}),
        "random_sharpness": ({"factor": sharp}, {"factor": sharp.reshape(-1, 1, 1, 1)}),
        "random_posterization": ({"shift_factor": shifts}, {"shiftFactor": shifts.reshape(-1, 1, 1, 1)}),
        "solarization": (added, added),
        "auto_contrast": (None, {}),
        "equalization": ({}, {}),
    }


def chosen():
    """RandAugment and AugMix, which choose layers for a whole batch."""
    fixture = Fixture("chosen-layers", "make_chosen_layers.py")
    images = pictures(0xC405)

    def link(names, choice, parameters):
        own = [{k: fixture.array(v) for k, v in parameters[name][1].items()} for name in names]
        return {"choice": choice, "parameters": own}

    def add(layer, result, links, **more):
        config = {k: v for k, v in layer.get_config().items() if k not in ("name", "trainable", "dtype")}
        common = dict(className=type(layer).__name__, config=config, images=fixture.array(images, "uint8"))
        fixture.add(**common, chains=links, output=fixture.array(result), **more)

    layer = L.RandAugment(factor=0.6)
    names = layer._AUGMENT_LAYERS
    for choices in ([0, 3], [2, 9], [5, 1], [6, 7], [8, 4], [10, 2]):
        parameters = layer_parameters(layer, 0)
        transforms = {name: parameters[name][0] for name in names}
        given = {"layer_idxes": np.array(choices), "transforms": transforms}
        result = layer.transform_images(keras.ops.convert_to_tensor(images.astype("float32")), given)
        add(layer, result, [[link(names, choice, parameters) for choice in choices]])
    layer = L.AugMix(num_chains=2, chain_depth=3)
    names = layer._augment_layers
    chains, links = [], []
    for c, choices in enumerate(([2, 11, 7], [3, 0, 9])):
        given = [layer_parameters(layer, c + d) for d in range(3)]
        links.append([link(names, choice, p) for choice, p in zip(choices, given)])
        chain = [(names[choice], p) for choice, p in zip(choices, given) if choice < len(names)]
        chains.append([{"layer_name": name, "transformation": p[name][0]} for name, p in chain])
    weights = {"chain_mixing_weights": np.array([0.3, 0.7], "float32"), "weight_sample": np.float32(0.4)}
    given = {**weights, "chain_transforms": chains}
    result = layer.transform_images(keras.ops.convert_to_tensor(images.astype("float32")), given)
    add(layer, result, links, chainWeights=[0.3, 0.7], weight=0.4)
    fixture.write()


def mixing():
    """MixUp and CutMix, whose parameters are one for a batch."""
    fixture = Fixture("mixing", "make_chosen_layers.py")
    images, labels = pictures(0xB17), np.eye(SAMPLES, dtype="float32")
    partners = np.array([2, 0, 1])
    ends = [np.array(v, "float32") for v in ((2.5, 0, 7), (9, 14, 7.5), (1, 4.2, 3), (8.3, 9, 11))]
    shape = (SAMPLES, HEIGHT, WIDTH, 3)
    up, cut = L.MixUp(0.3), L.CutMix(0.7)
    masks, weights = cut._generate_batch_mask(shape, tuple(ends))
    for layer, given in (
        (up, {"mix_weight": np.array([0.3, 0.9, 1.0], "float32"), "permutation_order": partners}),
        (cut, {"batch_masks": masks, "mix_weight": weights, "permutation_order": partners}),
    ):
        config = {k: v for k, v in layer.get_config().items() if k not in ("name", "trainable", "dtype")}
        fixture.add(
            className=type(layer).__name__,
            config=config,
            images=fixture.array(images, "uint8"),
            labels=fixture.array(labels),
            partners=fixture.array(partners),
            weights=fixture.array(np.reshape(given["mix_weight"], -1)),
            boxes=fixture.array(np.stack(ends, 1)),
            mixedImages=fixture.array(layer.transform_images(images.astype("float32"), given)),
            mixedLabels=fixture.array(layer.transform_labels(labels, given)),
        )
    fixture.write()


if __name__ == "__main__":
    chosen()
    mixing()
