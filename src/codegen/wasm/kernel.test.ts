/** @file Kernels as WebAssembly leave what the interpreter leaves: accesses to memory, loops, locals. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { randomFloats } from '../../../tests/support/kernel-operations.ts';
import { laneLoads } from '../../../tests/support/lane-loads.ts';
import { agrees, MEMORY_BYTES, runWasm, target } from '../../../tests/support/wasm-kernel.ts';
import { InternalError } from '../../base/errors.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import type { Kernel } from '../../kernels/ir.ts';
import { FunctionWriter } from '../../wasm/function-writer.ts';
import { V128 } from '../../wasm/opcodes.ts';
import { emitKernel } from './kernel.ts';

/** The byte address of results. */
const DST = 16384;

test('broadcasts and offsets of both signs agree with the interpreter', () => {
  const k = new KernelBuilder('offsets', target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  for (const [i, offset] of [0, 4, -4, 400, -512].entries()) {
    k.store(k.broadcast(src, offset), dst, i * 64);
    k.store(k.load(src, offset), dst, -64 - i * 64);
    for (const count of [1, 2, 3]) k.store(k.load(src, offset, count), dst, 1024 + i * 64 + count * 16);
  }
  const before = randomFloats(MEMORY_BYTES / 4, 3, true);
  agrees(k.finish(), { pointers: [2048, 8192], counts: [], before });
});

test('partial accesses touch nothing behind their last lane, not even at the end of memory', () => {
  for (const count of [1, 2, 3]) {
    for (const offset of [0, -16]) {
      const k = new KernelBuilder('partial', target);
      const [src, dst] = [k.pointer('src'), k.pointer('dst')];
      const value = k.load(src, offset, count);
      k.store(value, dst, 0, 4);
      k.store(k.add(value, value), src, offset, count);
      const start = MEMORY_BYTES - count * 4;
      const regions = [
        { start, end: MEMORY_BYTES, writable: true },
        { start: DST, end: DST + 16, writable: true },
      ];
      const before = randomFloats(MEMORY_BYTES / 4, count, true);
      agrees(k.finish(), { pointers: [start - offset, DST], counts: [], before, regions });
    }
  }
});

test('loads of bytes and gathers read their own bytes only, up to the end of memory', () => {
  for (const { kernel, bytes } of laneLoads(target)) {
    const start = MEMORY_BYTES - bytes;
    const regions = [
      { start, end: MEMORY_BYTES, writable: false },
      { start: DST, end: DST + 4096, writable: true },
    ];
    const before = randomFloats(MEMORY_BYTES / 4, bytes, true);
    agrees(kernel, { pointers: [start, DST], counts: [], before, regions });
  }
});

/** Counts its rounds in memory: dst[0] += 1, and walks dst along. */
function countingKernel(by: number): Kernel {
  const k = new KernelBuilder('counting', target);
  const dst = k.pointer('dst');
  const n = k.count('n');
  const one = k.constant(1);
  const round = (): void => k.store(k.add(k.load(dst), one), dst);
  k.loop({ int: n, op: 'div', by }, [{ ptr: dst, bytes: 16 }], round);
  k.advance(dst, 256);
  k.loop({ int: n, op: 'mod', by }, [{ ptr: dst, bytes: -16 }], round);
  k.loop({ int: n, op: 'div', by: 7 }, [], () => k.loop(3, [{ ptr: dst, bytes: 4 }], round));
  round();
  return k.finish();
}

test('loops run as often as their counts say', () => {
  const before = new Float32Array(MEMORY_BYTES / 4);
  for (const by of [1, 2, 3, 8]) {
    for (const n of [0, 1, 2, 3, 7, 8, 23, 24]) {
      agrees(countingKernel(by), { pointers: [4096], counts: [n], before });
    }
  }
});

test('constant counts of 0 and 1 need no loop, and pointers still move', () => {
  const k = new KernelBuilder('constants', target);
  const dst = k.pointer('dst');
  const one = k.constant(1);
  for (const count of [0, 1, 2]) k.loop(count, [{ ptr: dst, bytes: 32 }], () => k.store(one, dst));
  k.store(one, dst);
  agrees(
    // The builder drops loops of count 0; the code generator must not run them either.
    (({ body, ...rest }) => ({ ...rest, body: [...body, { op: 'loop', count: 0, body, bumps: [] }] }))(
      k.finish(),
    ),
    { pointers: [4096], counts: [], before: new Float32Array(MEMORY_BYTES / 4) },
  );
});

test('a copied pointer moves on its own, around loops too', () => {
  const k = new KernelBuilder('pointers', target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  k.loop(3, [{ ptr: dst, bytes: 64 }], () => {
    const walk = k.pointerAt('walk', src, 8);
    const sum = k.constant(0);
    k.loop(5, [{ ptr: walk, bytes: 12 }], () => k.binaryInto('add', sum, sum, k.load(walk, -8)));
    k.store(sum, dst);
    k.store(k.load(walk), dst, 16);
  });
  agrees(k.finish(), {
    pointers: [1024, 8192],
    counts: [],
    before: randomFloats(MEMORY_BYTES / 4, 5, false),
  });
});

test('registers keep their values while others come and go, around and inside loops', () => {
  const k = new KernelBuilder('lifetimes', target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  const n = k.count('n');
  const kept = k.load(src, 64);
  const early = k.load(src, 32);
  k.store(early, dst, 512);
  const sum = k.constant(0);
  k.loop(4, [{ ptr: dst, bytes: 64 }], () => {
    const walk = k.pointerAt('walk', src);
    const outer = k.load(walk, 16);
    k.loop({ int: n, op: 'div', by: 2 }, [{ ptr: walk, bytes: 16 }], () => {
      const [x, y] = [k.load(walk), k.load(walk, 48)];
      k.binaryInto('add', sum, sum, k.mul(k.add(x, y), outer));
    });
    k.loop(2, [], () => {
      const z = k.load(walk, 4);
      k.loop(2, [], () => k.binaryInto('sub', sum, sum, k.select(k.compare('less', z, kept), z, kept)));
    });
    k.store(k.add(outer, sum), dst);
    k.store(k.load(walk), dst, 16);
    k.unary('neg', k.constant(5));
  });
  k.store(kept, dst, 32);
  for (const count of [0, 2, 9]) {
    const before = randomFloats(MEMORY_BYTES / 4, 11, false);
    agrees(k.finish(), { pointers: [2048, 8192], counts: [count], before });
  }
});

test('registers that are not needed at the same time share a local', () => {
  const k = new KernelBuilder('sharing', target);
  const ptr = k.pointer('ptr');
  k.loop(2, [], () => {
    for (let i = 0; i < 300; i++) k.store(k.add(k.load(ptr, i * 16), k.load(ptr, 16)), ptr, i * 16);
  });
  const body = new FunctionWriter(1);
  emitKernel(k.finish(), body, { relaxedSimd: false });
  assert.ok(body.local(V128) <= 6, 'parameter, counter and at most four vectors');
});

test('a kernel for other vectors is refused', () => {
  const k = new KernelBuilder('wide', { ...target, lanes: 8 });
  assert.throws(
    () => runWasm(k.finish(), { pointers: [], counts: [], before: new Float32Array() }, false),
    InternalError,
  );
});
