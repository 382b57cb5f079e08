import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';
import { BackendError, InternalError, ValueError } from '../../base/errors.ts';
import { hasRelaxedSimd } from '../../codegen/wasm/features.ts';
import type { Buffer, BufferKind, Program } from '../../compiler/program.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import type { Kernel } from '../../kernels/ir.ts';
import type { ProgramInstance } from '../loaded-program.ts';
import { WasmRuntime } from './runtime.ts';

const target = { lanes: 4, registers: 14, operands: 'hoisted', unroll: 1 } as const;
const FEATURES = 8;
const WEIGHTS = 5000;
const SHARDS = 6;
const CAPACITY = 40;

function buffer(id: number, name: string, kind: BufferKind, elements: number): Buffer {
  return { id, name, kind, elements, arenaOffset: 0 };
}

/** hidden = input * input for every sample of the chunk. */
function squareKernel(): Kernel {
  const b = new KernelBuilder('square', target);
  const [src, dst] = [b.pointer('src'), b.pointer('dst')];
  const samples = b.count('samples');
  const bytes = FEATURES * 4;
  b.loop(
    { int: samples, op: 'div', by: 1 },
    [src, dst].map((ptr) => ({ ptr, bytes })),
    () => {
      for (let i = 0; i < bytes; i += 16) {
        const x = b.load(src, i);
        b.store(b.mul(x, x), dst, i);
      }
    },
  );
  return b.finish();
}

/** sums += hidden, sample after sample; output = hidden. */
function accumulateKernel(): Kernel {
  const b = new KernelBuilder('accumulate', target);
  const [src, sums, dst] = [b.pointer('src'), b.pointer('sums'), b.pointer('dst')];
  const samples = b.count('samples');
  const bytes = FEATURES * 4;
  b.loop(
    { int: samples, op: 'div', by: 1 },
    [src, dst].map((ptr) => ({ ptr, bytes })),
    () => {
      for (let i = 0; i < bytes; i += 16) {
        const x = b.load(src, i);
        b.store(b.add(b.load(sums, i), x), sums, i);
        b.store(x, dst, i);
      }
    },
  );
  return b.finish();
}

/** total = the shards' sums in order. */
function reduceKernel(): Kernel {
  const b = new KernelBuilder('reduce', target);
  const [sums, total] = [b.pointer('sums'), b.pointer('total')];
  for (let i = 0; i < FEATURES * 4; i += 16) {
    let sum = b.load(sums, i);
    for (let shard = 1; shard < SHARDS; shard++) sum = b.add(sum, b.load(sums, shard * FEATURES * 4 + i));
    b.store(sum, total, i);
  }
  return b.finish();
}

/** weights += total[0], element by element. */
function updateKernel(): Kernel {
  const b = new KernelBuilder('update', target);
  const [weights, total] = [b.pointer('weights'), b.pointer('total')];
  const elements = b.count('elements');
  const step = b.broadcast(total);
  const bump = (bytes: number) => [{ ptr: weights, bytes }];
  b.loop({ int: elements, op: 'div', by: 4 }, bump(16), () => b.store(b.add(b.load(weights), step), weights));
  b.loop({ int: elements, op: 'mod', by: 4 }, bump(4), () =>
    b.store(b.add(b.load(weights, 0, 1), step), weights, 0, 1),
  );
  return b.finish();
}

/** Per-sample work with a sum per shard, the sum of the shards, an update of the weights, per-sample work again. */
function trainingProgram(name = 'train'): Program {
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
          { kernel: squareKernel(), args: all(input, hidden) },
          { kernel: accumulateKernel(), args: all(hidden, sums, output) },
        ],
        accumulators: [sums],
      },
      { kind: 'whole', calls: [{ kernel: reduceKernel(), args: all(sums, total), elements: null }] },
      {
        kind: 'whole',
        calls: [
          {
            kernel: updateKernel(),
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
          { kernel: squareKernel(), args: all(output, hidden) },
          { kernel: squareKernel(), args: all(hidden, second) },
        ],
        accumulators: [],
      },
    ],
    chunk: 4,
    shards: SHARDS,
    arenaBytes: 4 * FEATURES * 4,
  };
}

interface Bound {
  readonly instance: ProgramInstance;
  readonly addresses: readonly number[];
  read(id: number): Float32Array;
}

/** Allocates the program's buffers and fills the input. */
async function bind(runtime: WasmRuntime, program: Program): Promise<Bound> {
  const count = ({ kind, elements }: Buffer): number =>
    kind === 'batch' ? elements * CAPACITY : kind === 'shard' ? elements * program.shards : elements;
  const addresses = program.buffers.map((each) =>
    each.kind === 'chunk' ? 0 : runtime.heap.alloc(count(each) * 4),
  );
  const loaded = await runtime.load(program);
  const instance = loaded.instantiate(addresses, CAPACITY);
  const read = (id: number): Float32Array => runtime.heap.floats(addresses[id]!, count(program.buffers[id]!));
  read(0).forEach((_, i, input) => {
    input[i] = Math.fround(Math.sin(i) + 0.1);
  });
  return { instance, addresses, read };
}

