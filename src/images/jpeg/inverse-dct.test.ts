import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../../base/random.ts';
import { BLOCK_BYTES, COEFFICIENTS, NATURAL_ORDER } from './frame.ts';
import { jpegKernels } from './jpeg-kernels.ts';
import { FREE, RANGE_ALARM } from './memory-layout.ts';

const fixed = (value: number) => Math.round(value * 8192);

/** One dimension of libjpeg's exact transform (jidctint.c), as its file has it: 8 numbers that are `step` apart. */
function transform(values: Int32Array, at: number, step: number, shift: number): void {
  const input = Array.from({ length: 8 }, (_, i) => values[at + i * step]!);
  const [i0, i1, i2, i3, i4, i5, i6, i7] = input as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const side = (i2 + i6) * fixed(0.5411961);
  const side2 = side - i6 * fixed(1.847759065);
  const side3 = side + i2 * fixed(0.765366865);
  const [center0, center1] = [(i0 + i4) * 8192, (i0 - i4) * 8192];
  const even = [center0 + side3, center1 + side2, center1 - side2, center0 - side3];
  const z5 = (i7 + i3 + i5 + i1) * fixed(1.175875602);
  const [z1, z2] = [-(i7 + i1) * fixed(0.899976223), -(i5 + i3) * fixed(2.562915447)];
  const z3 = z5 - (i7 + i3) * fixed(1.96157056);
  const z4 = z5 - (i5 + i1) * fixed(0.390180644);
  const odd = [
    i1 * fixed(1.50132111) + z1 + z4,
    i3 * fixed(3.072711026) + z2 + z3,
    i5 * fixed(2.053119869) + z2 + z4,
    i7 * fixed(0.298631336) + z1 + z3,
  ];
  const rounding = 2 ** (shift - 1);
  for (let i = 0; i < 4; i++) {
    values[at + i * step] = Math.floor((even[i]! + odd[i]! + rounding) / 2 ** shift);
    values[at + (7 - i) * step] = Math.floor((even[i]! - odd[i]! + rounding) / 2 ** shift);
  }
}

/** libjpeg's table: numbers are clamped to samples within ±512 around grey, and begin again beyond. */
function clamped(value: number): number {
  const wrapped = ((value + 512) & 1023) - 512;
  return Math.min(255, Math.max(0, wrapped + 128));
}

function reference(coefficients: Int16Array, divisors: Uint16Array): Uint8Array {
  const values = Int32Array.from(coefficients, (value, i) => value * divisors[i]!);
  for (let column = 0; column < 8; column++) transform(values, column, 8, 11);
  for (let row = 0; row < 8; row++) transform(values, row * 8, 1, 18);
  return Uint8Array.from(values, clamped);
}

const kernels = jpegKernels();
const memory = kernels.memory.buffer;
const MOST_BLOCKS = 5;
const divisors = new Uint16Array(memory, FREE, COEFFICIENTS);
const coefficients = new Int16Array(memory, FREE + BLOCK_BYTES, MOST_BLOCKS * COEFFICIENTS);
const samples = new Uint8Array(memory, FREE + 8 * BLOCK_BYTES, 8 * 64);
const alarm = new Uint8Array(memory, RANGE_ALARM, 16);

/** Transforms the first `blocks` blocks. True when their numbers were in range; then they are compared. */
function compare(blocks: number, stride: number, what: string): boolean {
  alarm.fill(0);
  samples.fill(77);
  const args = [coefficients.byteOffset, divisors.byteOffset, samples.byteOffset, stride, blocks];
  kernels.inverseDct(...args);
  if (alarm.some((byte) => byte !== 0)) return false;
  const expected = new Uint8Array(samples.length).fill(77);
  for (let block = 0; block < blocks; block++) {
    const own = coefficients.subarray(block * COEFFICIENTS, (block + 1) * COEFFICIENTS);
    const pixels = reference(own, divisors);
    for (let row = 0; row < 8; row++) {
      expected.set(pixels.subarray(row * 8, row * 8 + 8), row * stride + block * 8);
    }
  }
  assert.deepEqual(samples, expected, what);
  return true;
}

test('blocks of all sizes and kinds give the samples of libjpeg, or an alarm', () => {
  const random = new RandomGenerator(1);
  let [right, alarms] = [0, 0];
  for (let round = 0; round < 6000; round++) {
    const blocks = 1 + random.nextInt(MOST_BLOCKS);
    const largest = 1 << random.nextInt(8);
    divisors.forEach((_, i) => {
      divisors[i] = 1 + random.nextInt(largest);
    });
    coefficients.fill(0);
    const count = [1, 1, 6, 10, 64][random.nextInt(5)]!;
    const range = 2 ** (1 + random.nextInt(12));
    for (let block = 0; block < blocks; block++) {
      for (let k = 0; k < count; k++) {
        if (random.nextInt(3) === 0 && k > 0) continue;
        coefficients[block * COEFFICIENTS + NATURAL_ORDER[k]!] = random.nextInt(2 * range) - range;
      }
    }
    if (compare(blocks, 8 * MOST_BLOCKS, `round ${round}`)) right++;
    else alarms++;
  }
  assert.ok(right > 2000 && alarms > 1000, `${right} were right, ${alarms} gave an alarm`);
});

test('the largest numbers that images have give no alarm', () => {
  divisors.fill(1);
  for (const value of [-1024, 1016]) {
    for (const place of [0, 1, 8, 27, 63]) {
      coefficients.fill(0);
      coefficients[place] = value;
      assert.ok(compare(1, 8, `${value} at ${place}`));
    }
  }
  divisors.fill(255);
  coefficients.fill(0);
  coefficients[0] = 129;
  assert.equal(compare(1, 8, 'a product beyond 16 bits'), false);
  coefficients[0] = 16;
  assert.equal(compare(1, 8, 'a result beyond the table'), true);
  coefficients[0] = 17;
  assert.equal(compare(1, 8, 'a result beyond the table'), false);
});
