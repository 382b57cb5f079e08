/** @file Regularizers, activity regularizers and constraints against Keras: reported losses, and weights after steps. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Config, ConfigValue } from '../../src/base/config.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { useBackend } from '../../src/engine/backend.ts';
import type { Model } from '../../src/models/model.ts';
import { modelFromConfig } from '../../src/models/saving/from-config.ts';
import { serializeLayer } from '../../src/models/serialize.ts';
import { adam, sgd } from '../../src/optimizers/index.ts';
import { assertClose } from '../support/close.ts';
import { uniform } from '../support/fixture-numbers.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface RuleCase {
  readonly name: string;
  readonly model: Config;
  /** Shapes of one sample. */
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
  readonly optimizer: 'sgd' | 'adam';
  readonly lossWeights: readonly number[] | null;
  readonly weighted: boolean;
  /** Losses of each step of 6 samples. */
  readonly losses: ArrayReference;
  readonly weightsAfterSteps: readonly ArrayReference[];
  readonly evaluated: readonly number[];
  readonly fitted: Readonly<Record<string, readonly number[]>>;
  readonly weightsAtLast: readonly ArrayReference[];
}

const { manifest, read } = readFixture<{ steps: number; cases: readonly RuleCase[] }>('weight-rules');
/** The step whose numbers are compared with those of `evaluate` and `fit`. */
const DATA = 20;
const LOSS_TOLERANCE = 2e-5;
const WEIGHT_TOLERANCE = 1e-4;

function makeModel(item: RuleCase): Model {
  const net = modelFromConfig(item.model);
  net.weights.forEach((weight, index) => {
    const shift = weight.name.endsWith('moving_variance') ? 1.5 : 0;
    weight.assign(uniform(index, weight.size, 0.8).map((value) => value + shift));
  });
  const optimizer = item.optimizer === 'adam' ? adam({ learningRate: 0.05 }) : sgd({ learningRate: 0.1 });
  const { lossWeights, outputs } = item;
  if (lossWeights === null) net.compile({ optimizer, loss: 'mse' });
  else net.compile({ optimizer, loss: outputs.map(() => 'mse' as const), lossWeights });
  return net;
}

function tensors(stream: number, samples: number, shapes: RuleCase['inputs']): Tensor | Tensor[] {
  const made = shapes.map((shape, i) => {
    const size = shape.reduce((product, extent) => product * extent, samples);
    return new Tensor([samples, ...shape], 'float32', uniform(stream + i, size, 1));
  });
  return made.length === 1 ? made[0]! : made;
}

function dataOf(item: RuleCase, step: number, samples: number) {
  const x = tensors(100 + 10 * step, samples, item.inputs);
  const y = tensors(500 + 10 * step, samples, item.outputs);
  const weights = uniform(900, samples, 1).map((value) => value + 1.5);
  return { x, y, sampleWeight: item.weighted ? new Tensor([samples], 'float32', weights) : undefined };
}

function checkWeights(net: Model, expected: readonly ArrayReference[], when: string): void {
  assert.equal(net.weights.length, expected.length);
  net.weights.forEach((weight, i) => {
    assertClose(weight.view(), read(expected[i]!).data, WEIGHT_TOLERANCE, `${weight.name} after ${when}`);
  });
}

async function check(item: RuleCase): Promise<void> {
  const net = makeModel(item);
  for (const [step, expected] of read(item.losses).data.entries()) {
    const { x, y, sampleWeight } = dataOf(item, step, 6);
    const reported = await net.trainOnBatch(x as Tensor, y as Tensor, { sampleWeight });
    const loss = Array.isArray(reported) ? reported[0]! : reported;
    assertClose([loss as number], [expected], LOSS_TOLERANCE, `loss of step ${step}`);
  }
  checkWeights(net, item.weightsAfterSteps, 'the steps');
  const { x, y, sampleWeight } = dataOf(item, DATA, 10);
  const tested = await net.evaluate(x, y, { batchSize: 4, sampleWeight, verbose: 0 });
  // The outputs' own losses are not compared: Keras averages them over the batches without regard to their sizes.
  assertClose([[tested].flat()[0] as number], [item.evaluated[0]!], LOSS_TOLERANCE, 'evaluate');
  const options = { batchSize: 4, epochs: 2, shuffle: false, sampleWeight, verbose: 0 } as const;
  const { history } = await net.fit(x, y, options);
  assert.deepEqual(Object.keys(history).sort(), Object.keys(item.fitted).sort());
  assertClose(history.loss!, item.fitted.loss!, LOSS_TOLERANCE, 'history');
  checkWeights(net, item.weightsAtLast, 'fit');
}

test('the fixture covers the rules', () => {
  assert.equal(manifest.cases.length, 36);
});

for (const item of manifest.cases) {
  test(`${item.name}: what is written is what Keras writes`, () => {
    const layersOf = (config: ConfigValue | undefined) => (config as { layers: Config[] }).layers;
    const written = layersOf(JSON.parse(JSON.stringify(serializeLayer(modelFromConfig(item.model)))).config);
    layersOf(item.model.config).forEach((layer, i) => {
      assert.deepEqual(written[i]!.config, layer.config, String(layer.class_name));
    });
  });
}

/** Other tests check the ops of these rules on all engines, so machine code runs only a few rules. */
const ON_MACHINE_CODE = ['activity of conv2d', 'orthogonal rows', 'called twice', 'non negative gamma'];

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  const all = !backend.name.startsWith('native');
  for (const item of manifest.cases.filter(({ name }) => all || ON_MACHINE_CODE.includes(name))) {
    test(`${backend.name}: ${item.name}`, async () => {
      useBackend(await engine);
      await check(item);
    });
  }
}
