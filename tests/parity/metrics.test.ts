/** @file The metrics against Keras: results after each of several batches, the last one smaller, with and without weights. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Config } from '../../src/base/config.ts';
import type { Backend } from '../../src/engine/executable.ts';
import { contributingNodes, type MetricState, readContributions } from '../../src/metrics/contributions.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { getMetric, metrics, serializeMetric } from '../../src/metrics/registry.ts';
import { placeholder } from '../../src/ops/leaf.ts';
import type { ConfigurableClass } from '../../src/options/configurable.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface MetricCase {
  readonly name: string;
  readonly className: string;
  readonly options: Config;
  readonly config: Config;
  /** One for each batch of an epoch; null for metrics of values without labels. */
  readonly yTrue: readonly (ArrayReference | null)[];
  readonly yPred: readonly ArrayReference[];
  readonly sampleWeight: readonly ArrayReference[];
  readonly results: readonly (readonly number[])[];
  /** Missing where Keras cannot take one weight for each sample. */
  readonly weightedResults?: readonly (readonly number[])[];
}

const { manifest, read, tensorOf } = readFixture<{ cases: readonly MetricCase[] }>('metrics');

/** Losses that are no metrics in Keras, and the metric of a user's function. */
const NOT_IN_KERAS = [
  'BinaryFocalCrossentropy',
  'CategoricalFocalCrossentropy',
  'CategoricalGeneralizedCrossEntropy',
  'Dice',
  'Huber',
  'LogCosh',
  'Tversky',
  'MeanMetricWrapper',
];

/** Keras computes states and results in float32. */
const TOLERANCE = 3e-6;

function make(item: MetricCase): Metric {
  return getMetric({ class_name: item.className, config: item.options });
}

function list(result: number | readonly number[]): readonly number[] {
  return typeof result === 'number' ? [result] : result;
}

/** The results of a metric on its own, after each batch. */
async function alone(item: MetricCase, weighted: boolean): Promise<(readonly number[])[]> {
  const metric = make(item);
  const results: (readonly number[])[] = [];
  for (let i = 0; i < item.yPred.length; i++) {
    const weights = weighted ? tensorOf(item.sampleWeight[i]!) : null;
    const labels = item.yTrue[i]!;
    const yPred = tensorOf(item.yPred[i]!);
    if (labels === null) await metric.updateState(yPred, weights!);
    else await metric.updateState(tensorOf(labels), yPred, weights);
    results.push(list(metric.result()));
  }
  return results;
}

/** The results of a metric whose batches a compiled step computes. */
async function inStep(item: MetricCase, weighted: boolean, backend: Backend): Promise<(readonly number[])[]> {
  const metric = make(item);
  const batched = ({ shape }: ArrayReference) => [null, ...shape.slice(1)];
  const yTrue = placeholder({ shape: batched(item.yTrue[0]!), name: 'yTrue' });
  const yPred = placeholder({ shape: batched(item.yPred[0]!), name: 'yPred' });
  const sampleWeight = weighted
    ? placeholder({ shape: batched(item.sampleWeight[0]!), name: 'sampleWeight' })
    : null;
  const contributions = metric.update({ yTrue, yPred, sampleWeight });
  const feeds = sampleWeight === null ? [yTrue, yPred] : [yTrue, yPred, sampleWeight];
  const outputs = contributingNodes(contributions);
  const capacity = item.yPred[0]!.shape[0]!;
  const executable = await backend.compile({ name: item.name, feeds, outputs, updates: [] }, { capacity });
  const results: (readonly number[])[] = [];
  let state: MetricState | null = null;
  for (let i = 0; i < item.yPred.length; i++) {
    const samples = item.yPred[i]!.shape[0]!;
    executable.feed(yTrue).set(read(item.yTrue[i]!).data);
    executable.feed(yPred).set(read(item.yPred[i]!).data);
    if (sampleWeight !== null) executable.feed(sampleWeight).set(read(item.sampleWeight[i]!).data);
    await executable.run(samples);
    const added: MetricState = readContributions(contributions, samples, (node) => executable.output(node));
    state = state === null ? added : metric.merge(state, added);
    results.push(list(metric.compute(state)));
  }
  executable.dispose();
  return results;
}

function check(
  actual: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  what: string,
) {
  assert.equal(actual.length, expected.length);
  actual.forEach((result, i) => {
    assertClose(result, expected[i]!, TOLERANCE, `${what}, after batch ${i}`);
  });
}

test('the fixture covers the metrics', () => {
  assert.equal(manifest.cases.length, 126);
  const covered = new Set(manifest.cases.map(({ className }) => className));
  const missing = Object.values(metrics).map(({ Class }) => (Class as ConfigurableClass).className);
  assert.deepEqual(new Set(missing.filter((each) => !covered.has(each))), new Set(NOT_IN_KERAS));
});

for (const item of manifest.cases) {
  test(`alone: ${item.name}`, async () => {
    check(await alone(item, false), item.results, 'without weights');
    if (item.weightedResults !== undefined)
      check(await alone(item, true), item.weightedResults, 'with weights');
  });

  test(`config: ${item.name}`, () => {
    const given = item.className === 'CosineSimilarity' ? item.options : {};
    const metric = getMetric({ class_name: item.className, config: { ...given, ...item.config } });
    const { class_name, config } = serializeMetric(metric) as { class_name: string; config: Config };
    assert.equal(class_name, item.className);
    // Keras forgets these.
    const forgotten: Config = {
      CosineSimilarity: item.options.axis === undefined ? {} : { axis: item.options.axis },
      SparseTopKCategoricalAccuracy: { from_sorted_ids: false },
    };
    assert.deepEqual(config, { ...(forgotten[item.className] as Config), ...item.config });
  });
}

for (const backend of BACKENDS.filter(({ fast }) => fast)) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases.filter(({ yTrue }) => yTrue[0] !== null)) {
    test(`${backend.name}: ${item.name}`, async () => {
      check(await inStep(item, false, await engine), item.results, 'without weights');
      if (item.weightedResults === undefined) return;
      check(await inStep(item, true, await engine), item.weightedResults, 'with weights');
    });
  }
}
