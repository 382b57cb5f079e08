/** @file Legacy `.h5` files of real Keras: they predict and train on as in Keras. */

import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import { type ArrayReference, readFixture } from '../../../tests/support/fixtures.ts';
import { FormatError } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { dense } from '../../layers/index.ts';
import { sequential } from '../sequential.ts';
import { loadModel, modelFromBytes } from './load.ts';

interface StackCase {
  readonly name: string;
  readonly inputs: readonly ArrayReference[];
  readonly outputs: readonly ArrayReference[];
  readonly targets: readonly ArrayReference[];
  readonly iterations: number;
  readonly outputsAfterStep: readonly ArrayReference[];
}

useBackend(new ReferenceBackend());
const { manifest, tensorOf, file } = readFixture<{ cases: readonly StackCase[] }>('keras-files');
const stack = manifest.cases.find(({ name }) => name === 'stack')!;
const x = tensorOf(stack.inputs[0]!);
const folder = await mkdtemp(join(tmpdir(), 'fovea-legacy-'));
const STACK = join(folder, 'stack.h5');
await writeFile(STACK, file('stack.h5'));

function assertEqual(output: Tensor, expected: ArrayReference, tolerance: number): void {
  assert.deepEqual(output.shape, expected.shape);
  assertClose(output.data, tensorOf(expected).data, tolerance, 'output');
}

test('a whole model predicts the same and trains on', async () => {
  const model = await loadModel(STACK);
  assertEqual(await model.predict(x, { verbose: 0 }), stack.outputs[0]!, 1e-6);
  assert.equal(model.optimizer?.iterations, stack.iterations);
  assert.deepEqual(model.compiled?.options.metrics, ['accuracy']);
  await model.trainOnBatch(x, tensorOf(stack.targets[0]!));
  assertEqual(await model.predict(x, { verbose: 0 }), stack.outputsAfterStep[0]!, 2e-6);
});

test('the weights of a whole model, by order and by name', async () => {
  for (const byName of [false, true]) {
    const model = await modelFromBytes(file('stack.keras'));
    for (const weight of model.weights) weight.assign(new Float32Array(weight.size));
    await model.loadWeights(STACK, { byName });
    assertEqual(await model.predict(x, { verbose: 0 }), stack.outputs[0]!, 1e-6);
  }
});

test('a model of other layers is refused, and nothing changes', async () => {
  const model = sequential([dense({ units: 2, inputShape: [3] })]);
  const before = model.getWeights().map(({ data }) => data);
  await assert.rejects(
    model.loadWeights(STACK),
    (error) =>
      error instanceof FormatError &&
      /has 3 layers with weights \(mine, conv2d, dense\), the model '.*' has 1 \(dense.*byName/.test(
        error.message,
      ),
  );
  assert.deepEqual(
    model.getWeights().map(({ data }) => data),
    before,
  );
});
