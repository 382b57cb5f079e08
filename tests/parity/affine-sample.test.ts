/** @file affineSample against Keras' affine_transform, and against what RandomRotation makes of images. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Backend } from '../../src/engine/executable.ts';
import type { FillMode, Interpolation } from '../../src/kernels/affine-sample.ts';
import { affineSample } from '../../src/ops/affine-sample.ts';
import { placeholder } from '../../src/ops/leaf.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface SamplingCase {
  readonly name: string;
  readonly images: ArrayReference;
  readonly transforms: ArrayReference;
  readonly interpolation: Interpolation;
  readonly fillMode: FillMode;
  readonly output: ArrayReference;
}

const { manifest, read } = readFixture<{
  fillValue: number;
  cases: readonly SamplingCase[];
}>('affine-sample');

async function run(item: SamplingCase, backend: Backend): Promise<Float32Array> {
  const [samples, ...image] = item.images.shape as [number, ...number[]];
  const src = placeholder({ shape: [null, ...image], name: 'images' });
  const transform = placeholder({ shape: [null, 8], name: 'transforms' });
  const { interpolation, fillMode } = item;
  const output = affineSample({ src, transform, interpolation, fillMode, fillValue: manifest.fillValue });
  const graph = { name: 'sampling', feeds: [src, transform], outputs: [output], updates: [] };
  const executable = await backend.compile(graph, { capacity: samples });
  executable.feed(src).set(read(item.images).data);
  executable.feed(transform).set(read(item.transforms).data);
  await executable.run(samples);
  return executable.output(output).slice();
}

/** Keras computes the weighted sum in float32, as the engines do; the reference in float64. */
const ROUNDING = 4e-7;

for (const backend of BACKENDS) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  test(`${backend.name}: places and pixels are those of Keras`, async () => {
    for (const item of manifest.cases) {
      const actual = await run(item, await engine);
      const expected = read(item.output).data;
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const limit = backend.name === 'reference' ? ROUNDING * largest : 0;
      const at = expected.findIndex((value, i) => !(Math.abs(actual[i]! - value) <= limit));
      assert.equal(at, -1, `${item.name}: number ${at} is ${actual[at]}, Keras says ${expected[at]}`);
    }
  });
}

test('the fixture covers all modes', () => {
  assert.equal(manifest.cases.length, 28);
});
