import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import { earlyStopping } from '../../callbacks/index.ts';
import { useBackend } from '../../engine/backend.ts';
import { WasmBackend } from '../../engine/wasm-backend.ts';
import type { Node } from '../../graph/node.ts';
import { dense } from '../../layers/index.ts';
import { meanSquaredError } from '../../losses/index.ts';
import { Loss } from '../../losses/loss.ts';
import type { LossIdentifier } from '../../losses/registry.ts';
import type { Contributions, MetricState } from '../../metrics/contributions.ts';
import { Metric, type MetricInputs } from '../../metrics/metric.ts';
import { metrics } from '../../metrics/registry.ts';
import { abs, mean, square, sub, sum } from '../../ops/index.ts';
import { withOptions } from '../../options/configurable.ts';
import { withCustomObjects } from '../../options/custom-objects.ts';
import { number } from '../../options/kinds.ts';
import { register } from '../register.ts';
import { compileOptionsOf, serializeCompile } from '../saving/compile-config.ts';
import { modelFromBytes } from '../saving/load.ts';
import { modelToBytes } from '../saving/save.ts';
import { sequential } from '../sequential.ts';
import type { CompileOptions } from './compile-options.ts';
import { Totals } from './totals.ts';

before(async () => useBackend(await WasmBackend.create({ threads: 2 })));

const SAMPLES = 23;
const quiet = { verbose: 0 } as const;

/** Numbers from 0 to 1 that look random and are the same each time. */
function spread(shape: readonly [number, number], step: number): Tensor {
  const values = Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => (i * step) % 1);
  return new Tensor(shape, 'float32', values);
}

const x = spread([SAMPLES, 3], 0.377);
const bits = new Tensor(
  [SAMPLES, 1],
  'float32',
  Float32Array.from({ length: SAMPLES }, (_, i) => Number(i % 3 === 0)),
);

function binaryModel(options: Omit<CompileOptions, 'loss' | 'optimizer'>) {
  const net = sequential([dense({ units: 1, activation: 'sigmoid', inputShape: [3] })]);
  net.setWeights([tensor([[1], [-2], [1.5]]), tensor([0.25])]);
  net.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy', ...options });
  return net;
}

/** The largest mean error of a batch: a metric whose states are not added. */
class WorstBatch extends withOptions(Metric, {
  /** Factor of errors. Default 1. */
  scale: number(1),
}) {
  static override readonly className = 'WorstBatch';
  override readonly direction = 'down';

  override update({ yTrue, yPred }: MetricInputs): Contributions {
    return { worst: mean(abs(sub(yTrue, yPred))) };
  }

  override merge(state: MetricState, other: MetricState): MetricState {
    return { worst: Float64Array.of(Math.max(state.worst![0]!, other.worst![0]!)) };
  }

  override compute({ worst }: MetricState): number {
    return this.scale * worst![0]!;
  }
}

class Distance extends Loss {
  static override readonly className = 'Distance';

  override call(yTrue: Node, yPred: Node): Node {
    return mean(square(sub(yTrue, yPred)), { axes: [-1] });
  }
}

test('counts of an epoch do not depend on how samples are put into batches', async () => {
  const options = { metrics: [metrics.auc({ name: 'auc' }), metrics.falsePositives({ name: 'fp' })] };
  const results: Record<string, number>[] = [];
  for (const batchSize of [1, 5, 16, 32]) {
    const { loss: _loss, ...counts } = (await binaryModel(options).evaluate(x, bits, {
      ...quiet,
      batchSize,
      returnDict: true,
    })) as Record<string, number>;
    results.push(counts);
  }
  for (const result of results) assert.deepEqual(result, results[0]);
  const alone = metrics.auc();
  const predictions = (await binaryModel({}).predict(x, quiet)) as Tensor;
  await alone.updateState(bits, predictions);
  assert.equal(alone.result(), results[0]!.auc);
});

