import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { guarded, whyNotNative } from '../../../testing/native-machine.ts';
import {
  bind,
  buffer,
  CAPACITY,
  FEATURES,
  SHARDS,
  trainingProgram,
  WEIGHTS,
} from '../../../testing/training-program.ts';
import { BackendError, InternalError, ValueError } from '../../base/errors.ts';
import { type Isa, nativeTarget } from '../../codegen/x64/target.ts';
import { type Program, SLICE_GRAIN } from '../../compiler/program.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import type { Kernel } from '../../kernels/ir.ts';
import { NativeRuntime } from './runtime.ts';

const run = promisify(execFile);

/** What three runs leave in memory, the bits of every buffer. */
async function trainedBits(isa: Isa, threads: number, sync: boolean): Promise<string> {
  const runtime = await NativeRuntime.create({ isa, threads });
  try {
    const { instance, read } = await bind(runtime, trainingProgram(nativeTarget(isa)));
    for (const samples of [CAPACITY, 3, 17]) {
      if (sync) instance.runSync(samples);
      else await instance.run(samples);
    }
    return [0, 2, 3, 4, 5, 6].map((id) => Buffer.from(read(id).slice().buffer).toString('hex')).join();
  } finally {
    await runtime.dispose();
  }
}

/** The text as a module with what native tests need. */
function moduleText(text: string): string {
  const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  return `import { NativeRuntime } from ${url('./runtime.js')};
import { nativeSupport } from ${url('./support.js')};
import { bind, trainingProgram } from ${url('../../../testing/training-program.js')};
import { KernelBuilder } from ${url('../../kernels/builder.js')};
import { nativeTarget } from ${url('../../codegen/x64/target.js')};
${text}`;
}

/** Runs a script as a program of its own; rejects when it fails or does not end. */
function script(text: string, env: Record<string, string> = {}) {
  return run(process.execPath, ['--input-type=module', '--eval', moduleText(text)], {
    timeout: 30000,
    env: { ...process.env, ...env },
  });
}

/** dst[i] += 1 for every element of a slice. */
function touchKernel(isa: Isa): Kernel {
  const k = new KernelBuilder('touch', nativeTarget(isa));
  const dst = k.pointer('dst');
  const one = k.constant(1);
  k.loop({ int: k.count('n'), op: 'div', by: 1 }, [{ ptr: dst, bytes: 4 }], () =>
    k.store(k.add(k.load(dst, 0, 1), one), dst, 0, 1),
  );
  return k.finish();
}

