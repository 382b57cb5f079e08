import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guarded, whyNotNative } from '../../../tests/support/native-machine.ts';
import {
  assertEmptyShards,
  assertSums,
  bind,
  buffer,
  CAPACITY,
  trainingProgram,
} from '../../../tests/support/training-program.ts';
import { InternalError } from '../../base/errors.ts';
import { type Isa, nativeTarget } from '../../codegen/x64/target.ts';
import { type Program, SLICE_GRAIN } from '../../compiler/program.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import type { Kernel } from '../../kernels/ir.ts';
import { NativeRuntime } from './runtime.ts';

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
      assertSums(read, samples);
      assert.ok(
        read(5).every((value) => Number.isNaN(value)),
        'weights nobody wrote hold the poison',
      );
      await runtime.dispose();
    });

    it('leave the same bits for any number of threads, more than shards too, and on the caller thread', async () => {
      const expected = await trainedBits(isa, 1, true);
      for (const threads of [1, 2, 3, 5, 9]) assert.equal(await trainedBits(isa, threads, false), expected);
    });

    it('zero shards without samples', async () => {
      const runtime = await NativeRuntime.create({ isa, threads: 2 });
      const { instance, read } = await bind(runtime, trainingProgram(target));
      read(3).fill(9);
      await instance.run(1);
      assertEmptyShards(read);
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
