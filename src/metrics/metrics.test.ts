import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resetNames } from '../base/names.ts';
import type { Shape } from '../base/shape.ts';
import { evaluate } from '../graph/evaluate.ts';
import type { Node } from '../graph/node.ts';
import * as losses from '../losses/index.ts';
import { placeholder } from '../ops/leaf.ts';
import type { MeanMetric } from './mean.ts';
import { metricResolver, metrics, serializeMetric } from './registry.ts';

/** The metric's values for rows of labels and predictions. */
function run(
  metric: MeanMetric,
  labels: readonly (readonly number[] | number)[],
  predictions: readonly number[][],
) {
  const rank1 = typeof labels[0] === 'number';
  const y = placeholder({ shape: rank1 ? [null] : [null, (labels[0] as number[]).length], name: 'y' });
  const p = placeholder({ shape: [null, predictions[0]!.length], name: 'p' });
  const leaves = (leaf: Node) => {
    const rows = leaf === y ? labels : leaf === p ? predictions : undefined;
    return rows && { shape: leaf.shape.map((d) => d ?? rows.length), data: Float64Array.from(rows.flat()) };
  };
  return [...evaluate([metric.call(y, p)], leaves, labels.length)[0]!.data];
}

test('accuracy resolves by the shapes as in Keras and keeps its name as typed', () => {
  const resolved = (name: string, target: Shape, output: Shape) => {
    const metric = metricResolver(name as 'acc')(target, output);
    return [metric.className, metric.name];
  };
  assert.deepEqual(resolved('accuracy', [null, 1], [null, 1]), ['BinaryAccuracy', 'accuracy']);
  assert.deepEqual(resolved('acc', [null], [null, 1]), ['BinaryAccuracy', 'acc']);
  assert.deepEqual(resolved('acc', [null], [null, 10]), ['SparseCategoricalAccuracy', 'acc']);
  assert.deepEqual(resolved('accuracy', [null, 1], [null, 10]), ['SparseCategoricalAccuracy', 'accuracy']);
  assert.deepEqual(resolved('accuracy', [null, 10], [null, 10]), ['CategoricalAccuracy', 'accuracy']);
  assert.deepEqual(resolved('mse', [null, 1], [null, 1]), ['MeanSquaredError', 'mse']);
});

// Labels, predictions (with ties) and the expected results of Keras 3.15.1's functions of the same names.
const ONE_HOT = [
  [0, 1, 0, 0],
  [1, 0, 0, 0],
  [0, 0, 0, 1],
  [0, 0, 1, 0],
];
const NUMBERS = [1, 0, 3, 2];
const PREDICTIONS = [
  [0.1, 0.4, 0.4, 0.1],
  [0.2, 0.3, 0.4, 0.1],
  [0.3, 0.3, 0.3, 0.1],
  [0.1, 0.1, 0.8, 0],
];
const TOP_K = [
  [1, [1, 0, 0, 1]],
  [2, [1, 0, 0, 1]],
  [3, [1, 1, 0, 1]],
] as const;

test('categorical accuracies, ties included', () => {
  assert.deepEqual(run(metrics.categoricalAccuracy(), ONE_HOT, PREDICTIONS), [1, 0, 0, 1]);
  assert.deepEqual(run(metrics.sparseCategoricalAccuracy(), NUMBERS, PREDICTIONS), [1, 0, 0, 1]);
  for (const [k, expected] of TOP_K) {
    assert.deepEqual(run(metrics.topKCategoricalAccuracy({ k }), ONE_HOT, PREDICTIONS), expected);
    assert.deepEqual(run(metrics.sparseTopKCategoricalAccuracy({ k }), NUMBERS, PREDICTIONS), expected);
  }
});

test('binary accuracy counts predictions strictly above the threshold as 1', () => {
  const predictions = [[0.5], [0.5], [0.51], [0.2]];
  assert.deepEqual(run(metrics.binaryAccuracy(), [0, 1, 1, 0], predictions), [1, 0, 1, 1]);
  assert.deepEqual(run(metrics.binaryAccuracy({ threshold: 0.1 }), [0, 1, 1, 0], predictions), [0, 1, 1, 0]);
});

test('errors and losses as metrics', () => {
  assert.deepEqual(run(metrics.meanSquaredError(), [[1, 3]], [[2, 5]]), [2.5]);
  assert.deepEqual(run(metrics.meanAbsoluteError(), [[1, 3]], [[2, 5]]), [1.5]);
  const [value] = run(
    metricResolver('categorical_crossentropy')([null, 2], [null, 2]) as MeanMetric,
    [[1, 0]],
    [[0.25, 0.75]],
  );
  assert.ok(Math.abs(value! - Math.log(4)) < 1e-12);
});

test('labels that do not fit and names that do not exist are refused', () => {
  const node = (shape: Shape) => placeholder({ shape, name: 'x' });
  assert.throws(() => metrics.categoricalAccuracy().call(node([null]), node([null, 3])), {
    name: 'ShapeError',
    message: /use sparseCategoricalAccuracy/,
  });
  assert.throws(() => metrics.sparseCategoricalAccuracy().call(node([null, 3]), node([null, 3])), /one-hot/);
  assert.throws(
    () => metricResolver('acuracy' as never),
    /Unknown metric 'acuracy'. Did you mean 'accuracy'/,
  );
  assert.throws(() => metrics.binaryAccuracy({ threshold: 1.5 }), /between 0 and 1/);
  assert.throws(() => metrics.topKCategoricalAccuracy({ k: 0 }), /from 1 up/);
});