/** What three runs leave in memory, the bits of every buffer. */
async function trainedBits(options: { threads?: number; inline?: boolean }): Promise<string> {
  const runtime = await WasmRuntime.create({ ...options, relaxedSimd: false });
  try {
    const { instance, read } = await bind(runtime, trainingProgram());
    for (const samples of [CAPACITY, 3, 17]) await instance.run(samples);
    return [0, 2, 3, 4, 5, 6].map((id) => Buffer.from(read(id).slice().buffer).toString('hex')).join();
  } finally {
    await runtime.dispose();
  }
}

test('a run computes what the program says', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const { instance, read } = await bind(runtime, trainingProgram());
  const samples = 17;
  read(2).fill(-1);
  await instance.run(samples);
  const input = read(0);
  const squares = input.map((value) => value * value);
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
  assert.deepEqual(read(5), new Float32Array(WEIGHTS).fill(read(4)[0]!));
  const fourth = squares.map((value) => value * value).map((value) => value * value);
  assert.deepEqual(read(6).slice(0, samples * FEATURES), fourth.slice(0, samples * FEATURES));
  await runtime.dispose();
});

test('1, 2 and 3 threads and the inline mode leave the same bits', async () => {
  const inline = await trainedBits({ inline: true });
  for (const threads of [1, 2, 3]) assert.equal(await trainedBits({ threads }), inline, `${threads} threads`);
});

test('shards without samples are zeroed', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const { instance, read } = await bind(runtime, trainingProgram());
  read(3).fill(9);
  await instance.run(1);
  const sums = read(3);
  assert.ok(sums.subarray(0, (SHARDS - 1) * FEATURES).every((value) => value === 0));
  assert.ok(sums.subarray((SHARDS - 1) * FEATURES).every((value) => value !== 0 && value !== 9));
  await runtime.dispose();
});

test('programs alternate, and concurrent callers are served in order', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const small = await bind(runtime, trainingProgram('small'));
  const large = await bind(runtime, { ...trainingProgram('large'), arenaBytes: 1 << 16 });
  const order: string[] = [];
  const run = async (bound: Bound, samples: number, label: string): Promise<void> => {
    await bound.instance.run(samples);
    order.push(label);
  };
  await Promise.all([run(small, 5, 'a'), run(large, 5, 'b'), run(small, 7, 'c'), run(large, 7, 'd')]);
  assert.deepEqual(order, ['a', 'b', 'c', 'd']);
  for (const id of [2, 3, 4, 5, 6]) assert.deepEqual(small.read(id), large.read(id));
  await runtime.dispose();
});

/** Two phases; a kernel of the first reads far outside the memory when `address` is high. */
function trappingProgram(): Program {
  const program = trainingProgram('trapping');
  const b = new KernelBuilder('reads_too_far', target);
  const ptr = b.pointer('ptr');
  b.count('samples');
  b.store(b.load(ptr, 0x7fff0000), ptr);
  const [first, ...rest] = program.phases;
  assert.ok(first?.kind === 'samples');
  const args = [{ buffer: program.buffers[0]!, sliced: false }];
  return {
    ...program,
    phases: [{ ...first, calls: [...first.calls, { kernel: b.finish(), args }] }, ...rest],
  };
}

for (const options of [{ threads: 3 }, { threads: 1 }, { inline: true }]) {
  test(`a trap rejects the run and the next run works: ${JSON.stringify(options)}`, async () => {
    const runtime = await WasmRuntime.create(options);
    const good = await bind(runtime, trainingProgram());
    const bad = await bind(runtime, trappingProgram());
    const expected = (error: Error): boolean =>
      error instanceof BackendError && /trapping/.test(error.message) && /reads_too_far/.test(error.message);
    for (let round = 0; round < 5; round++) {
      const results = await Promise.allSettled([bad.instance.run(20), good.instance.run(20)]);
      assert.ok(results[0].status === 'rejected' && expected(results[0].reason));
      assert.equal(results[1].status, 'fulfilled');
    }
    await runtime.dispose();
  });
}

