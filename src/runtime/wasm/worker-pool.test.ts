import assert from 'node:assert/strict';
import test from 'node:test';
import { BackendError } from '../../base/errors.ts';
import { ModuleWriter } from '../../wasm/module-writer.ts';
import type { CompiledProgram, Job } from './runner.ts';
import { WasmHeap } from './wasm-heap.ts';
import { WorkerPool } from './worker-pool.ts';

let nextId = 0;

/** A program of one whole phase that sets the word at `bufferTable + 4 * slice` to slice + 1. */
async function markingProgram(options: { sharedMemory: boolean }): Promise<CompiledProgram> {
  const module = new ModuleWriter(options.sharedMemory);
  const mark = module.function('mark', 3, (body) => {
    // Memory is filled with the byte slice + 1, for 4 bytes.
    body.get(0);
    body.get(1);
    body.i32(4);
    body.op('i32.mul');
    body.op('i32.add');
    body.get(1);
    body.i32(1);
    body.op('i32.add');
    body.i32(4);
    body.memoryFill();
  });
  module.export('mark', mark);
  return {
    id: nextId++,
    name: `marking${nextId}`,
    module: await WebAssembly.compile(module.finish()),
    phases: [{ kind: 'whole', name: 'mark' }],
    shards: 1,
  };
}

function job(heap: WasmHeap, program: CompiledProgram, threads: number): Job {
  return { program, bufferTable: heap.alloc(64), arenas: Array<number>(threads).fill(0), samples: 1 };
}

test('a worker that dies fails the run, and the next run has new workers', { timeout: 60_000 }, async () => {
  const heap = new WasmHeap({ shared: true });
  const pool = new WorkerPool(heap, 3);
  const good = job(heap, await markingProgram({ sharedMemory: true }), 3);
  // A module that imports an unshared memory cannot be linked to the shared one: the workers die of it.
  const bad = job(heap, await markingProgram({ sharedMemory: false }), 3);
  for (let round = 0; round < 2; round++) {
    await pool.run(good);
    assert.deepEqual([...heap.words(good.bufferTable, 4)], [0x01010101, 0x02020202, 0x03030303, 0]);
    await assert.rejects(
      pool.run(bad),
      (error: Error) => error instanceof BackendError && error.message.includes(bad.program.name),
    );
  }
  await pool.run(good);
  await pool.dispose();
});

test('a forgotten program is sent again when it runs again', { timeout: 60_000 }, async () => {
  const heap = new WasmHeap({ shared: true });
  const pool = new WorkerPool(heap, 2);
  const work = job(heap, await markingProgram({ sharedMemory: true }), 2);
  for (let round = 0; round < 3; round++) {
    await pool.run(work);
    pool.forget(work.program);
  }
  await pool.dispose();
  await assert.rejects(pool.run(work), BackendError);
  await pool.dispose();
});
