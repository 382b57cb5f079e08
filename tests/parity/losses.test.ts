/** @file The losses against Keras: per-sample values, their mean, and its gradient. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { gradients } from '../../src/autodiff/gradients.ts';
import { getActivation } from '../../src/layers/activations.ts';
import { getLoss } from '../../src/losses/index.ts';
import { mean, placeholder } from '../../src/ops/index.ts';
import { assertClose } from '../../testing/close.ts';
import { type ArrayReference, readFixture } from '../../testing/fixtures.ts';
import { BACKENDS, type BackendUnderTest } from './backends.ts';

interface LossCase {
  readonly name: string;
  readonly className: string;
  readonly options: Readonly<Record<string, boolean | number>>;
  readonly activation: string;
  readonly yTrue: ArrayReference;
  readonly input: ArrayReference;
  readonly perSample: ArrayReference;
  readonly value: number;
  readonly inputGradient: ArrayReference;
}

const { manifest, read } = readFixture<{ cases: readonly LossCase[] }>('losses');

/** The per-sample losses, their mean, and the mean's gradient with respect to what goes into the activation. */
async function run(item: LossCase, backend: BackendUnderTest): Promise<Float32Array[]> {
  const batched = ({ shape }: ArrayReference) => [null, ...shape.slice(1)];
  const loss = getLoss({ class_name: item.className, config: item.options });
  const x = placeholder({ shape: batched(item.input), name: 'x' });
  const yTrue = placeholder({ shape: batched(item.yTrue), name: 'yTrue' });
  const each = loss.build(yTrue, getActivation(item.activation)(x));
  const value = mean(each);
  const outputs = [each, value, ...gradients(value, [x])];
  const samples = item.input.shape[0]!;
  const graph = { name: item.name, feeds: [x, yTrue], outputs, updates: [] };
  const executable = await backend.make().compile(graph, { capacity: samples });
  executable.feed(x).set(read(item.input).data);
  executable.feed(yTrue).set(read(item.yTrue).data);
  await executable.run(samples);
  return outputs.map((node) => executable.output(node).slice());
}

test('the fixture covers the losses', () => {
  assert.equal(manifest.cases.length, 31);
});

for (const backend of BACKENDS) {
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      const [each, value, dx] = await run(item, backend);
      assertClose(each!, read(item.perSample).data, backend.tolerance, 'per sample');
      assertClose(value!, [item.value], backend.tolerance, 'mean');
      assertClose(dx!, read(item.inputGradient).data, backend.tolerance, 'gradient');
    });
  }
}
