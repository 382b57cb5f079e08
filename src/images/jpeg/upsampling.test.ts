import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../../base/random.ts';
import { jpegKernels } from './jpeg-kernels.ts';
import { FREE } from './memory-layout.ts';
import { MARGIN } from './upsampling.ts';

const LONGEST = 100;
const kernels = jpegKernels();
const bytes = new Uint8Array(kernels.memory.buffer);
const row = (index: number) => FREE + index * 1024 + MARGIN;
const [NEAR, FAR, SUMS, DST] = [row(0), row(1), row(2), row(3)] as const;

/** A row of random samples with its first and last ones repeated, among other numbers. */
function fill(at: number, width: number, random: RandomGenerator): number[] {
  for (let i = -MARGIN; i < LONGEST + MARGIN; i++) bytes[at + i] = random.nextInt(256);
  bytes[at - 1] = bytes[at]!;
  bytes[at + width] = bytes[at + width - 1]!;
  return [...bytes.subarray(at, at + width)];
}

/** libjpeg's h2v1_fancy_upsample and the horizontal half of h2v2_fancy_upsample, without their cases for the edges. */
function between(values: readonly number[], left: number, right: number, shift: number): number[] {
  const at = (i: number) => values[Math.min(values.length - 1, Math.max(0, i))]!;
  return values.flatMap((value, i) => [
    (3 * value + at(i - 1) + left) >> shift,
    (3 * value + at(i + 1) + right) >> shift,
  ]);
}

function compare(name: string, run: (width: number, random: RandomGenerator) => number[]): void {
  test(`${name} gives libjpeg's samples for rows of all lengths`, () => {
    const random = new RandomGenerator(2);
    for (let width = 1; width <= LONGEST; width++) {
      const expected = run(width, random);
      assert.deepEqual([...bytes.subarray(DST, DST + expected.length)], expected, `width ${width}`);
    }
  });
}

compare('upsampleColumns', (width, random) => {
  const near = fill(NEAR, width, random);
  kernels.upsampleColumns(NEAR, DST, width);
  return between(near, 1, 2, 2);
});

compare('upsampleRows', (width, random) => {
  const [near, far] = [fill(NEAR, width, random), fill(FAR, width, random)];
  const rounding = 1 + random.nextInt(2);
  kernels.upsampleRows(NEAR, FAR, DST, width, rounding);
  return near.map((value, i) => (3 * value + far[i]! + rounding) >> 2);
});

compare('upsampleBoth', (width, random) => {
  const [near, far] = [fill(NEAR, width, random), fill(FAR, width, random)];
  kernels.upsampleBoth(NEAR, FAR, SUMS, DST, width);
  const sums = near.map((value, i) => 3 * value + far[i]!);
  return between(sums, 8, 7, 4);
});
