/**
 * @file Writes one instruction form with its operands as bytes.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, chapter 2.
 */

import type { CodeBuffer } from './code-buffer.ts';
import type { Form } from './notation.ts';
import type { Label, Masking, Memory, Operand } from './operands.ts';
import type { Gpr, MaskRegister, VectorRegister } from './registers.ts';

/** A displacement to fill in once its label is bound: `label + addend - end`, `size` bytes at `position`. */
export interface Reference {
  readonly label: Label;
  readonly addend: number;
  readonly position: number;
  /** Where the instruction ends: relative addresses count from there. */
  readonly end: number;
  readonly size: 1 | 4;
}

type Register = Gpr | VectorRegister | MaskRegister;

/** ModRM.rm and SIB.base values that do not mean the register of that number. */
const SIB_FOLLOWS = 4;
const NO_BASE = 5;

function bit(value: number, at: number): number {
  return (value >> at) & 1;
}

/**
 * Appends the instruction's bytes to `out`.
 *
 * The form must accept the operands (see `selectForm`).
 * Returns: the place of a label's displacement, when the instruction has one.
 */
export function encode(
  form: Form,
  operands: readonly Operand[],
  masking: Masking | undefined,
  out: CodeBuffer,
): Reference | undefined {
  const reg = form.regAt < 0 ? form.digit : (operands[form.regAt] as Register).index;
  const rm = form.rmAt < 0 ? undefined : (operands[form.rmAt] as Register | Memory);
  if (form.encoding === 'legacy') legacyPrefixes(form, operands, reg, rm, out);
  else {
    const vvvv = form.vvvvAt < 0 ? 0 : (operands[form.vvvvAt] as Register).index;
    if (form.encoding === 'vex') vexPrefix(form, reg, vvvv, rm, out);
    else evexPrefix(form, reg, vvvv, rm, masking, out);
  }
  for (const byte of form.opcode) out.byte(byte);
  if (form.opcodeRegAt >= 0) addToOpcode(operands[form.opcodeRegAt] as Gpr, form, out);
  const reference = form.hasModRm ? modRm(form, reg, rm!, out) : undefined;
  if (form.relativeAt >= 0) return relative(form, operands[form.relativeAt] as Label, out);
  immediate(form, operands, out);
  return reference;
}

/** Legacy prefixes, REX where needed, then the opcode is to follow. */
function legacyPrefixes(
  form: Form,
  operands: readonly Operand[],
  reg: number,
  rm: Register | Memory | undefined,
  out: CodeBuffer,
): void {
  for (const prefix of form.prefixes) out.byte(prefix);
  const low = form.opcodeRegAt < 0 ? rm : (operands[form.opcodeRegAt] as Gpr);
  const rex = (form.wide << 3) | (bit(reg, 3) << 2) | (indexBit(low, 3) << 1) | baseBit(low, 3);
  if (rex !== 0 || operands.some(needsRexForLowByte)) out.byte(0x40 | rex);
}

/** Without REX, the encodings of spl, bpl, sil and dil mean ah, ch, dh and bh. */
function needsRexForLowByte(operand: Operand): boolean {
  return typeof operand === 'object' && operand.kind === 'gpr' && operand.bits === 8 && operand.index >= 4;
}

/** Bit `at` of the number of the register in ModRM.rm or SIB.base. */
function baseBit(rm: Register | Memory | undefined, at: number): number {
  if (rm === undefined) return 0;
  return bit(rm.kind === 'mem' ? (rm.base?.index ?? 0) : rm.index, at);
}

/** Bit `at` of the number of the register in SIB.index. */
function indexBit(rm: Register | Memory | undefined, at: number): number {
  return rm !== undefined && rm.kind === 'mem' ? bit(rm.index?.index ?? 0, at) : 0;
}

/** VEX: two bytes when X, B, W are 0 and the map is 0F, else three. R, X, B and vvvv are stored inverted. */
function vexPrefix(
  form: Form,
  reg: number,
  vvvv: number,
  rm: Register | Memory | undefined,
  out: CodeBuffer,
): void {
  const notR = (bit(reg, 3) ^ 1) << 7;
  const tail = ((~vvvv & 15) << 3) | (form.length << 2) | form.pp;
  const x = indexBit(rm, 3);
  const b = baseBit(rm, 3);
  if (x === 0 && b === 0 && form.wide === 0 && form.map === 1) {
    out.byte(0xc5);
    out.byte(notR | tail);
    return;
  }
  out.byte(0xc4);
  out.byte(notR | ((x ^ 1) << 6) | ((b ^ 1) << 5) | form.map);
  out.byte((form.wide << 7) | tail);
}

