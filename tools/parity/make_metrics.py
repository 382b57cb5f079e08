"""Fixtures of the metrics: their results after each of several batches, the last one smaller, with and without weights."""

import json
import zlib

from common import Fixture, keras, np

SEED = 20255
BATCHES = (16, 16, 7)

metrics = keras.metrics


def bits(rng, shape):
    return rng.integers(0, 2, shape).astype(np.float64)


def one_hot(rng, shape):
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def indices(rng, shape):
    return rng.integers(0, shape[-1], shape[:-1]).astype(np.float64)


def class_map(rng, shape):
    """Class numbers, one of them outside of the classes 0 to 3."""
    return rng.integers(0, 5, shape).astype(np.float64)


def normal(rng, shape):
    return rng.standard_normal(shape)


def coarse(rng, shape):
    """Multiples of 1/199 and of 0.05, so that predictions lie on thresholds; 0 and 1 among them."""
    fine = rng.integers(0, 200, shape) / 199
    return np.where(rng.random(shape) < 0.5, fine, rng.integers(0, 21, shape) * 0.05)


def tied(rng, shape):
    """Few different scores, so that the top is not clear."""
    return rng.integers(0, 5, shape) / 4


def uniform(rng, shape):
    return rng.random(shape)


def logits(rng, shape):
    return rng.standard_normal(shape) * 2


def ranks(rng, shape):
    return np.argsort(rng.random(shape), axis=-1).astype(np.float64)


def with_empty_rows(rng, shape):
    values = rng.random(shape)
    values[::5] = 0
    return values


# Metric, options, how labels and predictions are drawn, and the shape of a sample of the predictions.
CASES = []


def case(make, draw_true, draw_pred, shape, weights=(), **options):
    """`weights` is the shape of a sample's weights."""
    CASES.append((make, options, draw_true, draw_pred, shape, weights))


for curve in ("ROC", "PR", "PRGAIN"):
    for method in ("interpolation", "minoring", "majoring"):
        case(metrics.AUC, bits, coarse, (1,), curve=curve, summation_method=method)
case(metrics.AUC, bits, uniform, (3,), num_thresholds=20)
case(metrics.AUC, bits, coarse, (1,), num_thresholds=2)
case(metrics.AUC, bits, coarse, (3,), thresholds=[0.7, 0.3, 0.35])
case(metrics.AUC, bits, coarse, (1,), thresholds=[0.5], curve="PR")
case(metrics.AUC, bits, coarse, (4,), multi_label=True)
case(metrics.AUC, bits, coarse, (4,), multi_label=True, num_labels=4, curve="PR")
case(metrics.AUC, bits, coarse, (3,), multi_label=True, label_weights=[0.5, 1.0, 2.0])
case(metrics.AUC, bits, coarse, (3,), multi_label=True, label_weights=[0.5, 1.0, 2.0], curve="PR")
case(metrics.AUC, bits, coarse, (3,), multi_label=True, thresholds=[0.2, 0.3, 0.9])
case(metrics.AUC, bits, coarse, (3,), label_weights=[0.5, 1.0, 2.0])
case(metrics.AUC, bits, coarse, (3,), label_weights=[0.5, 1.0, 2.0], thresholds=[0.2, 0.3, 0.9])
case(metrics.AUC, bits, logits, (1,), from_logits=True, num_thresholds=50)
for make in (metrics.Precision, metrics.Recall):
    case(make, bits, coarse, (1,))
    case(make, bits, coarse, (3,), thresholds=0.3)
    case(make, bits, coarse, (3,), thresholds=[0.0, 0.15, 0.5, 0.8, 1.0])
    case(make, bits, coarse, (3,), thresholds=[0.0, 0.25, 0.5, 0.75, 1.0])
    case(make, one_hot, tied, (6,), top_k=2)
    case(make, one_hot, tied, (6,), top_k=3, class_id=2)
    case(make, one_hot, tied, (6,), top_k=3, thresholds=0.4)
    case(make, one_hot, coarse, (4,), class_id=0)
for make in (metrics.TruePositives, metrics.TrueNegatives, metrics.FalsePositives, metrics.FalseNegatives):
    case(make, bits, coarse, (2,))
    case(make, bits, coarse, (2,), thresholds=[0.1, 0.15, 0.9])
    case(make, bits, coarse, (2,), thresholds=[0.0, 0.5, 1.0])
