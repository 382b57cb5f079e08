/** @file The x86-64 registers: general-purpose, vector and mask. One frozen object per register and width. */

import { InternalError } from '../../base/errors.ts';

/** A general-purpose register seen at one width. Indices 0–15 are rax rcx rdx rbx rsp rbp rsi rdi r8–r15. */
export interface Gpr {
  readonly kind: 'gpr';
  readonly index: number;
  readonly bits: 8 | 32 | 64;
}

/** A vector register seen at one width: xmm (128), ymm (256) or zmm (512). Indices 16–31 need AVX-512. */
export interface VectorRegister {
  readonly kind: 'vec';
  readonly index: number;
  readonly bits: 128 | 256 | 512;
}

/** An AVX-512 mask register. */
export interface MaskRegister {
  readonly kind: 'k';
  readonly index: number;
}

const LEGACY_NAMES = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];

function all<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => Object.freeze(make(index)));
}

const GPRS = {
  8: all(16, (index): Gpr => ({ kind: 'gpr', index, bits: 8 })),
  32: all(16, (index): Gpr => ({ kind: 'gpr', index, bits: 32 })),
  64: all(16, (index): Gpr => ({ kind: 'gpr', index, bits: 64 })),
};

const VECTORS = {
  128: all(32, (index): VectorRegister => ({ kind: 'vec', index, bits: 128 })),
  256: all(32, (index): VectorRegister => ({ kind: 'vec', index, bits: 256 })),
  512: all(32, (index): VectorRegister => ({ kind: 'vec', index, bits: 512 })),
};

const MASKS = all(8, (index): MaskRegister => ({ kind: 'k', index }));

/** The general-purpose register `index` (0–15) at `bits` bits. Throws InternalError when there is none. */
export function gpr(index: number, bits: 8 | 32 | 64 = 64): Gpr {
  const register = GPRS[bits]?.[index];
  if (register === undefined) throw new InternalError(`No ${bits}-bit general-purpose register ${index}.`);
  return register;
}

/** The vector register `index` (0–31) at `bits` bits. Throws InternalError when there is none. */
export function vec(index: number, bits: 128 | 256 | 512): VectorRegister {
  const register = VECTORS[bits]?.[index];
  if (register === undefined) throw new InternalError(`No ${bits}-bit vector register ${index}.`);
  return register;
}

/** The mask register `index` (0–7). Throws InternalError when there is none. */
export function maskRegister(index: number): MaskRegister {
  const register = MASKS[index];
  if (register === undefined) throw new InternalError(`No mask register ${index}.`);
  return register;
}

/** The low 32 bits of `register`. Writing them clears the upper half. */
export function low32(register: Gpr): Gpr {
  return gpr(register.index, 32);
}

/** The low 8 bits of `register`. Writing them keeps the other bits. */
export function low8(register: Gpr): Gpr {
  return gpr(register.index, 8);
}

/** The register's name in the manual: `rax`, `r9d`, `sil`, `zmm31`, `k1`. */
export function registerName(register: Gpr | VectorRegister | MaskRegister): string {
  if (register.kind === 'k') return `k${register.index}`;
  const { index, bits } = register;
  if (register.kind === 'vec') return `${{ 128: 'x', 256: 'y', 512: 'z' }[register.bits]}mm${index}`;
  if (index >= 8) return `r${index}${bits === 64 ? '' : bits === 32 ? 'd' : 'b'}`;
  const name = LEGACY_NAMES[index]!;
  if (bits !== 8) return (bits === 64 ? 'r' : 'e') + name;
  return index < 4 ? `${name[0]}l` : `${name}l`;
}

type Eight<T> = readonly [T, T, T, T, T, T, T, T];

export const [rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi] = GPRS[64].slice(0, 8) as unknown as Eight<Gpr>;
export const [r8, r9, r10, r11, r12, r13, r14, r15] = GPRS[64].slice(8) as unknown as Eight<Gpr>;
export const [eax, ecx, edx, ebx, esp, ebp, esi, edi] = GPRS[32].slice(0, 8) as unknown as Eight<Gpr>;
export const [r8d, r9d, r10d, r11d, r12d, r13d, r14d, r15d] = GPRS[32].slice(8) as unknown as Eight<Gpr>;
export const [k0, k1, k2, k3, k4, k5, k6, k7] = MASKS as unknown as Eight<MaskRegister>;
