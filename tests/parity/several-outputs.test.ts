/**
 * @file Models with several inputs and outputs against Keras: whole runs of `fit`, batch by batch, with losses, metrics,
 * weights and data by name and by place.
 */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Tensor } from '../../src/base/tensor.ts';
import { toCategorical } from '../../src/datasets/to-categorical.ts';
import { useBackend } from '../../src/engine/backend.ts';
import { add, dense } from '../../src/layers/index.ts';
import { input } from '../../src/layers/input-layer.ts';
import { model } from '../../src/models/functional.ts';
import { arrange } from '../../src/models/structure.ts';
import { sgd } from '../../src/optimizers/index.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

type Logs = Readonly<Record<string, number>>;

interface RunCase {
  readonly name: string;
  readonly form: 'list' | 'record';
  /** A list or record of all targets, or a list of some of them. */
  readonly targets: 'list' | 'record' | readonly number[];
  readonly compile: Record<string, unknown>;
  readonly kinds: 'floats' | null;
  /** Places of the weights of each output, or of one for all. */
  readonly sampleWeights: readonly number[] | number | null;
  readonly validated: boolean;
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly steps: readonly Logs[];
  readonly evaluation: readonly number[];
  readonly evaluationNames: readonly string[];
  readonly before: readonly ArrayReference[];
  readonly after: readonly ArrayReference[];
  readonly predictions: readonly ArrayReference[];
  readonly predictionNames: readonly string[] | null;
}

const { manifest, tensorOf, read } = readFixture<{
  readonly batchSize: number;
  readonly epochs: number;
  readonly data: Readonly<Record<string, readonly ArrayReference[]>>;
  readonly cases: readonly RunCase[];
}>('several-outputs');

const TOLERANCE = 2e-5;

/** The network of tools/parity/make_several_outputs.py. */
function network(form: RunCase['form']) {
  const [a, b] = [input({ shape: [4], name: 'a' }), input({ shape: [4], name: 'b' })];
  const shared = dense({ units: 5, activation: 'tanh', name: 'shared' });
  const h = add({ name: 'both' }).apply([shared.apply(a), shared.apply(b)]);
  const bit = dense({ units: 1, activation: 'sigmoid', name: 'bit' }).apply(h);
  const kind = dense({ units: 3, activation: 'softmax', name: 'kind' }).apply(h);
  const place = dense({ units: 2, name: 'place' }).apply(h);
  return form === 'record'
    ? model({ inputs: { left: a, right: b }, outputs: { p: bit, q: kind, r: place } })
    : model({ inputs: [a, b], outputs: [bit, kind, place] });
}

function camel(options: Record<string, unknown>): Record<string, unknown> {
  const name = (key: string) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [name(key), value]));
}

/** Inputs, targets and weights as the case arranges them. */
function dataOf(item: RunCase, keys: { x: string; y: string; weights: string }) {
  const tensors = (key: string) => manifest.data[key]!.map(tensorOf);
  const form = (names: string[]) => (item.form === 'record' ? names : 'list');
  const outputs = item.form === 'record' ? ['p', 'q', 'r'] : ['bit', 'kind', 'place'];
  const arranged = (values: readonly Tensor[]) => {
    if (item.targets === 'record') return arrange(values, outputs);
    return item.targets === 'list' ? [...values] : item.targets.map((i) => values[i]!);
  };
  const y = tensors(keys.y);
  if (item.kinds === 'floats') y[1] = toCategorical(y[1]!, 3);
  const weights = tensors(keys.weights);
  const chosen = item.sampleWeights;
  const sampleWeight = Array.isArray(chosen)
    ? arranged(chosen.map((i) => weights[i]!))
    : chosen === null
      ? undefined
      : weights[chosen as number]!;
  return { x: arrange(tensors(keys.x), form(['left', 'right'])), y: arranged(y), sampleWeight };
}

test('the fixture covers the cases', () => {
  assert.equal(manifest.cases.length, 9);
});

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      useBackend(await engine);
      const net = network(item.form);
      net.setWeights(item.before.map(tensorOf));
      net.compile({ ...camel(item.compile), optimizer: sgd({ learningRate: 0.125, momentum: 0.5 }) });
      const { x, y, sampleWeight } = dataOf(item, { x: 'x', y: 'y', weights: 'weights' });
      const held = dataOf(item, { x: 'heldX', y: 'heldY', weights: 'heldWeights' });
      const validationData =
        held.sampleWeight === undefined
          ? ([held.x, held.y] as const)
          : ([held.x, held.y, held.sampleWeight] as const);
      const weighted = sampleWeight === undefined ? {} : { sampleWeight };
      const run = { batchSize: manifest.batchSize, verbose: 0, ...weighted } as const;
      const steps: Logs[] = [];
      const history = await net.fit(x, y, {
        ...run,
        epochs: manifest.epochs,
        shuffle: false,
        callbacks: { onTrainBatchEnd: (_batch, logs) => void steps.push({ ...logs }) },
        ...(item.validated ? { validationData } : {}),
      });
      assert.deepEqual(Object.keys(history.history), Object.keys(item.history));
      for (const [name, values] of Object.entries(item.history))
        assertClose(history.history[name]!, values, TOLERANCE, name);
      assert.equal(steps.length, item.steps.length);
      item.steps.forEach((logs, i) => {
        assert.deepEqual(Object.keys(steps[i]!), Object.keys(logs));
        assertClose(Object.values(steps[i]!), Object.values(logs), TOLERANCE, `logs of step ${i}`);
      });
      item.after.forEach((reference, i) => {
        assertClose(net.getWeights()[i]!.data, read(reference).data, TOLERANCE, net.weights[i]!.name);
      });
      assertClose(await net.evaluate(x, y, run), item.evaluation, TOLERANCE, 'evaluate');
      const logs = await net.evaluate(x, y, { ...run, returnDict: true });
      assert.deepEqual(Object.keys(logs).sort(), [...item.evaluationNames].sort());
      const predicted = await net.predict(x, { verbose: 0 });
      const form = item.predictionNames ?? 'list';
      const values = form === 'list' ? (predicted as unknown as Tensor[]) : Object.values(predicted);
      assert.deepEqual(arrange(values, form), predicted);
      item.predictions.forEach((reference, i) => {
        assertClose((values[i] as Tensor).data, read(reference).data, TOLERANCE, `prediction ${i}`);
      });
    });
  }
}