test('configurations are Keras 3.15 and read back', () => {
  assert.deepEqual(serializeMetric(metrics.binaryCrossentropy()), {
    module: 'keras.metrics',
    class_name: 'BinaryCrossentropy',
    config: { name: 'binary_crossentropy', dtype: 'float32', from_logits: false, label_smoothing: 0 },
    registered_name: null,
  });
  for (const metric of [
    metrics.binaryAccuracy({ threshold: 0.3 }),
    metrics.topKCategoricalAccuracy({ k: 3 }),
    metrics.sparseTopKCategoricalAccuracy(),
    metrics.categoricalCrossentropy({ labelSmoothing: 0.1 }),
    metrics.meanSquaredError({ name: 'mine' }),
  ]) {
    const config = serializeMetric(metric);
    const again = metricResolver(JSON.parse(JSON.stringify(config)))([null], [null]);
    assert.deepEqual(serializeMetric(again), config);
  }
  assert.equal(serializeMetric('accuracy'), 'accuracy');
  assert.equal(serializeMetric('categoricalAccuracy'), 'categorical_accuracy');
  assert.throws(() => serializeMetric((yTrue) => yTrue), { name: 'UnsupportedError' });
});

test('metrics know whether more is better', () => {
  assert.equal(metrics.categoricalAccuracy().direction, 'up');
  assert.equal(metrics.topKCategoricalAccuracy().direction, 'up');
  assert.equal(metrics.meanSquaredError().direction, 'down');
  assert.equal(metricResolver((yTrue: Node) => yTrue)([null], [null]).direction, null);
});

test('metrics on their own collect, give their result and forget', async () => {
  const accuracy = metrics.binaryAccuracy();
  assert.equal(accuracy.result(), 0);
  await accuracy.updateState([1, 0], [[0.9], [0.8]]);
  assert.equal(accuracy.result(), 0.5);
  await accuracy.updateState([1], [[0.9]], [2]);
  assert.equal(accuracy.result(), 3 / 4);
  accuracy.resetState();
  assert.equal(accuracy.result(), 0);
  const mean = metrics.mean();
  await mean.updateState([1, 3, 5, 7]);
  assert.equal(mean.result(), 4);
  mean.resetState();
  await mean.updateState([1, 3, 5, 7], [1, 1, 0, 0]);
  assert.equal(mean.result(), 2);
  await assert.rejects(accuracy.updateState([1, 0], [[0.9]]), /as many samples each.*\[2\], \[1, 1\]/s);
});

test('every loss is a metric of the same name, with the options of the loss but its reduction', async () => {
  const makers = Object.entries(losses);
  assert.ok(makers.length >= 5);
  for (const [name, makeLoss] of makers) {
    const make = metrics[name as 'meanSquaredError'];
    assert.equal(make().className, makeLoss().className);
    // The metric is the cosine, and the loss its opposite.
    assert.equal(make().direction, name === 'cosineSimilarity' ? 'up' : 'down');
    assert.throws(() => make({ reduction: 'sum' } as never), /reduction/);
  }
  const smoothed = metrics.binaryCrossentropy({ labelSmoothing: 1, name: 'smoothed' });
  assert.equal(smoothed.name, 'smoothed');
  await smoothed.updateState([[1]], [[0.5]]);
  assert.ok(Math.abs((smoothed.result() as number) - Math.LN2) < 1e-12);
});

test('metrics that Keras numbers are numbered', () => {
  resetNames();
  assert.deepEqual(
    [metrics.auc(), metrics.auc(), metrics.precision(), metrics.f1Score(), metrics.f1Score()].map(
      ({ name }) => name,
    ),
    ['auc', 'auc_1', 'precision', 'f1_score', 'f1_score'],
  );
});

test('wrong options of metrics are refused', () => {
  const refused: readonly [() => unknown, RegExp][] = [
    [() => metrics.auc({ numThresholds: 1 }), /from 2 up/],
    [() => metrics.auc({ curve: 'RC' as never }), /one of 'ROC', 'PR', 'PRGAIN'/],
    [() => metrics.auc({ numLabels: 3 }), /only when `multiLabel` is true/],
    [() => metrics.auc({ labelWeights: [-1] }), /a list of numbers, each a number from 0 up/],
    [() => metrics.precision({ thresholds: [0.5, 1.5] }), /from 0 to 1/],
    [() => metrics.recall({ topK: 0 }), /from 1 up/],
    [() => metrics.sensitivityAtSpecificity({ specificity: 2 }), /between 0 and 1/],
    [() => metrics.sensitivityAtSpecificity({} as never), /`specificity` is missing/],
    [() => metrics.f1Score({ threshold: 0 }), /above 0, at most 1/],
    [() => metrics.f1Score({ average: 'mean' as never }), /'micro', 'macro', 'weighted'/],
    [() => metrics.ioU({ numClasses: 2, targetClassIds: [2] }), /below numClasses, 2/],
    [() => metrics.meanMetricWrapper({ fn: 3 as never }), /a function/],
  ];
  for (const [make, message] of refused) assert.throws(make, { name: 'ValueError', message });
});
