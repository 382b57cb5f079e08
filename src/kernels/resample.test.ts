import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainTarget } from '../../tests/support/plain-target.ts';
import { enlargingSpans } from '../base/resize-spans.ts';
import type { Instruction } from './ir.ts';
import { resampleKernel } from './resample.ts';

const storesIn = (body: readonly Instruction[]): number =>
  body.reduce(
    (sum, each) => sum + (each.op === 'loop' ? storesIn(each.body) : Number(each.op.startsWith('store'))),
    0,
  );

for (const [interpolation, stores] of [
  ['nearest', 4],
  ['bilinear', 16],
  ['bicubic', 100],
] as const) {
  test(`the code of ${interpolation} does not grow with the map`, () => {
    const kernels = [20, 60].map((extent) => {
      const spans = enlargingSpans(extent, 2, interpolation);
      return resampleKernel({ ih: extent, iw: extent, c: 8, rows: spans, columns: spans }, plainTarget(8));
    });
    const counts = kernels.map(({ body }) => storesIn(body));
    assert.equal(counts[0], counts[1]);
    assert.ok(counts[0]! <= stores, `${counts[0]} stores`);
  });
}
