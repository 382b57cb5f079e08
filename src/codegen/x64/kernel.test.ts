/** @file Kernels as machine code leave what the interpreter leaves: accesses to memory, loops, registers; and what is refused. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomFloats } from '../../../tests/support/kernel-operations.ts';
import { laneLoads } from '../../../tests/support/lane-loads.ts';
import { whyNotNative } from '../../../tests/support/native-machine.ts';
import { RandomKernel } from '../../../tests/support/random-kernel.ts';
import { A, agrees, DST, MEMORY_FLOATS } from '../../../tests/support/x64-kernel.ts';
import { InternalError } from '../../base/errors.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import type { Kernel, VectorTarget } from '../../kernels/ir.ts';
import { Assembler } from './assembler.ts';
import { emitKernel } from './kernel.ts';
import { nativeTarget } from './target.ts';

for (const isa of ['avx2', 'avx512'] as const) {
  const target = nativeTarget(isa);
  const vectorBytes = target.lanes * 4;

  describe(`kernels as ${isa} code`, { skip: whyNotNative(isa) }, () => {
    it('broadcasts and offsets of both signs', () => {
      const k = new KernelBuilder('offsets', target);
      const [src, dst] = [k.pointer('src'), k.pointer('dst')];
      for (const [i, offset] of [0, 4, -4, 400, -512, 1024].entries()) {
        k.store(k.broadcast(src, offset), dst, i * 64);
        k.store(k.load(src, offset), dst, -64 - i * 64);
      }
      agrees(isa, k.finish(), {
        pointers: [4096, 32768],
        counts: [],
        before: randomFloats(MEMORY_FLOATS, 3, true),
      });
    });

    it('partial accesses of every count touch nothing behind their last lane', () => {
      for (let count = 1; count < target.lanes; count++) {
        for (const offset of [0, -64]) {
          const k = new KernelBuilder('partial', target);
          const [src, dst] = [k.pointer('src'), k.pointer('dst')];
          const value = k.load(src, offset, count);
          k.store(value, dst);
          k.store(k.add(value, value), src, offset, count);
          k.loop(3, [{ ptr: dst, bytes: vectorBytes }], () =>
            k.store(k.sub(k.load(src, offset, count), k.load(dst)), dst, 4, count),
          );
          const start = MEMORY_FLOATS * 4 - count * 4;
          agrees(isa, k.finish(), {
            pointers: [start - offset, DST],
            counts: [],
            before: randomFloats(MEMORY_FLOATS, count, true),
          });
        }
      }
    });

    it('loads of bytes and gathers', () => {
      for (const { kernel, bytes } of laneLoads(target)) {
        const pointers = [MEMORY_FLOATS * 4 - bytes, DST];
        agrees(isa, kernel, { pointers, counts: [], before: randomFloats(MEMORY_FLOATS, bytes, true) });
      }
    });

    it('loads do not move behind stores that change what they read', () => {
      const k = new KernelBuilder('aliases', target);
      const [p, q] = [k.pointer('p'), k.pointer('q')];
      const before = k.load(p);
      const partial = k.load(p, 0, 3);
      const single = k.broadcast(p, 4);
      k.store(k.constant(9), q);
      k.store(k.add(k.add(before, partial), single), q, 256);
      agrees(isa, k.finish(), {
        pointers: [A, A],
        counts: [],
        before: randomFloats(MEMORY_FLOATS, 17, false),
      });
    });

    it('loops run as often as their counts say', () => {
      for (const by of [1, 2, 3, 6, 7, 8, 100]) {
        for (const n of [0, 1, 2, 3, 7, 8, 23, 24, 199, 200]) {
          const kernel = countingKernel(target, by);
          agrees(isa, kernel, { pointers: [16384], counts: [n], before: new Float32Array(MEMORY_FLOATS) });
        }
      }
    });

    it('constant counts of 0 and 1 need no loop, and pointers still move', () => {
      const k = new KernelBuilder('constants', target);
      const dst = k.pointer('dst');
      const one = k.constant(1);
      for (const count of [0, 1, 2]) k.loop(count, [{ ptr: dst, bytes: 128 }], () => k.store(one, dst));
      k.store(one, dst);
      const { body, ...rest } = k.finish();
      // The builder drops loops of count 0; the code generator must not run them either.
      const kernel: Kernel = { ...rest, body: [...body, { op: 'loop', count: 0, body, bumps: [] }] };
      agrees(isa, kernel, { pointers: [4096], counts: [], before: new Float32Array(MEMORY_FLOATS) });
    });

    it('more values than registers go through memory', () => {
      for (const count of [10, 20, 40, 70]) {
        const k = new KernelBuilder('many', target);
        const [src, dst] = [k.pointer('src'), k.pointer('dst')];
        const n = k.count('n');
        k.loop({ int: n, op: 'div', by: 3 }, [{ ptr: src, bytes: 64 }], () => {
          const values = Array.from({ length: count }, (_, i) => k.load(src, i * 64));
          const least = values.map((value, i) => k.min(value, values[count - 1 - i]!));
          const masks = values.slice(0, 6).map((value, i) => k.compare('less', value, values[i + 1]!));
          const chosen = masks.map((mask, i) => k.select(mask, values[i]!, least[i]!));
          const sums = values.map((value, i) => k.fma(value, least[i]!, values[(i * 7) % count]!));
          [...sums, ...chosen, ...values].forEach((value, i) => {
            k.store(value, dst, i * vectorBytes);
          });
        });
        agrees(isa, k.finish(), {
          pointers: [1024, 40960],
          counts: [7],
          before: randomFloats(MEMORY_FLOATS, count, false),
        });
      }
    });

    it('more pointers than registers go through memory', () => {
      const k = new KernelBuilder('pointers', target);
      const bases = Array.from({ length: 9 }, (_, i) => k.pointer(`p${i}`));
      const [n, dst] = [k.count('n'), k.pointer('dst')];
      const nest = (depth: number): void => {
        const own = bases.map((ptr, i) => k.pointerAt('own', ptr, depth * 4 + i * 8));
        const bumps = own.map((ptr, i) => ({ ptr, bytes: 4 + 4 * i }));
        k.loop(
          depth % 2 === 0 ? { int: n, op: 'mod', by: 3 } : 2,
          [...bumps, { ptr: dst, bytes: 64 }],
          () => {
            if (depth < 4) nest(depth + 1);
            for (const ptr of own) k.store(k.add(k.load(ptr, 64), k.load(dst, 4)), dst, 64);
            k.store(k.load(bases[depth]!, 8, 3), dst, 256, 3);
          },
        );
      };
      nest(0);
      const pointers = [...bases.map((_, i) => 4096 + i * 512), 16384];
      agrees(isa, k.finish(), { pointers, counts: [8], before: randomFloats(MEMORY_FLOATS, 5, false) });
    });

    it('random kernels of nested loops', () => {
      for (let seed = 1; seed <= 150; seed++) {
        const before = Float32Array.from({ length: MEMORY_FLOATS }, (_, i) => (i % 251) / 64 - 2);
        const kernel = new RandomKernel(seed * 7919, target).build();
        agrees(isa, kernel, { pointers: [4096, 32768], counts: [5], before });
      }
    });
  });

  describe(`kernels that ${isa} code cannot hold`, () => {
    it('kernels for other vectors are refused', () => {
      const k = new KernelBuilder('narrow', { ...target, lanes: 4 });
      assert.throws(() => emitKernel(k.finish(), new Assembler(), isa), InternalError);
    });

    it('a tile of more accumulators than registers is refused', () => {
      const k = new KernelBuilder('large', target);
      const [src, dst] = [k.pointer('src'), k.pointer('dst')];
      const acc = Array.from({ length: target.registers }, () => k.constant(0, 'acc'));
      for (const each of acc) k.constantInto(each, 0);
      k.loop(9, [{ ptr: src, bytes: 64 }], () => {
        const w = k.load(src);
        for (const [i, each] of acc.entries()) k.fmaInto(each, k.broadcast(src, i * 4), w);
      });
      for (const [i, each] of acc.entries()) k.store(each, dst, i * vectorBytes);
      assert.throws(() => emitKernel(k.finish(), new Assembler(), isa), /its tile is too large/);
    });
  });
}

/** Counts its rounds in memory: dst[0] += 1, and walks dst along. */
function countingKernel(target: VectorTarget, by: number): Kernel {
  const k = new KernelBuilder('counting', target);
  const dst = k.pointer('dst');
  const n = k.count('n');
  const one = k.constant(1);
  const round = (): void => k.store(k.add(k.load(dst), one), dst);
  k.loop({ int: n, op: 'div', by }, [{ ptr: dst, bytes: 64 }], round);
  k.advance(dst, 256);
  k.loop({ int: n, op: 'mod', by }, [{ ptr: dst, bytes: -64 }], round);
  k.loop({ int: n, op: 'div', by: 7 }, [], () => k.loop(3, [{ ptr: dst, bytes: 4 }], round));
  round();
  return k.finish();
}
