/** @file The operands at which x86-64 encoders often have errors, by name, and their classes. */

import type { CLASS, OperandSpec } from '../../src/codegen/x64/notation.ts';
import {
  type Label,
  type Memory,
  type MemoryOptions,
  mem,
  memoryAt,
  type Operand,
} from '../../src/codegen/x64/operands.ts';
import {
  gpr,
  maskRegister,
  r8,
  r9,
  r12,
  r13,
  r14,
  r15,
  rax,
  rbp,
  rbx,
  rcx,
  rdi,
  rdx,
  rsi,
  rsp,
  vec,
} from '../../src/codegen/x64/registers.ts';

/** The name of an operand class in the instruction table. */
export type ClassName = keyof typeof CLASS;

export const isMemory = (name: ClassName) => name.startsWith('m');
export const isRelative = (name: ClassName) => name.startsWith('rel');
export const isRegister = (name: ClassName) => !isMemory(name) && !isRelative(name) && name !== 'imm';

/** Stands for the label near the instruction, until there is an assembler to make one. */
export const HERE: Label = { kind: 'label', owner: {}, position: 0 };

/** rsp and rbp (and r12, r13, which share their low bits) are special in memory; 4–7 need REX as bytes. */
const GPR_CORNERS = [0, 1, 4, 5, 6, 7, 8, 12, 13, 15];
const MASK_CORNERS = [0, 1, 4, 7];
const VEX_CORNERS = [0, 3, 7, 8, 12, 15];
/** Each combination of bits 3 and 4, first and last. */
const EVEX_CORNERS = [16, 31, 0, 7, 8, 15, 23, 24];

/** The numbers of the registers to try in a position of class `name`. */
export function registerCorners(name: ClassName, evex: boolean): readonly number[] {
  if (name === 'k') return MASK_CORNERS;
  if (!name.endsWith('mm')) return GPR_CORNERS;
  return evex ? EVEX_CORNERS : VEX_CORNERS;
}

/** Register `index` of class `name`. */
export function register(name: ClassName, index: number): Operand {
  switch (name) {
    case 'r8':
      return gpr(index, 8);
    case 'r32':
      return gpr(index, 32);
    case 'r64':
      return gpr(index, 64);
    case 'k':
      return maskRegister(index);
    default:
      return vec(index, name === 'xmm' ? 128 : name === 'ymm' ? 256 : 512);
  }
}

/** The ends of the accepted range, and those of the narrower ranges inside it. */
export function immediateCorners({ min, below }: OperandSpec): readonly (number | bigint)[] {
  const edges = [0, 1, -1, 127, 128, -128, -129, 255, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 40, -(2 ** 40)];
  const inside: (number | bigint)[] = edges.filter((value) => value >= min && value < below);
  if (below === 2 ** 64) inside.push(2n ** 64n - 1n, -(2n ** 63n), 0x123456789abcdef0n);
  return inside;
}

type MakeMemory = (options: MemoryOptions) => Memory;

const at =
  (base: typeof rax, disp = 0, index?: typeof rax, scale: 1 | 2 | 4 | 8 = 1): MakeMemory =>
  (options) =>
    mem(base, disp, index === undefined ? options : { ...options, index, scale });

/** Which bases and indices need a SIB byte or a displacement. */
const ADDRESSES: readonly MakeMemory[] = [
  at(rax),
  at(rcx, 8),
  // rsp and r12 as base need a SIB byte.
  at(rsp),
  at(r12),
  at(rsp, 64),
  at(r12, -64),
  at(rsp, 4096),
  at(r12, 4096),
  // rbp and r13 as base need a displacement.
  at(rbp),
  at(r13),
  at(rbp, 64),
  at(r13, -4096),
  // r8 and above in base, index, or both.
  at(r8),
  at(r15, 128),
  at(rax, 0, rcx, 1),
  at(rdx, 64, rbx, 2),
  at(rsi, 4096, rdi, 4),
  at(rax, 0, r9, 8),
  at(r9, 64, rax, 8),
  at(r14, 4096, r15, 4),
  // The special bases with an index, and as index: r12 may be one, though rsp may not.
  at(rsp, 0, rbp, 8),
  at(rbp, 0, rax, 2),
  at(r13, 0, r13, 1),
  at(r12, 0, r12, 4),
  at(r12, -64, r13, 4),
  at(r13, 128, r12, 2),
];

/** Displacements around the limits of one byte, scaled by `n` (disp8*N) and not. */
function displacements(n: number): readonly number[] {
  const scaled = [1, -1, 127, 128, -128, -129].map((steps) => steps * n);
  const beside = [n / 2, n + 1, 127 * n - 1, -128 * n + 1, -n / 2].map(Math.trunc);
  return [...new Set([...scaled, ...beside, 1, 127, 128, -128, -129, 2 ** 31 - 1, -(2 ** 31)])];
}

/** Every memory corner for a form whose one-byte displacements count in steps of `n` bytes. */
export function memoryCorners(
  n: number,
  options: Pick<MemoryOptions, 'broadcast' | 'bits'>,
): readonly Memory[] {
  const bases = [rax, r13, rsp];
  return [
    ...ADDRESSES.map((make) => make(options)),
    ...displacements(n).map((disp, i) => mem(bases[i % bases.length]!, disp, options)),
    memoryAt(HERE, 0, options),
    memoryAt(HERE, -4096, options),
    memoryAt(HERE, 1, options),
  ];
}
