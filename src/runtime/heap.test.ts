import assert from 'node:assert/strict';
import test from 'node:test';
import { BackendError, InternalError } from '../base/errors.ts';
import { WasmHeap } from './wasm/wasm-heap.ts';

for (const shared of [false, true]) {
  test(`blocks of a ${shared ? 'shared' : 'private'} heap are aligned, zeroed and do not overlap`, () => {
    const heap = new WasmHeap({ shared });
    const sizes = [1, 64, 65, 4096, 0, 40 << 20, 12];
    const blocks = sizes.map((bytes) => ({ bytes, address: heap.alloc(bytes) }));
    blocks.forEach(({ address, bytes }, i) => {
      assert.equal(address % 64, 0);
      assert.ok(address >= 64);
      const floats = heap.floats(address, bytes >> 2);
      assert.ok(floats.every((value) => value === 0));
      floats.fill(i + 1);
    });
    blocks.forEach(({ address, bytes }, i) => {
      assert.ok(heap.floats(address, bytes >> 2).every((value) => value === i + 1));
    });
    for (const { address } of blocks) heap.free(address);
    assert.equal(heap.usedBytes, 0);
  });
}

test('freed blocks join their neighbours and come back zeroed', () => {
  const heap = new WasmHeap({ shared: false });
  const [a, b, c, d] = [heap.alloc(128), heap.alloc(128), heap.alloc(128), heap.alloc(64)] as const;
  for (const address of [a, b, c]) heap.floats(address, 32).fill(7);
  heap.free(a);
  heap.free(c);
  heap.free(b);
  const whole = heap.alloc(384);
  assert.equal(whole, a);
  assert.ok(heap.floats(whole, 96).every((value) => value === 0));
  heap.free(d);
  heap.free(whole);
  assert.equal(heap.alloc(1 << 20), a, 'a free block at the end is used for a larger one');
});

test('a random sequence of allocations keeps blocks apart', () => {
  const heap = new WasmHeap({ shared: false });
  const live: { address: number; count: number; mark: number }[] = [];
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let step = 0; step < 2000; step++) {
    if (live.length > 20 || (live.length > 0 && random(2) === 0)) {
      const [{ address, count, mark }] = live.splice(random(live.length), 1) as [(typeof live)[number]];
      assert.ok(heap.floats(address, count).every((value) => value === mark));
      heap.free(address);
    } else {
      const count = 1 + random(3000);
      const address = heap.alloc(count * 4);
      const floats = heap.floats(address, count);
      assert.ok(floats.every((value) => value === 0));
      live.push({ address, count, mark: step + 1 });
      floats.fill(step + 1);
    }
  }
});

test('an exhausted heap says what was asked for, what is in use, and what to do', () => {
  const heap = new WasmHeap({ shared: false, maximumPages: 64 });
  const address = heap.alloc(2 << 20);
  assert.throws(
    () => heap.alloc(2 << 20),
    (error: Error) =>
      error instanceof BackendError && /2\.00 MiB.*2\.00 MiB.*4\.00 MiB.*batch size/s.test(error.message),
  );
  heap.free(address);
  heap.alloc(2 << 20);
});

test('a block that is not in use cannot be freed', () => {
  const heap = new WasmHeap({ shared: false });
  const address = heap.alloc(64);
  heap.free(address);
  assert.throws(() => heap.free(address), InternalError);
  assert.throws(() => heap.free(12345), InternalError);
  assert.throws(() => heap.alloc(-1), InternalError);
  assert.throws(() => heap.alloc(Number.NaN), InternalError);
});
