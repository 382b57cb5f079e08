/** @file Kernels run as machine code and by the interpreter, on the same memory. */

import assert from 'node:assert/strict';
import type { Isa } from '../../src/codegen/x64/target.ts';
import { interpretKernel } from '../../src/kernels/interpret.ts';
import type { Kernel } from '../../src/kernels/ir.ts';
import { printKernel } from '../../src/kernels/print.ts';
import { sameNumber } from './kernel-operations.ts';
import { NativeKernels } from './native-kernel.ts';

export const MEMORY_FLOATS = 16384;
const ALL = [{ start: 0, end: MEMORY_FLOATS * 4, writable: true }];
/** Byte addresses of three sources and a result. */
export const [A, B, C, DST] = [4096, 12288, 20480, 32768] as const;
export const VECTORS = 64;

const machine = await NativeKernels.create().catch((error: Error) => error);

interface Run {
  readonly pointers: readonly number[];
  readonly counts: readonly number[];
  readonly before: Float32Array;
}

/** Machine code and the interpreter must leave the same bits (NaNs may differ in their payload). */
export function agrees(isa: Isa, kernel: Kernel, { pointers, counts, before }: Run): void {
  assert.ok(machine instanceof NativeKernels);
  const actual = machine.run(kernel, isa, { memory: before, pointers, counts });
  const memory = before.slice();
  interpretKernel(kernel, { memory, regions: ALL, pointers, counts, fused: true });
  const expected = new Int32Array(memory.buffer);
  const at = expected.findIndex((bits, i) => !sameNumber(bits, actual[i]!));
  assert.equal(at, -1, `word ${at} is ${actual[at]} for ${expected[at]}\n${printKernel(kernel)}`);
}