case(metrics.SensitivityAtSpecificity, bits, coarse, (1,), specificity=0.6)
case(metrics.SensitivityAtSpecificity, bits, coarse, (1,), specificity=0.5, num_thresholds=1)
case(metrics.SensitivityAtSpecificity, one_hot, coarse, (3,), specificity=0.4, class_id=1)
case(metrics.SpecificityAtSensitivity, bits, coarse, (1,), sensitivity=0.6, num_thresholds=20)
case(metrics.PrecisionAtRecall, bits, coarse, (1,), recall=0.6)
case(metrics.RecallAtPrecision, bits, coarse, (2,), precision=0.5)
for average in (None, "micro", "macro", "weighted"):
    case(metrics.F1Score, one_hot, tied, (4,), average=average)
    case(metrics.F1Score, bits, coarse, (4,), average=average, threshold=0.5)
    case(metrics.FBetaScore, bits, with_empty_rows, (3,), average=average, beta=2.0)
case(metrics.FBetaScore, bits, coarse, (3,), beta=0.5, threshold=1.0)
case(metrics.MeanIoU, class_map, class_map, (5, 3), num_classes=4)
case(metrics.MeanIoU, class_map, class_map, (1,), num_classes=4, dtype="float32")
case(metrics.MeanIoU, class_map, coarse, (5, 4), num_classes=4, sparse_y_pred=False, ignore_class=2)
case(metrics.IoU, class_map, class_map, (1,), num_classes=4, target_class_ids=[0, 2])
case(metrics.IoU, class_map, class_map, (1,), num_classes=4, target_class_ids=[1], ignore_class=4)
case(metrics.OneHotIoU, one_hot, coarse, (4,), num_classes=4, target_class_ids=[0, 3])
case(metrics.OneHotMeanIoU, one_hot, coarse, (4,), num_classes=4)
case(metrics.BinaryIoU, bits, coarse, (1,))
case(metrics.BinaryIoU, bits, coarse, (1,), target_class_ids=[1], threshold=0.3, dtype="float32")
case(metrics.BinaryAccuracy, bits, coarse, (1,), threshold=0.3)
case(metrics.BinaryAccuracy, bits, coarse, (3,))
case(metrics.CategoricalAccuracy, one_hot, tied, (5,))
case(metrics.SparseCategoricalAccuracy, indices, tied, (5,))
case(metrics.SparseCategoricalAccuracy, indices, coarse, (2, 5))
case(metrics.TopKCategoricalAccuracy, one_hot, tied, (6,), k=3)
case(metrics.SparseTopKCategoricalAccuracy, indices, tied, (6,), k=2)
case(metrics.SparseTopKCategoricalAccuracy, indices, ranks, (6,), k=2, from_sorted_ids=True)
case(metrics.MeanSquaredError, normal, normal, (3,))
case(metrics.MeanAbsoluteError, normal, normal, (4, 2))
case(metrics.BinaryCrossentropy, bits, uniform, (3,), label_smoothing=0.1)
case(metrics.CategoricalCrossentropy, one_hot, uniform, (5,))
case(metrics.SparseCategoricalCrossentropy, indices, logits, (5,), from_logits=True)
case(metrics.Accuracy, tied, tied, (3,))
case(metrics.MeanAbsolutePercentageError, normal, normal, (3,))
case(metrics.MeanSquaredLogarithmicError, coarse, coarse, (3,))
case(metrics.RootMeanSquaredError, normal, normal, (3,))
case(metrics.RootMeanSquaredError, normal, normal, (4, 2))
case(metrics.CosineSimilarity, uniform, uniform, (3,))
case(metrics.CosineSimilarity, uniform, uniform, (4, 2), axis=1)
case(metrics.LogCoshError, normal, normal, (3,))
case(metrics.Hinge, bits, normal, (3,))
case(metrics.Hinge, normal, normal, (3,))
case(metrics.SquaredHinge, bits, normal, (1,))
case(metrics.CategoricalHinge, one_hot, normal, (4,))
case(metrics.KLDivergence, uniform, uniform, (3,))
case(metrics.Poisson, uniform, uniform, (3,))
case(metrics.CategoricalCrossentropy, one_hot, logits, (4,), from_logits=True, label_smoothing=0.2)
case(metrics.SparseCategoricalCrossentropy, indices, uniform, (5,), ignore_class=2)
case(metrics.PearsonCorrelation, normal, normal, (6,))
case(metrics.PearsonCorrelation, normal, normal, (4, 2), axis=1)
case(metrics.ConcordanceCorrelation, normal, normal, (6,))
case(metrics.ConcordanceCorrelation, normal, normal, (4, 2), axis=1)
# Weights for each value.
case(metrics.MeanSquaredError, normal, normal, (3, 2), weights=(3,))
case(metrics.RootMeanSquaredError, normal, normal, (3, 2), weights=(3,))
case(metrics.BinaryAccuracy, bits, coarse, (3,), weights=(3,))
case(metrics.SparseCategoricalAccuracy, indices, tied, (2, 3, 5), weights=(2, 3))
case(metrics.SparseCategoricalCrossentropy, indices, uniform, (2, 3, 5), weights=(2, 3))
case(metrics.SparseCategoricalCrossentropy, indices, uniform, (2, 3, 5), weights=(2, 3), ignore_class=1)
case(metrics.Precision, bits, coarse, (3,), weights=(3,))
case(metrics.AUC, bits, coarse, (3,), weights=(3,))
case(metrics.MeanIoU, class_map, class_map, (5, 3), weights=(5, 3), num_classes=4, dtype="float32")
case(metrics.MeanIoU, class_map, coarse, (5, 4), weights=(5,), num_classes=4, sparse_y_pred=False)
case(metrics.R2Score, normal, normal, (3,), weights=(3,))
case(metrics.R2Score, normal, normal, (3,))
case(metrics.R2Score, normal, normal, (3,), class_aggregation="variance_weighted_average")
case(metrics.R2Score, normal, normal, (2,), class_aggregation=None, num_regressors=2)
case(metrics.Mean, None, normal, (3, 2))
case(metrics.Sum, None, normal, (3, 2))