test('a trap in one thread only does not leave the others waiting', { timeout: 20000 }, async (t) => {
  const runtime = await WasmRuntime.create({ threads: 3 });
  t.after(() => runtime.dispose());
  const program = trainingProgram('partly');
  const b = new KernelBuilder('walks_out', target);
  const ptr = b.pointer('ptr');
  // 4 KiB a sample, from 39 samples before the memory's end: only the last sample of 40 is outside.
  b.loop({ int: b.count('samples'), op: 'div', by: 1 }, [{ ptr, bytes: 4096 }], () =>
    b.store(b.load(ptr), ptr),
  );
  const far: Buffer = buffer(7, 'far', 'batch', 1024);
  const [first, ...rest] = program.phases;
  assert.ok(first?.kind === 'samples');
  const calls = [...first.calls, { kernel: b.finish(), args: [{ buffer: far, sliced: false }] }];
  // Many barriers behind the trap, so that threads that still believed in the missing one would hang.
  const phases = [{ ...first, calls }, ...rest, ...rest, ...rest, ...rest];
  const bound = await bind(runtime, program);
  const loaded = await runtime.load({ ...program, buffers: [...program.buffers, far], phases });
  const end = runtime.heap.memory.buffer.byteLength;
  const instance = loaded.instantiate([...bound.addresses, end - 39 * 4096], CAPACITY);
  for (let round = 0; round < 20; round++) {
    await assert.rejects(instance.run(CAPACITY), BackendError);
    await instance.run(39);
  }
});

test('disposing ends runs under way and refuses new ones', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const { instance } = await bind(runtime, trainingProgram());
  const running = instance.run(4).then(
    () => 'done',
    (error: Error) => error,
  );
  const queued = instance.run(4).catch((error: Error) => error);
  await runtime.dispose();
  const first = await running;
  assert.ok(first === 'done' || first instanceof BackendError);
  assert.ok((await queued) instanceof BackendError);
  await assert.rejects(instance.run(4), BackendError);
  await assert.rejects(runtime.load(trainingProgram()), BackendError);
});

test('bad arguments are refused', async () => {
  await assert.rejects(WasmRuntime.create({ threads: 0 }), ValueError);
  await assert.rejects(WasmRuntime.create({ threads: 1.5 }), ValueError);
  await assert.rejects(WasmRuntime.create({ threads: 2, inline: true }), ValueError);
  if (!hasRelaxedSimd()) await assert.rejects(WasmRuntime.create({ relaxedSimd: true }), BackendError);
  const runtime = await WasmRuntime.create({ inline: true });
  const { instance, addresses } = await bind(runtime, trainingProgram());
  for (const samples of [0, CAPACITY + 1, 1.5, Number.NaN]) {
    await assert.rejects(instance.run(samples), InternalError);
  }
  const loaded = await runtime.load(trainingProgram());
  assert.throws(() => loaded.instantiate(addresses.slice(1), CAPACITY), InternalError);
  assert.throws(() => loaded.instantiate([0, ...addresses.slice(1)], CAPACITY), InternalError);
  instance.dispose();
  instance.dispose();
  await assert.rejects(instance.run(1), InternalError);
  loaded.dispose();
  await runtime.dispose();
});

test('instances give their memory back', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const { instance, addresses } = await bind(runtime, trainingProgram());
  const loaded = await runtime.load(trainingProgram());
  const before = runtime.heap.usedBytes;
  const second = loaded.instantiate(addresses, CAPACITY);
  assert.ok(runtime.heap.usedBytes > before);
  const runs = Promise.all([second.run(3), instance.run(3)]);
  second.dispose();
  loaded.dispose();
  await runs;
  await instance.run(3);
  assert.equal(runtime.heap.usedBytes, before);
  await runtime.dispose();
});

test('the description tells what is used', async () => {
  const runtime = await WasmRuntime.create({ threads: 2, relaxedSimd: false });
  assert.deepEqual(runtime.describe(), { name: 'wasm', isa: 'simd128', threads: 2, shared: true });
  const inline = await WasmRuntime.create({ inline: true });
  const isa = hasRelaxedSimd() ? 'relaxed-simd' : 'simd128';
  assert.deepEqual(inline.describe(), { name: 'wasm', isa, threads: 1, shared: false });
  await runtime.dispose();
  await inline.dispose();
});

for (const runs of [0, 3]) {
  test(`a process with idle workers exits by itself after ${runs} runs`, async () => {
    const script = `
      import { WasmRuntime } from ${JSON.stringify(new URL('./runtime.js', import.meta.url).href)};
      const phases = [{ kind: 'whole', calls: [] }];
      const program = { name: 'empty', buffers: [], phases, chunk: 1, shards: 1, arenaBytes: 64 };
      const runtime = await WasmRuntime.create({ threads: 2 });
      const loaded = await runtime.load(program);
      const instance = loaded.instantiate([], 4);
      for (let i = 0; i < ${runs}; i++) await instance.run(2);
      await new Promise((resolve) => setTimeout(resolve, 200));
      console.log('ran');`;
    const run = promisify(execFile);
    const child = run(process.execPath, ['--input-type=module', '--eval', script], { timeout: 20000 });
    assert.equal((await child).stdout, 'ran\n');
  });
}
