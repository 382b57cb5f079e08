import assert from 'node:assert/strict';
import test from 'node:test';
import { Arenas } from './arenas.ts';
import { JobQueue } from './job-queue.ts';
import { WasmHeap } from './wasm/wasm-heap.ts';

test('every thread has an arena of its own that only grows', async () => {
  const heap = new WasmHeap({ shared: false });
  const queue = new JobQueue();
  const arenas = new Arenas(heap, 3);
  arenas.require(1000, queue);
  const first = arenas.addresses;
  const sorted = [...first].sort((a, b) => a - b);
  assert.ok(sorted.every((address, i) => address > 0 && (i === 0 || address - sorted[i - 1]! >= 1000)));
  arenas.require(500, queue);
  assert.equal(arenas.addresses, first);

  const running = queue.add(async () => {
    arenas.require(5000, queue);
    assert.ok(heap.usedBytes >= 3 * 6000, 'the job under way keeps its arenas');
  });
  await running;
  await queue.add(async () => {});
  assert.notEqual(arenas.addresses, first);
  assert.ok(heap.usedBytes >= 3 * 5000 && heap.usedBytes < 3 * 5200);
});

test('when memory runs out the old arenas stay', () => {
  const heap = new WasmHeap({ shared: false, maximumPages: 64 });
  const arenas = new Arenas(heap, 2);
  const queue = new JobQueue();
  arenas.require(1 << 16, queue);
  const [before, used] = [arenas.addresses, heap.usedBytes];
  assert.throws(() => arenas.require(2 << 20, queue), /Out of engine memory/);
  assert.equal(arenas.addresses, before);
  assert.equal(heap.usedBytes, used);
});
