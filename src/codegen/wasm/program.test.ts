import assert from 'node:assert/strict';
import test from 'node:test';
import { InternalError } from '../../base/errors.ts';
import {
  type Buffer,
  type BufferKind,
  type Phase,
  type Program,
  SLICE_GRAIN,
} from '../../compiler/program.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import type { Kernel } from '../../kernels/ir.ts';
import { emitProgram } from './program.ts';
import { wasmTarget } from './target.ts';

const target = wasmTarget(false);
const PAGES = 16;
const TABLE = 64;
const ARENA = 1024;
const HEAP = 65536;

function buffer(id: number, kind: BufferKind, elements: number, arenaOffset = 0): Buffer {
  return { id, name: `${kind}${id}`, kind, elements, arenaOffset };
}

/** dst[i] += 1 for every element: `perCount` elements for each unit of the count. */
function touchKernel(perCount: number, counted = true): Kernel {
  const k = new KernelBuilder('touch', target);
  const dst = k.pointer('dst');
  const one = k.constant(1);
  const touch = (): void => k.store(k.add(k.load(dst, 0, 1), one), dst, 0, 1);
  const elements = (): void => k.loop(perCount, [{ ptr: dst, bytes: 4 }], touch);
  if (counted) k.loop({ int: k.count('n'), op: 'div', by: 1 }, [], elements);
  else elements();
  return k.finish();
}

function program(buffers: readonly Buffer[], phases: readonly Phase[], chunk = 4): Program {
  return { name: 'sample', buffers, phases, chunk, shards: 3, arenaBytes: 1024 };
}

/** Loads a program with buffer i at HEAP + i * 128 KiB. */
function load(of: Program) {
  const bytes = emitProgram(of, { relaxedSimd: false, sharedMemory: false });
  const memory = new WebAssembly.Memory({ initial: PAGES });
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const addressOf = (id: number): number => HEAP + id * 131072;
  new Uint32Array(memory.buffer, TABLE).set(of.buffers.map(({ id }) => addressOf(id)));
  return {
    bytes,
    phase: (k: number, ...args: number[]): void =>
      (exports[`phase${k}`] as (...a: number[]) => void)(...args),
    floats: (id: number, count: number) => new Float32Array(memory.buffer, addressOf(id), count),
    arena: (offset: number, count: number) => new Float32Array(memory.buffer, ARENA + offset, count),
  };
}

test('a samples phase hands every kind of buffer the right address, in whole and partial chunks', () => {
  const [batch, shard, whole, chunk] = [
    buffer(0, 'batch', 3),
    buffer(1, 'shard', 5),
    buffer(2, 'whole', 2),
    buffer(3, 'chunk', 3, 128),
  ] as const;
  const args = (of: Buffer) => [{ buffer: of, sliced: false }];
  const phase: Phase = {
    kind: 'samples',
    calls: [
      { kernel: touchKernel(3), args: args(batch) },
      { kernel: touchKernel(5, false), args: args(shard) },
      { kernel: touchKernel(2, false), args: args(whole) },
      { kernel: touchKernel(3), args: args(chunk) },
    ],
    accumulators: [shard],
  };
  for (const [begin, end] of [
    [0, 4],
    [2, 13],
    [5, 6],
    [7, 15],
  ] as const) {
    const { phase: run, floats, arena } = load(program([batch, shard, whole, chunk], [phase]));
    floats(1, 15).fill(9);
    run(0, TABLE, ARENA, begin, end, 1);
    const chunks = Math.ceil((end - begin) / 4);
    const expected = Float32Array.from({ length: 60 }, (_, i) => (i >= begin * 3 && i < end * 3 ? 1 : 0));
    assert.deepEqual(floats(0, 60), expected);
    assert.deepEqual([...floats(1, 15)], [9, 9, 9, 9, 9, ...Array<number>(5).fill(chunks), 9, 9, 9, 9, 9]);
    assert.deepEqual([...floats(2, 3)], [chunks, chunks, 0]);
    // Every chunk with more than j samples has a sample j.
    const touched = (j: number): number =>
      Array.from({ length: chunks }, (_, c) => Math.min(4, end - begin - c * 4)).filter((size) => size > j)
        .length;
    assert.deepEqual(
      [...arena(128, 13)],
      [...Array.from({ length: 12 }, (_, i) => touched(Math.floor(i / 3))), 0],
    );
  }
});

test('a shard without samples is zeroed and calls nothing', () => {
  const [batch, shard] = [buffer(0, 'batch', 4), buffer(1, 'shard', 6)] as const;
  const args = [{ buffer: batch, sliced: false }];
  const calls = [{ kernel: touchKernel(4), args }];
  const { phase, floats } = load(
    program([batch, shard], [{ kind: 'samples', calls, accumulators: [shard] }]),
  );
  floats(1, 18).fill(9);
  phase(0, TABLE, ARENA, 3, 3, 2);
  assert.ok(floats(0, 64).every((value) => value === 0));
  assert.deepEqual([...floats(1, 18)], [...Array<number>(12).fill(9), ...Array<number>(6).fill(0)]);
});

