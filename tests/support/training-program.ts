/** @file A small program of every kind of buffer and phase, to test runtimes with. */

import assert from 'node:assert/strict';
import type { Buffer, BufferKind, Program } from '../../src/compiler/program.ts';
import { KernelBuilder } from '../../src/kernels/builder.ts';
import type { Kernel, VectorTarget } from '../../src/kernels/ir.ts';
import type { Heap } from '../../src/runtime/heap.ts';
import type { ProgramInstance, TrayAddresses } from '../../src/runtime/loaded-program.ts';

/** Floats of a sample: a multiple of all lane counts. */
export const FEATURES = 16;
export const WEIGHTS = 5000;
export const SHARDS = 6;
/** Samples of a run at most. */
export const CAPACITY = 40;

export function buffer(id: number, name: string, kind: BufferKind, elements: number): Buffer {
  return { id, name, kind, elements, arenaOffset: 0 };
}

/** hidden = input * input for every sample of the chunk. */
function squareKernel(target: VectorTarget): Kernel {
  const b = new KernelBuilder('square', target);
  const [src, dst] = [b.pointer('src'), b.pointer('dst')];
  const samples = b.count('samples');
  const bytes = FEATURES * 4;
  b.loop(
    { int: samples, op: 'div', by: 1 },
    [src, dst].map((ptr) => ({ ptr, bytes })),
    () => {
      for (let i = 0; i < bytes; i += target.lanes * 4) {
        const x = b.load(src, i);
        b.store(b.mul(x, x), dst, i);
      }
    },
  );
  return b.finish();
}

/** sums += hidden, sample after sample; output = hidden. */
function accumulateKernel(target: VectorTarget): Kernel {
  const b = new KernelBuilder('accumulate', target);
  const [src, sums, dst] = [b.pointer('src'), b.pointer('sums'), b.pointer('dst')];
  const samples = b.count('samples');
  const bytes = FEATURES * 4;
  b.loop(
    { int: samples, op: 'div', by: 1 },
    [src, dst].map((ptr) => ({ ptr, bytes })),
    () => {
      for (let i = 0; i < bytes; i += target.lanes * 4) {
        const x = b.load(src, i);
        b.store(b.add(b.load(sums, i), x), sums, i);
        b.store(x, dst, i);
      }
    },
  );
  return b.finish();
}

/** total = the shards' sums in order. */
function reduceKernel(target: VectorTarget): Kernel {
  const b = new KernelBuilder('reduce', target);
  const [sums, total] = [b.pointer('sums'), b.pointer('total')];
  for (let i = 0; i < FEATURES * 4; i += target.lanes * 4) {
    let sum = b.load(sums, i);
    for (let shard = 1; shard < SHARDS; shard++) sum = b.add(sum, b.load(sums, shard * FEATURES * 4 + i));
    b.store(sum, total, i);
  }
  return b.finish();
}

/** weights += total[0], element by element. */
function updateKernel(target: VectorTarget): Kernel {
  const b = new KernelBuilder('update', target);
  const [weights, total] = [b.pointer('weights'), b.pointer('total')];
  const elements = b.count('elements');
  const step = b.broadcast(total);
  const bump = (bytes: number) => [{ ptr: weights, bytes }];
  b.loop({ int: elements, op: 'div', by: target.lanes }, bump(target.lanes * 4), () =>
    b.store(b.add(b.load(weights), step), weights),
  );
  b.loop({ int: elements, op: 'mod', by: target.lanes }, bump(4), () =>
    b.store(b.add(b.load(weights, 0, 1), step), weights, 0, 1),
  );
  return b.finish();
}