def plain(config):
    """Arrays as lists."""
    return json.loads(json.dumps(config, default=lambda value: np.asarray(value).tolist()))


def exact(values):
    """The nearest numbers that float32 holds."""
    return values.astype(np.float32)


def weights_for(make, options, rng, shape):
    """Whole numbers where Keras would cut them; shaped as each metric takes one weight a sample."""
    if issubclass(make, metrics.IoU) and options.get("dtype") != "float32":
        values = rng.integers(0, 4, shape).astype(np.float64)
    else:
        values = rng.integers(0, 9, shape) / 4
    return exact(values)


def shaped(make, weights, predictions):
    """Keras' IoUs take one weight a label."""
    if not issubclass(make, metrics.IoU):
        return weights
    if weights.ndim > 1:
        return weights.reshape(-1)
    per_class = make in (metrics.OneHotIoU, metrics.OneHotMeanIoU)
    size = predictions[0].size // (predictions.shape[-1] if per_class else 1)
    return np.repeat(weights, size)


def results(metric, make, batches, weighted):
    """After each batch."""
    found = []
    for y_true, y_pred, weights in batches:
        given = {"sample_weight": shaped(make, weights, y_pred)} if weighted else {}
        metric.update_state(*([y_pred] if y_true is None else [y_true, y_pred]), **given)
        found.append(np.asarray(metric.result(), dtype=np.float64).reshape(-1).tolist())
    return found


def main():
    fixture = Fixture("metrics", "make_metrics.py", seed=SEED, batches=BATCHES, precision="computed in float32")
    for number, (make, options, draw_true, draw_pred, shape, weight_shape) in enumerate(CASES):
        label = ", ".join(f"{key} {value}" for key, value in options.items())
        name = f"{number} {make.__name__}" + (f": {label}" if label else "")
        rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
        batches = []
        for count in BATCHES:
            y_pred = exact(draw_pred(rng, (count, *shape)))
            if draw_true is None:
                y_true = None
            elif make is metrics.MeanIoU and options.get("sparse_y_pred") is False:
                y_true = exact(draw_true(rng, (count, *shape[:-1])))
            else:
                y_true = exact(draw_true(rng, (count, *shape)))
            batches.append((y_true, y_pred, weights_for(make, options, rng, (count, *weight_shape))))
        per_label = issubclass(make, metrics.IoU) and options.get("sparse_y_pred") is False and not weight_shape
        case = dict(
            name=name,
            className=make.__name__,
            options=options,
            config=plain(make(**options, name="given").get_config()),
            yTrue=[None if y is None else fixture.array(y) for y, _, _ in batches],
            yPred=[fixture.array(p) for _, p, _ in batches],
            sampleWeight=[fixture.array(w) for _, _, w in batches],
            results=results(make(**options), make, batches, False),
        )
        if not per_label:
            case["weightedResults"] = results(make(**options), make, batches, True)
        fixture.add(**case)
    fixture.write()


if __name__ == "__main__":
    main()