for (const isa of ['avx2', 'avx512'] as const) {
  const target = nativeTarget(isa);

  describe(`programs as ${isa} code`, { skip: whyNotNative(isa) }, () => {
    it('compute what the program says', async () => {
      const runtime = await guarded(() => NativeRuntime.create({ isa, threads: 2 }));
      const { instance, read } = await bind(runtime, trainingProgram(target));
      const samples = 17;
      read(2).fill(-1);
      await instance.run(samples);
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
      assert.ok(
        read(5).every((value) => Number.isNaN(value)),
        'weights nobody wrote hold the poison',
      );
      await runtime.dispose();
    });

    it('leave the same bits for 1, 2 and 3 threads and on the caller thread', async () => {
      const expected = await trainedBits(isa, 1, true);
      for (const threads of [1, 2, 3]) assert.equal(await trainedBits(isa, threads, false), expected);
    });

    it('zero shards without samples', async () => {
      const runtime = await NativeRuntime.create({ isa, threads: 2 });
      const { instance, read } = await bind(runtime, trainingProgram(target));
      read(3).fill(9);
      await instance.run(1);
      const sums = read(3);
      assert.ok(sums.subarray(0, (SHARDS - 1) * FEATURES).every((value) => value === 0));
      assert.ok(sums.subarray((SHARDS - 1) * FEATURES).every((value) => value !== 0 && value !== 9));
      await runtime.dispose();
    });

    it('cover every element of a whole call exactly once, in any number of slices', async () => {
      for (const threads of [1, 2, 3, 7]) {
        const runtime = await NativeRuntime.create({ isa, threads });
        for (const elements of [1, SLICE_GRAIN, SLICE_GRAIN + 1, 5 * SLICE_GRAIN - 1, 20000]) {
          const whole = buffer(0, 'whole', 'whole', elements);
          const args = [{ buffer: whole, sliced: true }];
          const phases = [{ kind: 'whole' as const, calls: [{ kernel: touchKernel(isa), args, elements }] }];
          const program: Program = {
            name: 'w',
            buffers: [whole],
            phases,
            chunk: 1,
            shards: 1,
            arenaBytes: 0,
          };
          const { instance, read } = await bind(runtime, program);
          read(0).fill(0);
          await instance.run(1);
          assert.ok(
            read(0).every((value) => value === 1),
            `${elements} elements, ${threads} threads`,
          );
        }
        await runtime.dispose();
      }
    });

    it('flush denormals to zero inside, and leave the caller its own rounding', async () => {
      const runtime = await NativeRuntime.create({ isa, threads: 1 });
      const whole = buffer(0, 'values', 'whole', 32);
      const k = new KernelBuilder('halve', target);
      const ptr = k.pointer('values');
      k.store(k.mul(k.load(ptr), k.constant(0.5)), ptr);
      const args = [{ buffer: whole, sliced: false }];
      const phases = [{ kind: 'whole' as const, calls: [{ kernel: k.finish(), args, elements: null }] }];
      const program: Program = { name: 'h', buffers: [whole], phases, chunk: 1, shards: 1, arenaBytes: 0 };
      const { instance, read } = await bind(runtime, program);
      read(0).fill(1.5e-38);
      instance.runSync(1);
      assert.equal(read(0)[0], 0);
      const denormal = Math.fround(1e-40);
      assert.ok(Math.fround(denormal * 1.5) > denormal);
      await runtime.dispose();
    });
  });

  describe(`programs that ${isa} code refuses`, { skip: whyNotNative(isa) }, () => {
    it('calls that do not fit their kernel', async () => {
      const runtime = await NativeRuntime.create({ isa, threads: 1 });
      const [whole, chunk] = [buffer(0, 'whole', 'whole', 4), buffer(1, 'chunk', 'chunk', 4)];
      const kernel = touchKernel(isa);
      const refuses = (phase: Program['phases'][number], pattern: RegExp) =>
        assert.rejects(
          runtime.load({
            name: 'bad',
            buffers: [whole, chunk],
            phases: [phase],
            chunk: 1,
            shards: 1,
            arenaBytes: 64,
          }),
          (error: Error) => error instanceof InternalError && pattern.test(error.message),
        );
      const [plain, sliced] = [
        { buffer: whole, sliced: false },
        { buffer: whole, sliced: true },
      ];
      await refuses({ kind: 'whole', calls: [{ kernel, args: [], elements: 4 }] }, /touch has 1 pointers/);
      await refuses(
        { kind: 'whole', calls: [{ kernel, args: [plain], elements: null }] },
        /counts but no elements/,
      );
      await refuses(
        { kind: 'whole', calls: [{ kernel, args: [{ buffer: chunk, sliced: false }], elements: 4 }] },
        /chunk buffer/,
      );
      await refuses(
        { kind: 'samples', calls: [{ kernel, args: [sliced] }], accumulators: [] },
        /slices buffer/,
      );
      await runtime.dispose();
    });
  });
}

