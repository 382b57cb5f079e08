/**
 * @file The sweep over the x86-64 instruction table: every form with the operands at which encoders often have errors.
 *
 * It is the same on every run. tools/x64/sweep.mjs has GNU `as` assemble the text of every case and compares the bytes;
 * the golden test repeats the sweep without binutils.
 */

import { createHash } from 'node:crypto';
import { Assembler } from '../../src/codegen/x64/assembler.ts';
import { INSTRUCTIONS, type Mnemonic } from '../../src/codegen/x64/instructions.ts';
import { CLASS, type Form, formsOf, type OperandSpec } from '../../src/codegen/x64/notation.ts';
import {
  formatAddress,
  formatMasking,
  formatOperand,
  type Label,
  type Masking,
  type MemoryBits,
  type Operand,
} from '../../src/codegen/x64/operands.ts';
import { maskRegister } from '../../src/codegen/x64/registers.ts';
import { selectForm } from '../../src/codegen/x64/select.ts';
import {
  type ClassName,
  HERE,
  immediateCorners,
  isMemory,
  isRegister,
  isRelative,
  memoryCorners,
  register,
  registerCorners,
} from './x64-corners.ts';

/** One instruction: its text for GNU `as` in Intel syntax, and the bytes the assembler makes of it. */
export interface SweepCase {
  readonly form: Form;
  /** `here` stands for a label `behind` bytes before the instruction. */
  readonly text: string;
  readonly behind: number;
  readonly hex: string;
}

/** Two-byte pauses between a label and a jump to it: next to it, around the reach of a short jump, and beyond. */
const JUMP_PAUSES = [0, 1, 63, 64, 500];
const PAUSE_BYTES = 2;

/** How `as` names the width of memory. */
const WIDTH_NAMES: Readonly<Record<string, string>> = {
  m8: 'byte ptr ',
  m16: 'word ptr ',
  m32: 'dword ptr ',
  m64: 'qword ptr ',
  m128: 'xmmword ptr ',
  m256: 'ymmword ptr ',
  m512: 'zmmword ptr ',
  m32bcst: 'dword bcst ',
};

function classNames({ classes }: OperandSpec): readonly ClassName[] {
  const names = (Object.keys(CLASS) as ClassName[]).filter((name) => (classes & CLASS[name]) !== 0);
  // `lea` takes memory operands of any width, since it does not read the memory.
  return names.filter(isMemory).length > 2 ? ['m64'] : names;
}

/** Every combination of one class per operand. */
function shapesOf(form: Form): ClassName[][] {
  return form.operands.reduce<ClassName[][]>(
    (shapes, spec) => shapes.flatMap((shape) => classNames(spec).map((name) => [...shape, name])),
    [[]],
  );
}

/** Everything to try in one position of one shape. */
function cornersOf(form: Form, name: ClassName, spec: OperandSpec): readonly Operand[] {
  const evex = form.encoding === 'evex';
  if (isRegister(name)) return registerCorners(name, evex).map((index) => register(name, index));
  if (isRelative(name)) return [HERE];
  if (name === 'imm') return immediateCorners(spec);
  const broadcast = name === 'm32bcst';
  const n = !evex ? 1 : broadcast ? 4 : form.dispScale;
  const bits = Number.parseInt(name.slice(1), 10) as MemoryBits;
  return memoryCorners(n, form.needsMemoryBits ? { broadcast, bits } : { broadcast });
}

/**
 * Operands of one shape: each position through its corners while the others rotate through theirs at different speeds,
 * so that every corner meets many others.
 */
function* operandsOf(form: Form, shape: readonly ClassName[]): Generator<readonly Operand[]> {
  const corners = shape.map((name, at) => cornersOf(form, name, form.operands[at]!));
  const pick = (at: number, turn: number) => corners[at]![turn % corners[at]!.length]!;
  let round = 0;
  for (const [varied, list] of corners.entries()) {
    for (const corner of list) {
      yield corners.map((_, at) => (at === varied ? corner : pick(at, round * (at + 1) + at)));
      round++;
    }
  }
  // Both register numbers and all of them high at once, which the rotation may have missed.
  for (let turn = 0; turn < 8; turn++) yield corners.map((_, at) => pick(at, turn));
  if (shape.length === 0) yield [];
}

