/** @file Fifty steps of training against Keras, from equal weights and on equal batches. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Config } from '../../src/base/config.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { useBackend } from '../../src/engine/backend.ts';
import { LAYERS } from '../../src/layers/registry.ts';
import type { LossName } from '../../src/losses/registry.ts';
import { Sequential } from '../../src/models/sequential.ts';
import { assertClose } from '../support/close.ts';
import { batch, type Drawn, weightValues } from '../support/fixture-numbers.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

/** The fixture's numbers of a weight. */
interface WeightSample {
  readonly sum: number;
  readonly squares: number;
  readonly stride: number;
  readonly elements: readonly number[];
}

interface TrainingCase {
  readonly name: string;
  readonly layers: readonly { readonly class_name: string; readonly config: Config }[];
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly batchSize: number;
  readonly loss: LossName;
  readonly optimizer: { readonly className: string; readonly options: Config };
  readonly firstBatch: { readonly pixelSum: number; readonly labels: readonly number[] };
  readonly losses: ArrayReference;
  readonly weightsAfterFirstStep: readonly WeightSample[];
  readonly weightsAfterLastStep: readonly WeightSample[];
}

const { manifest, read } = readFixture<{ steps: number; cases: readonly TrainingCase[] }>('training');

/** The allowed difference of each loss; float32 and float64 Keras differ by up to 1.4e-5 on these networks. */
const LOSS_TOLERANCE = 1e-4;
/** The allowed difference of the norm of each weight, after one step and after all. */
const WEIGHT_TOLERANCE = { first: 1e-5, last: 2e-3 };

function makeModel(item: TrainingCase): Sequential {
  const layers = item.layers.map(({ class_name, config }) => LAYERS.fromObject({ class_name, config }));
  const model = new Sequential({ layers });
  model.build([null, ...item.inputShape]);
  model.weights.forEach((weight, index) => {
    weight.assign(weightValues(index, weight.shape));
  });
  const { className, options } = item.optimizer;
  model.compile({ optimizer: { class_name: className, config: options }, loss: item.loss });
  return model;
}

function makeBatch(item: TrainingCase, step: number): { x: Tensor; y: Tensor } {
  const [height, width, channels] = item.inputShape as [number, number, number];
  const drawn: Drawn = { classes: item.classes, height, width, channels };
  const { images, labels } = batch(1000 + step, item.batchSize, drawn);
  const x = new Tensor([labels.length, height, width, channels], 'float32', images);
  if (item.classes === 2)
    return { x, y: new Tensor([labels.length, 1], 'float32', Float32Array.from(labels)) };
  const y = new Float32Array(labels.length * item.classes);
  labels.forEach((label, i) => {
    y[i * item.classes + label] = 1;
  });
  return { x, y: new Tensor([labels.length, item.classes], 'float32', y) };
}

function checkWeights(
  model: Sequential,
  expected: readonly WeightSample[],
  tolerance: number,
  when: string,
): void {
  model.weights.forEach((weight, index) => {
    const { name, size } = weight;
    const { sum, squares, stride, elements } = expected[index]!;
    const values = Float64Array.from(weight.view());
    const what = `${name} after the ${when} step`;
    assertClose(
      elements.map((_, i) => values[i * stride]!),
      elements,
      tolerance,
      `${what}, elements`,
    );
    const actualSum = values.reduce((total, value) => total + value, 0);
    const norm = Math.sqrt(squares * size);
    assert.ok(Math.abs(actualSum - sum) <= tolerance * norm, `${what}, sum: ${actualSum}, expected ${sum}`);
    const actualSquares = values.reduce((total, value) => total + value * value, 0);
    assertClose([actualSquares], [squares], 2 * tolerance, `${what}, squares`);
  });
}

test('batches are drawn as in the fixture', () => {
  for (const item of manifest.cases) {
    const { x, y } = makeBatch(item, 0);
    const pixels = Float64Array.from(x.data).reduce((total, value) => total + Math.round(value * 255), 0);
    assert.equal(pixels, item.firstBatch.pixelSum);
    const labels = item.classes === 2 ? [...y.data] : [...y.argMax(-1).data];
    assert.deepEqual(labels, item.firstBatch.labels);
  }
});

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  const cases = manifest.cases.filter(({ name }) => backend.fast || name.startsWith('small'));
  for (const item of cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      useBackend(await engine);
      const model = makeModel(item);
      const expected = read(item.losses).data;
      for (let step = 0; step < manifest.steps; step++) {
        const { x, y } = makeBatch(item, step);
        const [loss] = await model.trainOnBatch(x, y);
        assertClose([loss!], [expected[step]!], LOSS_TOLERANCE, `loss of step ${step}`);
        if (step === 0) checkWeights(model, item.weightsAfterFirstStep, WEIGHT_TOLERANCE.first, 'first');
      }
      checkWeights(model, item.weightsAfterLastStep, WEIGHT_TOLERANCE.last, 'last');
    });
  }
}
