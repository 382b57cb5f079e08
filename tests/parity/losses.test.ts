/** @file The losses against Keras: per-sample values, their mean, and its gradient. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { getActivation } from '../../src/activations/registry.ts';
import { gradients } from '../../src/autodiff/gradients.ts';
import type { Backend } from '../../src/engine/executable.ts';
import { getLoss } from '../../src/losses/registry.ts';
import { mean } from '../../src/ops/index.ts';
import { placeholder } from '../../src/ops/leaf.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface LossCase {
  readonly name: string;
  readonly className: string;
  readonly options: Readonly<Record<string, boolean | number>>;
  readonly activation: string;
  /**
   * The difference between float32 Keras and the values, which are from float64 Keras: float32 cannot hold 1 - 1e-7
   * exactly.
   */
  readonly float32KerasDiffersBy: number;
  readonly yTrue: ArrayReference;
  readonly input: ArrayReference;
  readonly perSample: ArrayReference;
  readonly value: number;
  readonly inputGradient: ArrayReference;
}

const { manifest, read } = readFixture<{ cases: readonly LossCase[] }>('losses');

/** The per-sample losses, their mean, and the mean's gradient with respect to the activation's input. */
async function run(item: LossCase, backend: Backend): Promise<Float32Array[]> {
  const batched = ({ shape }: ArrayReference) => [null, ...shape.slice(1)];
  const loss = getLoss({ class_name: item.className, config: item.options });
  const x = placeholder({ shape: batched(item.input), name: 'x' });
  const yTrue = placeholder({ shape: batched(item.yTrue), name: 'yTrue' });
  const each = loss.call(yTrue, getActivation(item.activation)(x));
  const value = mean(each);
  const outputs = [each, value, ...gradients(value, [x])];
  const samples = item.input.shape[0]!;
  const graph = { name: item.name, feeds: [x, yTrue], outputs, updates: [] };
  const executable = await backend.compile(graph, { capacity: samples });
  executable.feed(x).set(read(item.input).data);
  executable.feed(yTrue).set(read(item.yTrue).data);
  await executable.run(samples);
  return outputs.map((node) => executable.output(node).slice());
}

test('the fixture covers the losses', () => {
  assert.equal(manifest.cases.length, 33);
});

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      const tolerance =
        backend.tolerance + (backend.name === 'reference' ? 0 : 2 * item.float32KerasDiffersBy);
      const [each, value, dx] = await run(item, await engine);
      assertClose(each!, read(item.perSample).data, tolerance, 'per sample');
      assertClose(value!, [item.value], tolerance, 'mean');
      assertClose(dx!, read(item.inputGradient).data, tolerance, 'gradient');
    });
  }
}
