import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';
import {
  assertEmptyShards,
  assertSums,
  bind,
  buffer,
  CAPACITY,
  FEATURES,
  trainingProgram,
  WEIGHTS,
} from '../../../tests/support/training-program.ts';
import { assertTrays } from '../../../tests/support/trays.ts';
import { BackendError, InternalError, ValueError } from '../../base/errors.ts';
import { wasmTarget } from '../../codegen/wasm/target.ts';
import type { Buffer, Program } from '../../compiler/program.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import { hasRelaxedSimd } from '../../wasm/features.ts';
import type { ProgramInstance } from '../loaded-program.ts';
import { WasmRuntime } from './runtime.ts';

const target = wasmTarget(false);

/** What three runs leave in memory, the bits of every buffer. */
async function trainedBits(options: { threads?: number; inline?: boolean }): Promise<string> {
  const runtime = await WasmRuntime.create({ ...options, relaxedSimd: false });
  try {
    const { instance, read } = await bind(runtime, trainingProgram(target));
    for (const samples of [CAPACITY, 3, 17]) await instance.run(samples);
    return [0, 2, 3, 4, 5, 6].map((id) => Buffer.from(read(id).slice().buffer).toString('hex')).join();
  } finally {
    await runtime.dispose();
  }
}

test('a run computes what the program says', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const { instance, read } = await bind(runtime, trainingProgram(target));
  const samples = 17;
  read(2).fill(-1);
  await instance.run(samples);
  assertSums(read, samples);
  const squares = read(0).map((value) => value * value);
  assert.deepEqual(read(5), new Float32Array(WEIGHTS).fill(read(4)[0]!));
  const fourth = squares.map((value) => value * value).map((value) => value * value);
  assert.deepEqual(read(6).slice(0, samples * FEATURES), fourth.slice(0, samples * FEATURES));
  await runtime.dispose();
});

test('1, 2 and 3 threads and the inline mode leave the same bits', async () => {
  const inline = await trainedBits({ inline: true });
  for (const threads of [1, 2, 3]) assert.equal(await trainedBits({ threads }), inline, `${threads} threads`);
});

for (const options of [{ inline: true }, { threads: 2 }]) {
  test(`series leave the same as single runs, ${JSON.stringify(options)}`, () =>
    assertTrays(() => WasmRuntime.create(options), target));
}

test('shards without samples are zeroed', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const { instance, read } = await bind(runtime, trainingProgram(target));
  read(3).fill(9);
  await instance.run(1);
  assertEmptyShards(read);
  await runtime.dispose();
});

test('programs alternate, and concurrent callers are served in order', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const small = await bind(runtime, trainingProgram(target, 'small'));
  const large = await bind(runtime, { ...trainingProgram(target, 'large'), arenaBytes: 1 << 16 });
  const order: string[] = [];
  const run = async (
    bound: { readonly instance: ProgramInstance },
    samples: number,
    label: string,
  ): Promise<void> => {
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
  const program = trainingProgram(target, 'trapping');
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
    const good = await bind(runtime, trainingProgram(target));
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

test('a trap in one thread only does not leave the others waiting', { timeout: 60_000 }, async (t) => {
  const runtime = await WasmRuntime.create({ threads: 3 });
  t.after(() => runtime.dispose());
  const program = trainingProgram(target, 'partly');
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
  // Many barriers after the trap, so that threads that still waited for the missing one would hang.
  const phases = [{ ...first, calls }, ...rest, ...rest, ...rest, ...rest];
  const bound = await bind(runtime, program);
  const loaded = await runtime.load({ ...program, buffers: [...program.buffers, far], phases });
  const end = runtime.heap.memory.buffer.byteLength;
  const instance = loaded.instantiate([[...bound.addresses, end - 39 * 4096]], CAPACITY);
  for (let round = 0; round < 20; round++) {
    await assert.rejects(instance.run(CAPACITY), BackendError);
    await instance.run(39);
  }
});

test('disposing ends runs under way and refuses new ones', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const { instance } = await bind(runtime, trainingProgram(target));
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
  await assert.rejects(runtime.load(trainingProgram(target)), BackendError);
});

test('bad arguments are refused', async () => {
  await assert.rejects(WasmRuntime.create({ threads: 0 }), ValueError);
  await assert.rejects(WasmRuntime.create({ threads: 1.5 }), ValueError);
  await assert.rejects(WasmRuntime.create({ threads: 2, inline: true }), ValueError);
  if (!hasRelaxedSimd()) await assert.rejects(WasmRuntime.create({ relaxedSimd: true }), BackendError);
  const runtime = await WasmRuntime.create({ inline: true });
  const { instance, addresses } = await bind(runtime, trainingProgram(target));
  for (const samples of [0, CAPACITY + 1, 1.5, Number.NaN]) {
    await assert.rejects(instance.run(samples), InternalError);
  }
  const loaded = await runtime.load(trainingProgram(target));
  assert.throws(() => loaded.instantiate([addresses.slice(1)], CAPACITY), InternalError);
  assert.throws(() => loaded.instantiate([[0, ...addresses.slice(1)]], CAPACITY), InternalError);
  instance.dispose();
  instance.dispose();
  await assert.rejects(instance.run(1), InternalError);
  loaded.dispose();
  await runtime.dispose();
});

test('instances give their memory back', async () => {
  const runtime = await WasmRuntime.create({ threads: 2 });
  const { instance, addresses } = await bind(runtime, trainingProgram(target));
  const loaded = await runtime.load(trainingProgram(target));
  const before = runtime.heap.usedBytes;
  const second = loaded.instantiate([addresses], CAPACITY);
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

const run = promisify(execFile);
const IMPORT = `import { WasmRuntime } from ${JSON.stringify(new URL('./runtime.js', import.meta.url).href)};`;

for (const runs of [0, 3]) {
  test(`a process with idle workers exits by itself after ${runs} runs`, async () => {
    const script = `
      ${IMPORT}
      const phases = [{ kind: 'whole', calls: [] }];
      const program = { name: 'empty', buffers: [], phases, chunk: 1, shards: 1, arenaBytes: 64 };
      const runtime = await WasmRuntime.create({ threads: 2 });
      const loaded = await runtime.load(program);
      const instance = loaded.instantiate([[]], 4);
      for (let i = 0; i < ${runs}; i++) await instance.run(2);
      await new Promise((resolve) => setTimeout(resolve, 200));
      console.log('ran');`;
    const child = run(process.execPath, ['--input-type=module', '--eval', script], { timeout: 60_000 });
    assert.equal((await child).stdout, 'ran\n');
  });
}

test('where there is no WebAssembly, that is said', async () => {
  const script = `${IMPORT}
    await WasmRuntime.create().catch(({ message }) => console.log(message));`;
  const { stdout } = await run(process.execPath, ['--jitless', '--input-type=module', '--eval', script]);
  assert.match(stdout, /^There is no WebAssembly here.*--jitless/);
});