/** The masks to try in round `round`: always none; where allowed, in every third round k1–k7, merging and zeroing. */
function masksOf(form: Form, shape: readonly ClassName[], round: number): readonly (Masking | undefined)[] {
  if (!form.maskable || round % 3 !== 0) return [undefined];
  const mask = maskRegister(1 + ((round / 3) % 7));
  const zeroable = form.zeroable && !isMemory(shape[0]!);
  return zeroable ? [undefined, { mask }, { mask, zeroing: true }] : [undefined, { mask }];
}

function textOf(
  form: Form,
  shape: readonly ClassName[],
  operands: readonly Operand[],
  masking?: Masking,
): string {
  const words = operands.map((operand, at) => {
    const masks = at === 0 ? formatMasking(masking) : '';
    if (operand === HERE) return 'here';
    if (typeof operand !== 'object' || operand.kind !== 'mem') return formatOperand(operand) + masks;
    const width = form.mnemonic === 'lea' ? '' : WIDTH_NAMES[shape[at]!]!;
    return width + formatAddress(operand, 'here') + masks;
  });
  return `${form.mnemonic} ${words.join(', ')}`.trimEnd();
}

function placed(operand: Operand, label: Label): Operand {
  if (operand === HERE) return label;
  return typeof operand === 'object' && operand.kind === 'mem' && operand.label !== undefined
    ? { ...operand, label }
    : operand;
}

/** The instruction's bytes, `behind` bytes after the label it may use. Undefined when another form is chosen for it. */
function assemble(
  form: Form,
  operands: readonly Operand[],
  masking: Masking | undefined,
  behind: number,
): string | undefined {
  const assembler = new Assembler();
  const label = assembler.label();
  assembler.bind(label);
  while (assembler.position < behind) assembler.emit('pause');
  const own = operands.map((operand) => placed(operand, label));
  if (selectForm(form.mnemonic, own, masking, behind) !== form) return undefined;
  assembler.emit(form.mnemonic, ...own, ...(masking === undefined ? [] : [masking]));
  return Buffer.from(assembler.finish().subarray(behind)).toString('hex');
}

function* sweepForm(form: Form): Generator<SweepCase> {
  for (const shape of shapesOf(form)) {
    const distances = shape.some(isRelative) ? JUMP_PAUSES.map((pauses) => pauses * PAUSE_BYTES) : [0];
    let round = 0;
    for (const operands of operandsOf(form, shape)) {
      for (const masking of masksOf(form, shape, round++)) {
        for (const behind of distances) {
          const hex = assemble(form, operands, masking, behind);
          if (hex !== undefined) yield { form, text: textOf(form, shape, operands, masking), behind, hex };
        }
      }
    }
  }
}

/** All cases, without those that repeat an earlier one. */
export function* sweep(): Generator<SweepCase> {
  for (const mnemonic of Object.keys(INSTRUCTIONS) as Mnemonic[]) {
    const seen = new Set<string>();
    for (const form of formsOf(mnemonic)) {
      for (const one of sweepForm(form)) {
        const key = `${one.behind} ${one.text}`;
        if (!seen.has(key)) yield one;
        seen.add(key);
      }
    }
  }
}

/** Of all cases, every `GOLDEN_STEP`th and the first of each form are committed as text. */
const GOLDEN_STEP = 16;

/** The golden line of a case: `behind | text | hex`. */
export function goldenLine({ behind, text, hex }: SweepCase): string {
  return `${behind} | ${text} | ${hex}`;
}

/** SHA-256 of the lines of all cases, so that the cases that are not committed as text are still checked. */
export function sweepDigest(cases: readonly SweepCase[]): string {
  const hash = createHash('sha256');
  for (const one of cases) hash.update(`${goldenLine(one)}\n`);
  return hash.digest('hex');
}

/** Picks the cases that are committed as text. */
export function goldenCases(cases: readonly SweepCase[]): readonly SweepCase[] {
  const seen = new Set<Form>();
  return cases.filter((one, at) => {
    const first = !seen.has(one.form);
    seen.add(one.form);
    return first || at % GOLDEN_STEP === 0;
  });
}
