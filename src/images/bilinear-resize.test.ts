import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../base/random.ts';
import { resizeInScript } from './bilinear-in-script.ts';
import { resizeInWasm } from './bilinear-in-wasm.ts';
import { type BilinearWork, bilinearPlaces } from './bilinear-places.ts';

type Shape = readonly [rows: number, columns: number, channels: number];

/** Random pixels, many of them black or white. */
function workOf(random: RandomGenerator, from: Shape, size: readonly [number, number]): BilinearWork {
  const [rows, columns, channels] = from;
  const source = Uint8Array.from({ length: rows * columns * channels }, () =>
    Math.min(255, Math.max(0, random.nextInt(400) - 70)),
  );
  const [down, across] = [bilinearPlaces(rows, size[0]), bilinearPlaces(columns, size[1])];
  return { source, columns, channels, down, across, dtype: 'uint8' };
}

function compare(work: BilinearWork, where: string): void {
  for (const dtype of ['uint8', 'float32'] as const) {
    const there = resizeInWasm({ ...work, dtype });
    assert.ok(there !== null, 'Node has WebAssembly');
    assert.deepEqual(there, resizeInScript({ ...work, dtype }), `${where} to ${dtype}`);
  }
}

test('bilinear resizing gives the same bits in WebAssembly as in JavaScript, whatever the shapes', () => {
  const random = new RandomGenerator(5);
  for (let run = 0; run < 300; run++) {
    const extent = () => 1 + random.nextInt(run % 3 === 0 ? 6 : 90);
    const from = [extent(), extent(), 1 + random.nextInt(4)] as const;
    const size = [extent(), extent()] as const;
    compare(workOf(random, from, size), `${from} to ${size}`);
  }
});

test('images are resized one after another in a memory that grew for a large one', () => {
  const random = new RandomGenerator(6);
  for (const from of [
    [3, 4, 3],
    [1500, 700, 3],
    [2, 2, 1],
    [40, 9000, 4],
  ] as const) {
    compare(workOf(random, from, [33, 65]), `${from}`);
  }
});

test('the memory of a thread stays bounded: what takes more is left to JavaScript', () => {
  const random = new RandomGenerator(7);
  assert.equal(resizeInWasm({ ...workOf(random, [2, 3, 3], [3000, 3000]), dtype: 'float32' }), null);
});