test('class weights count for weighted metrics alone', async () => {
  const net = binaryModel({ metrics: ['mae'], weightedMetrics: ['mae'] });
  const predictions = ((await net.predict(x, quiet)) as Tensor).data;
  const classWeight = { 0: 0.5, 1: 3 };
  const logs = (await net.trainOnBatch(x, bits, { classWeight, returnDict: true })) as Record<string, number>;
  const errors = [...predictions].map((p, i) => Math.abs(bits.data[i]! - p));
  const weights = [...bits.data].map((bit) => (bit === 1 ? 3 : 0.5));
  const total = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const weighted = total(errors.map((error, i) => error * weights[i]!)) / total(weights);
  assert.ok(Math.abs(logs.mae! - total(errors) / SAMPLES) < 1e-6);
  assert.ok(Math.abs(logs.weighted_mae! - weighted) < 1e-6);
});

test('several numbers of one metric have names of their own in history, logs and callbacks', async () => {
  const net = sequential([dense({ units: 3, activation: 'softmax', inputShape: [3] })]);
  net.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: [metrics.f1Score()] });
  const labels = new Float32Array(SAMPLES * 3);
  for (let i = 0; i < SAMPLES; i++) labels[i * 3 + (i % 3)] = 1;
  const y = new Tensor([SAMPLES, 3], 'float32', labels);
  const { history } = await net.fit(x, y, {
    ...quiet,
    epochs: 3,
    validationData: [x, y],
    // Asks the metric which way is better.
    callbacks: [earlyStopping({ monitor: 'val_f1_score_1', patience: 5 })],
  });
  assert.deepEqual(Object.keys(history), [
    'f1_score_0',
    'f1_score_1',
    'f1_score_2',
    'loss',
    'val_f1_score_0',
    'val_f1_score_1',
    'val_f1_score_2',
    'val_loss',
  ]);
  assert.equal(((await net.evaluate(x, y, quiet)) as number[]).length, 4);
});

test('a metric of one own merges as it says, and reports nothing before', async () => {
  const net = binaryModel({ metrics: [new WorstBatch({ name: 'worst' })] });
  const whole = async (from: number, to: number) => {
    const rows = { x: x.slice([from, 0], [to - from, 3]), y: bits.slice([from, 0], [to - from, 1]) };
    return ((await net.evaluate(rows.x, rows.y, quiet)) as number[])[1]!;
  };
  const parts = [await whole(0, 10), await whole(10, 20), await whole(20, SAMPLES)];
  const [, worst] = (await net.evaluate(x, bits, { ...quiet, batchSize: 10 })) as number[];
  assert.equal(worst, Math.max(...parts));
  assert.equal(new WorstBatch().result(), 0);
  assert.equal(new WorstBatch({ name: 'w' }).name, 'w');
});

test('totals go on from their state with the same bits, also before a metric is known again', () => {
  const metric = metrics.f1Score({ name: 'f1' });
  const reported = [{ name: 'f1', metric, contributions: {} }];
  const state = (...hits: number[]): MetricState => ({
    hits: Float64Array.from(hits),
    predicted: Float64Array.of(5, 7),
    labels: Float64Array.of(6, 6),
  });
  const through = new Totals();
  through.add(reported, [state(1, 2.5)]);
  const other = new Totals();
  other.setState(structuredClone(through.getState()));
  assert.deepEqual(other.logs(), through.logs());
  assert.deepEqual(Object.keys(other.logs()), ['f1_0', 'f1_1']);
  for (const totals of [through, other]) totals.add(reported, [state(0.1, 3)]);
  assert.deepEqual(other.getState(), through.getState());
  assert.deepEqual(other.list(), through.list());
  assert.deepEqual(
    [...other.directions()],
    [
      ['f1_0', 'up'],
      ['f1_1', 'up'],
    ],
  );
});