/** EVEX: bit 4 of reg is R', of vvvv V', of a register in rm X. All of R X B R' vvvv V' are stored inverted. */
function evexPrefix(
  form: Form,
  reg: number,
  vvvv: number,
  rm: Register | Memory | undefined,
  masking: Masking | undefined,
  out: CodeBuffer,
): void {
  const inMemory = rm !== undefined && rm.kind === 'mem';
  const x = inMemory ? indexBit(rm, 3) : baseBit(rm, 4);
  const extension = (bit(reg, 3) << 7) | (x << 6) | (baseBit(rm, 3) << 5) | (bit(reg, 4) << 4);
  const broadcast = inMemory && rm.broadcast ? 1 : 0;
  const zeroing = masking?.zeroing === true ? 1 : 0;
  out.byte(0x62);
  out.byte((~extension & 0xf0) | form.map);
  out.byte((form.wide << 7) | ((~vvvv & 15) << 3) | 4 | form.pp);
  out.byte(
    (zeroing << 7) |
      (form.length << 5) |
      (broadcast << 4) |
      ((bit(vvvv, 4) ^ 1) << 3) |
      (masking?.mask.index ?? 0),
  );
}

function addToOpcode(register: Gpr, form: Form, out: CodeBuffer): void {
  out.setByte(out.length - 1, form.opcode[form.opcode.length - 1]! + (register.index & 7));
}

/** ModRM, SIB and displacement. */
function modRm(form: Form, reg: number, rm: Register | Memory, out: CodeBuffer): Reference | undefined {
  const middle = (reg & 7) << 3;
  if (rm.kind !== 'mem') {
    out.byte(0xc0 | middle | (rm.index & 7));
    return undefined;
  }
  if (rm.label !== undefined) return ripRelative(form, middle, rm, rm.label, out);
  const base = rm.base!.index & 7;
  const { disp, index } = rm;
  const scale = form.encoding !== 'evex' ? 1 : rm.broadcast ? 4 : form.dispScale;
  const short = disp / scale;
  // rbp and r13 without displacement mean rip-relative or no base.
  const mod = disp === 0 && base !== NO_BASE ? 0 : short === (short << 24) >> 24 ? 1 : 2;
  if (index !== undefined || base === SIB_FOLLOWS) {
    out.byte((mod << 6) | middle | SIB_FOLLOWS);
    out.byte(((31 - Math.clz32(rm.scale)) << 6) | ((index === undefined ? 4 : index.index & 7) << 3) | base);
  } else out.byte((mod << 6) | middle | base);
  if (mod === 1) out.byte(short & 255);
  else if (mod === 2) out.int32(disp);
  return undefined;
}

function ripRelative(form: Form, middle: number, rm: Memory, label: Label, out: CodeBuffer): Reference {
  out.byte(middle | NO_BASE);
  const position = out.length;
  out.int32(0);
  return { label, addend: rm.disp, position, end: position + 4 + form.immBytes, size: 4 };
}

function relative(form: Form, label: Label, out: CodeBuffer): Reference {
  const position = out.length;
  const size = form.immBytes === 1 ? 1 : 4;
  if (size === 1) out.byte(0);
  else out.int32(0);
  return { label, addend: 0, position, end: position + size, size };
}

function immediate(form: Form, operands: readonly Operand[], out: CodeBuffer): void {
  if (form.is4At >= 0) {
    out.byte((operands[form.is4At] as VectorRegister).index << 4);
    return;
  }
  if (form.immBytes === 0) return;
  const value = operands[form.immAt] as number | bigint;
  if (form.immBytes === 8) out.int64(BigInt(value));
  else if (form.immBytes === 4)
    out.int32(typeof value === 'number' ? value : Number(BigInt.asIntN(32, value)));
  else out.byte(Number(value) & 255);
}
