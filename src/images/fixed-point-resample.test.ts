import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../base/random.ts';
import { resampleInScript } from './fixed-point-in-script.ts';
import { type FixedPointWork, resampleInWasm } from './fixed-point-in-wasm.ts';
import { FIXED_BITS } from './fixed-point-kernels.ts';
import { inFixedPoint, type Taps, tapsOf } from './resample.ts';

/** Random places with random weights around 1 in sum, some of them negative; null for one axis in four. */
function tapsFor(random: RandomGenerator, from: number): Taps | null {
  if (random.nextInt(4) === 0) return null;
  const taps = tapsOf(1 + random.nextInt(40), () => {
    const count = 1 + random.nextInt(Math.min(from, 9));
    const weights = Array.from({ length: count }, () => random.uniform(-0.2, 2.4 / count));
    return { first: random.nextInt(from - count + 1), weights };
  });
  return inFixedPoint(taps, FIXED_BITS);
}

function workOf(random: RandomGenerator, [rows, columns, channels]: readonly [number, number, number]) {
  const source = Uint8Array.from({ length: rows * columns * channels }, () => random.nextInt(256));
  return { source, columns, channels, across: tapsFor(random, columns), down: tapsFor(random, rows) };
}

test('resampling in fixed point gives the same bytes in WebAssembly as in JavaScript, whatever the shapes', () => {
  const random = new RandomGenerator(9);
  const seen = new Set<number>();
  for (let run = 0; run < 300; run++) {
    const shape = [1 + random.nextInt(50), 1 + random.nextInt(50), 1 + random.nextInt(4)] as const;
    const work: FixedPointWork = workOf(random, shape);
    const there = resampleInWasm(work);
    assert.ok(there !== null, 'Node has WebAssembly');
    assert.deepEqual(there, resampleInScript(work), `${shape}, run ${run}`);
    for (const value of there) seen.add(value);
  }
  assert.equal(seen.size, 256, 'all values occur, the clipped ones too');
});