/** Per-sample work with a sum per shard, the sum of the shards, an update of the weights, per-sample work again. */
export function trainingProgram(target: VectorTarget, name = 'train'): Program {
  const input = buffer(0, 'input', 'batch', FEATURES);
  const hidden = buffer(1, 'hidden', 'chunk', FEATURES);
  const output = buffer(2, 'output', 'batch', FEATURES);
  const sums = buffer(3, 'sums', 'shard', FEATURES);
  const total = buffer(4, 'total', 'whole', FEATURES);
  const weights = buffer(5, 'weights', 'whole', WEIGHTS);
  const second = buffer(6, 'second', 'batch', FEATURES);
  const all = (...buffers: Buffer[]) => buffers.map((each) => ({ buffer: each, sliced: false }));
  return {
    name,
    buffers: [input, hidden, output, sums, total, weights, second],
    phases: [
      {
        kind: 'samples',
        calls: [
          { kernel: squareKernel(target), args: all(input, hidden) },
          { kernel: accumulateKernel(target), args: all(hidden, sums, output) },
        ],
        accumulators: [sums],
      },
      { kind: 'whole', calls: [{ kernel: reduceKernel(target), args: all(sums, total), elements: null }] },
      {
        kind: 'whole',
        calls: [
          {
            kernel: updateKernel(target),
            args: [
              { buffer: weights, sliced: true },
              { buffer: total, sliced: false },
            ],
            elements: WEIGHTS,
          },
        ],
      },
      {
        kind: 'samples',
        calls: [
          { kernel: squareKernel(target), args: all(output, hidden) },
          { kernel: squareKernel(target), args: all(hidden, second) },
        ],
        accumulators: [],
      },
    ],
    chunk: 4,
    shards: SHARDS,
    arenaBytes: 4 * FEATURES * 4,
  };
}

interface Loaded<I extends ProgramInstance> {
  instantiate(trays: readonly TrayAddresses[], capacity: number): I;
}

/** A program's instance and its buffers. */
export interface Bound<I extends ProgramInstance> {
  readonly instance: I;
  readonly addresses: readonly number[];
  read(id: number): Float32Array;
}

/** Allocates the program's buffers and fills the input. */
export async function bind<I extends ProgramInstance>(
  runtime: { readonly heap: Heap; load(program: Program): Promise<Loaded<I>> },
  program: Program,
): Promise<Bound<I>> {
  const count = ({ kind, elements }: Buffer): number =>
    kind === 'batch' ? elements * CAPACITY : kind === 'shard' ? elements * program.shards : elements;
  const addresses = program.buffers.map((each) =>
    each.kind === 'chunk' ? 0 : runtime.heap.alloc(count(each) * 4),
  );
  const loaded = await runtime.load(program);
  const instance = loaded.instantiate([addresses], CAPACITY);
  const read = (id: number): Float32Array => runtime.heap.floats(addresses[id]!, count(program.buffers[id]!));
  read(0).forEach((_, i, input) => {
    input[i] = Math.fround(Math.sin(i) + 0.1);
  });
  return { instance, addresses, read };
}

type Read = (id: number) => Float32Array;

/**
 * The expected memory after a run on `samples`, with outputs that were -1 before: squares of the input, -1 after them,
 * and their sums.
 */
export function assertSums(read: Read, samples: number): void {
  const squares = read(0).map((value) => value * value);
  assert.deepEqual(read(2).slice(0, samples * FEATURES), squares.slice(0, samples * FEATURES));
  assert.ok(
    read(2)
      .subarray(samples * FEATURES)
      .every((value) => value === -1),
  );
  for (let feature = 0; feature < FEATURES; feature++) {
    let total = 0;
    for (let s = 0; s < samples; s++) total += squares[s * FEATURES + feature]!;
    assert.ok(Math.abs(read(4)[feature]! - total) < 1e-4);
  }
}

/**
 * The expected sums after a run on one sample, with sums that were 9 before: zero in all shards but the last, which has
 * the sample.
 */
export function assertEmptyShards(read: Read): void {
  const sums = read(3);
  assert.ok(sums.subarray(0, (SHARDS - 1) * FEATURES).every((value) => value === 0));
  assert.ok(sums.subarray((SHARDS - 1) * FEATURES).every((value) => value !== 0 && value !== 9));
}
