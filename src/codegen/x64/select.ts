/** @file Finds the form of an instruction that fits the operands. */

import { InternalError } from '../../base/errors.ts';
import type { Mnemonic } from './instructions.ts';
import { ANY_MEMORY, CLASS, type Form, formsOf, type OperandSpec } from './notation.ts';
import { formatMasking, formatOperand, type Masking, type Memory, type Operand } from './operands.ts';

const GPR_CLASS = { 8: CLASS.r8, 32: CLASS.r32, 64: CLASS.r64 };
const VECTOR_CLASS = { 128: CLASS.xmm, 256: CLASS.ymm, 512: CLASS.zmm };
const MEMORY_CLASS = {
  8: CLASS.m8,
  16: CLASS.m16,
  32: CLASS.m32,
  64: CLASS.m64,
  128: CLASS.m128,
  256: CLASS.m256,
  512: CLASS.m512,
};

/** Length of a short jump: a backward one reaches `128 - 2` bytes behind its own start. */
const SHORT_JUMP_BYTES = 2;

function memoryClass({ broadcast, bits }: Memory): number {
  if (broadcast) return bits === undefined || bits === 32 ? CLASS.m32bcst : 0;
  return bits === undefined ? ANY_MEMORY : MEMORY_CLASS[bits];
}

/** The class of an operand; `position` is where the instruction starts, for jumps. */
function classOf(operand: Operand, position: number): number {
  if (typeof operand !== 'object') return CLASS.imm;
  switch (operand.kind) {
    case 'vec':
      return VECTOR_CLASS[operand.bits];
    case 'mem':
      return memoryClass(operand);
    case 'gpr':
      return GPR_CLASS[operand.bits];
    case 'k':
      return CLASS.k;
    case 'label': {
      // A label that is still to come could be anywhere: its jump gets 32 bits.
      const near = operand.position >= 0 && position + SHORT_JUMP_BYTES - operand.position <= 128;
      return near ? CLASS.rel8 | CLASS.rel32 : CLASS.rel32;
    }
  }
}

/** Whether a form position accepts an operand of class `kind`. */
function fits(spec: OperandSpec, operand: Operand, kind: number): boolean {
  if ((spec.classes & kind) === 0) return false;
  if (typeof operand === 'number') {
    return operand >= spec.min && operand < spec.below && Number.isInteger(operand);
  }
  return typeof operand !== 'bigint' || (operand >= spec.min && operand < spec.below);
}

function formFits(
  form: Form,
  operands: readonly Operand[],
  classes: readonly number[],
  masking: Masking | undefined,
): boolean {
  if (form.operands.length !== operands.length) return false;
  for (let at = 0; at < operands.length; at++) {
    const operand = operands[at]!;
    if (!fits(form.operands[at]!, operand, classes[at]!)) return false;
    if (typeof operand !== 'object') continue;
    if (operand.kind === 'vec' && operand.index > 15 && form.encoding !== 'evex') return false;
    if (form.needsMemoryBits && operand.kind === 'mem' && operand.bits === undefined) return false;
  }
  return masking === undefined || maskingFits(form, operands, masking);
}

function maskingFits(form: Form, operands: readonly Operand[], { mask, zeroing }: Masking): boolean {
  if (!form.maskable || mask.index === 0) return false;
  if (zeroing !== true) return true;
  const dst = operands[0];
  // Zeroing does not apply to stores (manual volume 1, section 15.6.3).
  return form.zeroable && !(typeof dst === 'object' && dst.kind === 'mem');
}

/**
 * The first form of `mnemonic` that takes the operands: VEX where the registers allow it and no mask or broadcast is
 * asked for, else EVEX; the shortest immediate.
 *
 * Throws: InternalError, naming the operands and every form, when none fits.
 */
export function selectForm(
  mnemonic: Mnemonic,
  operands: readonly Operand[],
  masking: Masking | undefined,
  position: number,
): Form {
  const forms = formsOf(mnemonic);
  const classes = operands.map((operand) => classOf(operand, position));
  for (const form of forms) {
    if (formFits(form, operands, classes, masking)) return form;
  }
  const received = operands.map(formatOperand);
  received[0] = `${received[0] ?? ''}${formatMasking(masking)}`;
  const hint = forms.some((form) => form.needsMemoryBits)
    ? '\nMemory without a register beside it must state its width in bits.'
    : '';
  const known = forms.map(({ text }) => `\n  ${text}`).join('');
  throw new InternalError(`No form of ${mnemonic} takes "${received.join(', ')}". Its forms:${known}${hint}`);
}