describe('the native runtime', { skip: whyNotNative('avx2') }, () => {
  const target = nativeTarget('avx2');
  const create = (threads: number) => NativeRuntime.create({ isa: 'avx2', threads });

  it('serves concurrent callers in order, and programs alternate', async () => {
    const runtime = await create(2);
    const small = await bind(runtime, trainingProgram(target, 'small'));
    const large = await bind(runtime, { ...trainingProgram(target, 'large'), arenaBytes: 1 << 16 });
    const order: string[] = [];
    const note = async (work: Promise<void>, label: string): Promise<void> => {
      await work;
      order.push(label);
    };
    await Promise.all([
      note(small.instance.run(5), 'a'),
      note(large.instance.run(5), 'b'),
      note(small.instance.run(7), 'c'),
      note(large.instance.run(7), 'd'),
    ]);
    assert.deepEqual(order, ['a', 'b', 'c', 'd']);
    for (const id of [2, 3, 4, 5, 6]) assert.deepEqual(small.read(id), large.read(id));
    await runtime.dispose();
  });

  it('keeps the right results over thousands of short runs, on more threads than cores', async () => {
    const runtime = await create(5);
    const { instance, read } = await bind(runtime, trainingProgram(target));
    for (let i = 0; i < 3000; i++) await instance.run(1 + (i % CAPACITY));
    const after = read(5)[0]!;
    assert.ok(read(5).every((value) => value === after));
    assert.equal(read(5).length, WEIGHTS);
    await runtime.dispose();
  });

  it('leaves the event loop free while it runs', async () => {
    const runtime = await create(1);
    const { instance } = await bind(runtime, trainingProgram(target));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const until = performance.now() + 60;
    while (performance.now() < until) await instance.run(CAPACITY);
    clearInterval(timer);
    assert.ok(turns >= 5, `the timer fired ${turns} times in 60 ms`);
    await runtime.dispose();
  });

  it('refuses to run at once while others run', async () => {
    const runtime = await create(1);
    const { instance } = await bind(runtime, trainingProgram(target));
    const running = instance.run(3);
    assert.throws(() => instance.runSync(3), BackendError);
    await running;
    instance.runSync(3);
    await runtime.dispose();
  });

  it('ends runs under way when it is disposed of, and refuses new ones', async () => {
    const runtime = await create(2);
    const { instance } = await bind(runtime, trainingProgram(target));
    const settled = (work: Promise<void>) =>
      work.then(
        () => 'done',
        (error: Error) => error,
      );
    const runs = [settled(instance.run(4)), settled(instance.run(4))];
    await runtime.dispose();
    for (const result of await Promise.all(runs))
      assert.ok(result === 'done' || result instanceof BackendError);
    await assert.rejects(instance.run(4), BackendError);
    assert.throws(() => instance.runSync(4), BackendError);
    await assert.rejects(runtime.load(trainingProgram(target)), BackendError);
    await runtime.dispose();
  });

  it('refuses bad arguments', async () => {
    await assert.rejects(create(0), ValueError);
    await assert.rejects(create(1.5), ValueError);
    const runtime = await create(1);
    const { instance, addresses } = await bind(runtime, trainingProgram(target));
    for (const samples of [0, CAPACITY + 1, 1.5, Number.NaN]) {
      await assert.rejects(instance.run(samples), InternalError);
      assert.throws(() => instance.runSync(samples), InternalError);
    }
    const loaded = await runtime.load(trainingProgram(target));
    assert.throws(() => loaded.instantiate(addresses.slice(1), CAPACITY), InternalError);
    assert.throws(() => loaded.instantiate([0, ...addresses.slice(1)], CAPACITY), InternalError);
    instance.dispose();
    instance.dispose();
    await assert.rejects(instance.run(1), InternalError);
    loaded.dispose();
    loaded.dispose();
    await runtime.dispose();
  });

  it('gives memory and code back', { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
    const runtime = await create(2);
    const { instance, addresses } = await bind(runtime, trainingProgram(target));
    await instance.run(3);
    const executable = () =>
      readFileSync('/proc/self/maps', 'utf8').match(/r-xp 00000000 00:00 0 *$/gm)!.length;
    const before = { bytes: runtime.heap.usedBytes, blocks: executable() };
    for (let i = 0; i < 20; i++) {
      const loaded = await runtime.load(trainingProgram(target));
      const second = loaded.instantiate(addresses, CAPACITY);
      const runs = Promise.all([second.run(3), instance.run(3)]);
      second.dispose();
      loaded.dispose();
      await runs;
      await instance.run(3);
    }
    assert.deepEqual({ bytes: runtime.heap.usedBytes, blocks: executable() }, before);
    await runtime.dispose();
  });

  it('runs at once while the code of another program is given back', async () => {
    const runtime = await create(2);
    const { instance, read } = await bind(runtime, trainingProgram(target));
    await instance.run(3);
    const other = await bind(runtime, trainingProgram(target, 'other'));
    await other.instance.run(3);
    const loaded = await runtime.load(trainingProgram(target));
    loaded.dispose();
    instance.runSync(3);
    await other.instance.run(3);
    assert.deepEqual(read(5), other.read(5));
    await runtime.dispose();
  });

  it('says what it uses', async () => {
    const runtime = await create(2);
    assert.deepEqual(runtime.describe(), { name: 'native', isa: 'avx2', threads: 2 });
    await runtime.dispose();
  });

  const RUN = `const runtime = await NativeRuntime.create({ threads: 2, isa: 'avx2' });
const { instance } = await bind(runtime, trainingProgram(nativeTarget('avx2')));
`;

  it('lets a process with idle workers exit by itself, and one that still runs finish its run', async () => {
    const { stdout } = await script(`${RUN}
for (let i = 0; i < 3; i++) await instance.run(2);
instance.run(40).then(() => console.log('ran'));`);
    assert.equal(stdout, 'ran\n');
  });

  it('lets a process exit in the middle of a run', async () => {
    for (let i = 0; i < 5; i++) {
      const { stdout } = await script(`${RUN}
void instance.run(40);
setTimeout(() => { void instance.run(40); console.log('leaving'); process.exit(0); }, ${i * 20});`);
      assert.equal(stdout, 'leaving\n');
    }
  });

  // Their functions may return early, and one that does nothing but that serves as any of them.
  for (const call of ['ulock', 'waitOnAddress']) {
    it(`runs with threads that sleep by ${call}`, { skip: process.platform === 'win32' }, async () => {
      const { stdout } = await script(`
const { threads, foreign } = await nativeSupport();
const nothing = foreign.addressOfFunction(null, 'sched_yield');
Object.assign(threads, { sleepCall: '${call}', sleepFunction: nothing, wakeFunction: nothing });
const runtime = await NativeRuntime.create({ threads: 4, isa: 'avx2' });
const { instance, read } = await bind(runtime, trainingProgram(nativeTarget('avx2')));
for (let i = 0; i < 500; i++) await instance.run(1 + (i % 40));
console.log(new Set(read(5)).size);
await runtime.dispose();`);
      assert.equal(stdout, '1\n');
    });
  }

  it('writes a profile when FOVEA_PROFILE is set', async () => {
    const { stderr } = await script(`${RUN}\nawait instance.run(40);`, { FOVEA_PROFILE: '1' });
    assert.match(stderr, /train: profile/);
    for (const row of ['phase 0: square', 'phase 0: zero sums', 'phase 1: reduce', 'phase 2: update']) {
      assert.ok(stderr.includes(row), `${row} in\n${stderr}`);
    }
  });

  it('ends a process that reads past a guarded buffer', async () => {
    const stray = `
const k = new KernelBuilder('stray', nativeTarget('avx2'));
const ptr = k.pointer('ptr');
k.store(k.load(ptr, OFFSET), ptr);
const buffer = { id: 0, name: 'b', kind: 'whole', elements: 8, arenaOffset: 0 };
const calls = [{ kernel: k.finish(), args: [{ buffer, sliced: false }], elements: null }];
const program = { name: 's', buffers: [buffer], phases: [{ kind: 'whole', calls }], chunk: 1, shards: 1, arenaBytes: 0 };
const runtime = await NativeRuntime.create({ threads: 1, isa: 'avx2' });
const { instance } = await bind(runtime, program);
instance.runSync(1);
console.log('survived');`;
    const { stdout } = await script(stray.replace('OFFSET', '0'), { FOVEA_GUARD: '1' });
    assert.equal(stdout, 'survived\n');
    await assert.rejects(
      script(stray.replace('OFFSET', '4'), { FOVEA_GUARD: '1' }),
      (error: { signal?: string }) => error.signal === 'SIGSEGV',
    );
  });
});

describe('the choice of the instruction set', { skip: whyNotNative('avx2') }, () => {
  it('takes FOVEA_ISA, and refuses names that are none', async () => {
    const text = `console.log((await NativeRuntime.create({ threads: 1 })).isa);`;
    assert.equal((await script(text, { FOVEA_ISA: 'avx2' })).stdout, 'avx2\n');
    await assert.rejects(script(text, { FOVEA_ISA: 'sse9' }), /FOVEA_ISA|'sse9'/);
  });

  it('refuses AVX-512 where there is none', async () => {
    const { chooseIsa } = await import('./support.ts');
    const runtime = await NativeRuntime.create({ threads: 1 });
    const support = { ...runtime.support, isas: ['avx2'] as const, best: 'avx2' as const };
    assert.throws(() => chooseIsa(support, 'avx512'), BackendError);
    assert.equal(chooseIsa(support, 'auto'), 'avx2');
    await runtime.dispose();
  });
});
