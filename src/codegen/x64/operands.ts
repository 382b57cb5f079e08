/** @file What an instruction works on: registers, memory, labels and immediates; and how masks are asked for. */

import { InternalError } from '../../base/errors.ts';
import { type Gpr, type MaskRegister, registerName, type VectorRegister } from './registers.ts';

/** Widths a memory operand can have. */
export type MemoryBits = 8 | 16 | 32 | 64 | 128 | 256 | 512;

/**
 * A place in the code, bound once. `position` is its byte offset, negative until it is bound. Made by
 * `Assembler.label()` and good for that assembler only.
 */
export interface Label {
  readonly kind: 'label';
  readonly owner: object;
  position: number;
}

/** Memory at `base + index * scale + disp` (bytes), or at `label + disp` relative to the instruction pointer. */
export interface Memory {
  readonly kind: 'mem';
  /** A 64-bit register. Absent when `label` is given. */
  readonly base?: Gpr | undefined;
  /** A 64-bit register other than rsp. */
  readonly index?: Gpr | undefined;
  readonly scale: 1 | 2 | 4 | 8;
  readonly label?: Label | undefined;
  /** A signed 32-bit number of bytes. */
  readonly disp: number;
  /** Read one 32-bit element and use it in every lane (AVX-512). */
  readonly broadcast: boolean;
  /** The width, where no register operand tells it: `inc`, `add mem, imm`. */
  readonly bits?: MemoryBits | undefined;
}

/** Which lanes an instruction writes (AVX-512). k0 cannot be used: it means "no mask" in the encoding. */
export interface Masking {
  readonly mask: MaskRegister;
  /** Lanes that are off become zero. Otherwise they keep what the destination held. */
  readonly zeroing?: boolean | undefined;
}

/** An operand. Numbers are immediates; 64-bit ones may be bigint. */
export type Operand = Gpr | VectorRegister | MaskRegister | Memory | Label | number | bigint;

/** What `mem` takes besides base and displacement. */
export interface MemoryOptions {
  readonly index?: Gpr;
  readonly scale?: 1 | 2 | 4 | 8;
  readonly broadcast?: boolean;
  readonly bits?: MemoryBits;
}

/**
 * Memory at `base + index * scale + disp`.
 *
 * Units: disp in bytes.
 * Throws: InternalError for registers narrower than 64 bits, rsp as index, a displacement beyond 32 bits.
 */
export function mem(base: Gpr, disp = 0, options: MemoryOptions = {}): Memory {
  const { index, scale = 1, broadcast = false, bits } = options;
  const memory: Memory = { kind: 'mem', base, index, scale, label: undefined, disp, broadcast, bits };
  if (base.bits !== 64 || (index !== undefined && (index.bits !== 64 || index.index === 4))) {
    throw new InternalError(
      `${formatOperand(memory)}: base and index must be 64-bit registers, the index not rsp.`,
    );
  }
  if (disp !== (disp | 0)) {
    throw new InternalError(`${formatOperand(memory)}: the displacement is not a signed 32-bit integer.`);
  }
  return memory;
}

/** Memory at `label + disp`. */
export function memoryAt(
  label: Label,
  disp = 0,
  options: Pick<MemoryOptions, 'broadcast' | 'bits'> = {},
): Memory {
  if (disp !== (disp | 0))
    throw new InternalError(`The displacement ${disp} is not a signed 32-bit integer.`);
  const { broadcast = false, bits } = options;
  return { kind: 'mem', base: undefined, index: undefined, scale: 1, label, disp, broadcast, bits };
}

/** The same place, read as one 32-bit element that is used in every lane (AVX-512). */
export function broadcast(memory: Memory): Memory {
  return { ...memory, broadcast: true };
}

/** The operand for people: `zmm3`, `[rax+rcx*4-8]`, `[rax]{bcst}`, `label`, `-1`. */
export function formatOperand(operand: Operand): string {
  if (typeof operand === 'number' || typeof operand === 'bigint') return String(operand);
  if (operand.kind === 'label') return 'label';
  if (operand.kind !== 'mem') return registerName(operand);
  return formatAddress(operand, 'label') + (operand.broadcast ? '{bcst}' : '');
}

/** `[base+index*scale+disp]`, or `[rip+label+disp]` with `labelName` for the label. */
export function formatAddress(memory: Memory, labelName: string): string {
  const { base, index, scale, label, disp } = memory;
  const terms: string[] = [];
  if (label !== undefined) terms.push('rip', labelName);
  if (base !== undefined) terms.push(registerName(base));
  if (index !== undefined) terms.push(`${registerName(index)}*${scale}`);
  const tail = disp === 0 ? '' : disp < 0 ? String(disp) : `+${disp}`;
  return `[${terms.join('+')}${tail}]`;
}

/** `{k1}{z}`, `{k1}` or nothing. */
export function formatMasking(masking: Masking | undefined): string {
  if (masking === undefined) return '';
  return `{${registerName(masking.mask)}}${masking.zeroing === true ? '{z}' : ''}`;
}