test('losses and metrics of one own are saved and loaded by custom objects or when registered', async () => {
  const halfError = (yTrue: Node, yPred: Node) => abs(sub(yTrue, yPred));
  const net = sequential([dense({ units: 1, inputShape: [3] })]);
  net.compile({
    optimizer: 'sgd',
    loss: new Distance({ reduction: 'sum' }),
    metrics: [halfError, new WorstBatch({ scale: 2, name: 'worst' }), 'mae'],
    weightedMetrics: [metrics.meanMetricWrapper({ fn: halfError, name: 'wrapped' })],
  });
  const bytes = await modelToBytes(net);
  const expected = await net.evaluate(x, bits, { ...quiet, returnDict: true });
  assert.deepEqual(Object.keys(expected), ['halfError', 'loss', 'mae', 'worst', 'wrapped']);
  const again = await modelFromBytes(bytes, { customObjects: { halfError, Distance, WorstBatch } });
  assert.deepEqual(await again.evaluate(x, bits, { ...quiet, returnDict: true }), expected);
  assert.deepEqual(serializeCompile(again.compiled!), serializeCompile(net.compiled!));
  await assert.rejects(modelFromBytes(bytes), /Distance.*\{ compile: false \}/);
  // Keras writes the package of a registered function before its name.
  const packaged = { module: 'builtins', class_name: 'function', config: 'my>halfError' };
  for (const objects of [{ halfError }, { 'my>halfError': halfError }]) {
    const config = { optimizer: 'sgd', loss: packaged, metrics: [packaged] };
    const options = withCustomObjects(objects, () => compileOptionsOf(config));
    assert.deepEqual([options?.loss, options?.metrics], [halfError, [halfError]]);
  }
  for (const thing of [halfError, Distance, WorstBatch]) register(thing);
  const third = await modelFromBytes(bytes);
  assert.deepEqual(await third.evaluate(x, bits, { ...quiet, returnDict: true }), expected);
});

test('a loss and a metric may be one value of the whole batch', async () => {
  const whole = (yTrue: Node, yPred: Node) => sum(square(sub(yTrue, yPred)));
  const run = { ...quiet, batchSize: 5, shuffle: false } as const;
  const losses = async (loss: LossIdentifier) => {
    const net = binaryModel({});
    net.compile({ optimizer: 'sgd', loss });
    return (await net.fit(x, bits, { ...run, epochs: 2 })).history.loss;
  };
  assert.deepEqual(await losses(whole), await losses(meanSquaredError({ reduction: 'sum' })));
  // The plain mean of the five batches, of which the last one is smaller.
  const net = binaryModel({ metrics: [whole] });
  const tested = await net.evaluate(x, bits, { ...quiet, batchSize: 5, returnDict: true });
  const predicted = [...((await net.predict(x, quiet)) as Tensor).data];
  const total = predicted.reduce((all, value, i) => all + (value - bits.data[i]!) ** 2, 0);
  assertClose([tested.whole as number], [total / 5], 1e-6, 'mean of the batches');
});

test('what a loss or metric cannot give is refused with its name', async () => {
  class Sums extends Metric {
    override update({ yTrue }: MetricInputs): Contributions {
      return { total: yTrue };
    }

    override compute(): number {
      return 0;
    }
  }
  const fit = (options: Omit<CompileOptions, 'optimizer'>) => {
    const net = sequential([dense({ units: 1, inputShape: [3] })]);
    net.compile({ optimizer: 'sgd', ...options });
    return net.fit(x, bits, quiet);
  };
  await assert.rejects(
    fit({ loss: 'mse', metrics: [new Sums({ name: 's' })] }),
    /Metric 's'.*'total'.*ops\.sum/s,
  );
  await assert.rejects(fit({ loss: 'mse', metrics: [metrics.mean()] }), /Mean is for values.*updateState/);
  await assert.rejects(
    fit({ loss: 'mse', metrics: [metrics.auc({ multiLabel: true, numLabels: 3 })] }),
    /numLabels speaks of 3 labels, the predictions have 1/,
  );
});