test('slices cover every element exactly once', () => {
  for (const elements of [1, 3, SLICE_GRAIN, SLICE_GRAIN + 1, 5 * SLICE_GRAIN - 1, 20000]) {
    const whole = buffer(0, 'whole', elements);
    const calls = [{ kernel: touchKernel(1), args: [{ buffer: whole, sliced: true }], elements }];
    for (const slices of [1, 2, 3, 7, 64]) {
      const { phase, floats } = load(program([whole], [{ kind: 'whole', calls }]));
      for (let slice = 0; slice < slices; slice++) {
        const before = floats(0, elements).slice();
        phase(0, TABLE, slice, slices);
        const after = floats(0, elements);
        const first = after.findIndex((value, i) => value !== before[i]);
        assert.ok(first < 0 || first % SLICE_GRAIN === 0, 'slices begin at grains');
      }
      assert.ok(
        floats(0, elements).every((value) => value === 1),
        `${elements} elements in ${slices} slices`,
      );
      assert.equal(floats(0, elements + 1)[elements], 0);
    }
  }
});

test('calls without elements are made once, by the slices in turn', () => {
  const buffers = [0, 1, 2, 3, 4].map((id) => buffer(id, 'whole', 4));
  const calls = buffers.map((each) => ({
    kernel: touchKernel(4, false),
    args: [{ buffer: each, sliced: false }],
    elements: null,
  }));
  for (const slices of [1, 2, 3, 7]) {
    const { phase, floats } = load(program(buffers, [{ kind: 'whole', calls }]));
    for (let slice = 0; slice < slices; slice++) {
      phase(0, TABLE, slice, slices);
      for (const { id } of buffers) {
        assert.deepEqual([...floats(id, 5)], id % slices <= slice ? [1, 1, 1, 1, 0] : [0, 0, 0, 0, 0]);
      }
    }
  }
});

test('an argument that is not sliced stays at the start', () => {
  const [weights, total] = [buffer(0, 'whole', 3000), buffer(1, 'shard', 1)] as const;
  const k = new KernelBuilder('add_total', target);
  const [dst, src] = [k.pointer('dst'), k.pointer('src')];
  k.loop({ int: k.count('n'), op: 'div', by: 1 }, [{ ptr: dst, bytes: 4 }], () =>
    k.store(k.load(src, 0, 1), dst, 0, 1),
  );
  const args = [
    { buffer: weights, sliced: true },
    { buffer: total, sliced: false },
  ];
  const { phase, floats } = load(
    program([weights, total], [{ kind: 'whole', calls: [{ kernel: k.finish(), args, elements: 3000 }] }]),
  );
  floats(1, 1)[0] = 7;
  for (const slice of [0, 1, 2]) phase(0, TABLE, slice, 3);
  assert.ok(floats(0, 3000).every((value) => value === 7));
});

test('one kernel called often is emitted once', () => {
  const whole = buffer(0, 'whole', 4);
  const args = [{ buffer: whole, sliced: false }];
  const size = (kernels: readonly Kernel[]): number => {
    const calls = kernels.map((kernel) => ({ kernel, args, elements: null }));
    return load(program([whole], [{ kind: 'whole', calls }])).bytes.length;
  };
  const kernel = touchKernel(4, false);
  assert.ok(size([kernel, kernel]) < size([kernel, touchKernel(4, false)]) - 20);
});

test('calls that do not fit their kernel are refused', () => {
  const [whole, chunk] = [buffer(0, 'whole', 4), buffer(1, 'chunk', 4)] as const;
  const refuses = (phase: Phase, pattern: RegExp): void => {
    assert.throws(
      () => load(program([whole, chunk], [phase])),
      (error: Error) => error instanceof InternalError && pattern.test(error.message),
    );
  };
  const kernel = touchKernel(4, false);
  const sliced = [{ buffer: whole, sliced: true }];
  refuses({ kind: 'whole', calls: [{ kernel, args: [], elements: null }] }, /touch has 1 pointers/);
  refuses({ kind: 'whole', calls: [{ kernel, args: sliced, elements: null }] }, /no elements/);
  refuses(
    { kind: 'whole', calls: [{ kernel, args: [{ buffer: chunk, sliced: false }], elements: null }] },
    /chunk buffer/,
  );
  refuses(
    {
      kind: 'whole',
      calls: [{ kernel: touchKernel(4), args: [{ buffer: whole, sliced: false }], elements: null }],
    },
    /counts but no elements/,
  );
  refuses({ kind: 'samples', calls: [{ kernel, args: sliced }], accumulators: [] }, /slices buffer/);
});
