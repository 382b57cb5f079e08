/** @file Reads rows of the instruction table into forms the encoder can follow. */

import { InternalError } from '../../base/errors.ts';
import { INSTRUCTIONS, type Mnemonic } from './instructions.ts';

/** Classes of operands, as bits, so that a form can accept several. */
export const CLASS = {
  r8: 1 << 0,
  r32: 1 << 1,
  r64: 1 << 2,
  xmm: 1 << 3,
  ymm: 1 << 4,
  zmm: 1 << 5,
  k: 1 << 6,
  m8: 1 << 7,
  m16: 1 << 8,
  m32: 1 << 9,
  m64: 1 << 10,
  m128: 1 << 11,
  m256: 1 << 12,
  m512: 1 << 13,
  m32bcst: 1 << 14,
  imm: 1 << 15,
  rel8: 1 << 16,
  rel32: 1 << 17,
} as const;

/** Memory of any width. */
export const ANY_MEMORY = CLASS.m8 | CLASS.m16 | CLASS.m32 | CLASS.m64 | CLASS.m128 | CLASS.m256 | CLASS.m512;

/** One operand position of a form. */
export interface OperandSpec {
  /** Accepted classes. */
  readonly classes: number;
  /** Accepted immediates: `min <= value < below`. */
  readonly min: number;
  readonly below: number;
}

/** One instruction form of one vector length. Positions of operands are -1 where the form has none. */
export interface Form {
  readonly mnemonic: Mnemonic;
  /** The row it came from, with its vector length filled in. */
  readonly text: string;
  readonly operands: readonly OperandSpec[];
  readonly encoding: 'legacy' | 'vex' | 'evex';
  /** Legacy prefix bytes, before REX. */
  readonly prefixes: readonly number[];
  /** VEX and EVEX: 0 for 128 bits and length-ignoring forms, 1 for 256, 2 for 512. */
  readonly length: 0 | 1 | 2;
  /** VEX and EVEX: the implied prefix, 0 none, 1 66, 2 F3, 3 F2. */
  readonly pp: number;
  /** VEX and EVEX: 1 0F, 2 0F38, 3 0F3A. */
  readonly map: number;
  /** The W bit of REX, VEX or EVEX. */
  readonly wide: 0 | 1;
  /** Opcode bytes; one for VEX and EVEX. */
  readonly opcode: readonly number[];
  /** ModRM.reg where the opcode extends into it. */
  readonly digit: number;
  readonly hasModRm: boolean;
  readonly regAt: number;
  readonly rmAt: number;
  readonly vvvvAt: number;
  readonly immAt: number;
  readonly is4At: number;
  readonly opcodeRegAt: number;
  readonly relativeAt: number;
  readonly immBytes: 0 | 1 | 4 | 8;
  readonly maskable: boolean;
  readonly zeroable: boolean;
  /** EVEX: the N of disp8*N for a memory operand that is not broadcast. */
  readonly dispScale: number;
  /** Memory must state its width, or another form would fit as well. */
  readonly needsMemoryBits: boolean;
}

const VECTOR_OF = { 128: 'xmm', 256: 'ymm', 512: 'zmm' } as const;
type VectorBits = keyof typeof VECTOR_OF;

const IMMEDIATES: Readonly<Record<string, readonly [min: number, below: number]>> = {
  '1': [1, 2],
  imm8: [0, 2 ** 8],
  simm8: [-(2 ** 7), 2 ** 7],
  imm32: [-(2 ** 31), 2 ** 32],
  simm32: [-(2 ** 31), 2 ** 31],
  imm64: [-(2 ** 63), 2 ** 64],
};

const IMMEDIATE_BYTES = { ib: 1, id: 4, io: 8, cb: 1, cd: 4, '/is4': 1 } as const;

function parseOperand(text: string): OperandSpec {
  const range = IMMEDIATES[text];
  if (range !== undefined) return { classes: CLASS.imm, min: range[0], below: range[1] };
  let classes = 0;
  // `r/m32` is the manual's short form of `r32/m32`.
  for (const name of text.replace(/^r\/m(\d+)$/, 'r$1/m$1').split('/')) {
    if (name === 'm') classes |= ANY_MEMORY;
    else if (name in CLASS) classes |= CLASS[name as keyof typeof CLASS];
    else throw new InternalError(`Unknown operand "${name}" in the instruction table.`);
  }
  return { classes, min: 0, below: 0 };
}

/** The opcode column: everything but operands and masks. */
function parseOpcode(column: string) {
  const prefixes: number[] = [];
  const opcode: number[] = [];
  let encoding: Form['encoding'] = 'legacy';
  let fields: readonly string[] = [];
  let wide: 0 | 1 = 0;
  let digit = 0;
  let hasModRm = false;
  let immBytes: Form['immBytes'] = 0;
  for (const token of column.split(' ')) {
    if (/^E?VEX\./.test(token)) {
      fields = token.split('.');
      encoding = fields[0] === 'VEX' ? 'vex' : 'evex';
      wide = fields.includes('W1') ? 1 : 0;
    } else if (token === 'REX.W') wide = 1;
    else if (/^\/[r0-7]$/.test(token)) {
      hasModRm = true;
      if (token !== '/r') digit = Number(token[1]);
    } else if (token in IMMEDIATE_BYTES) immBytes = IMMEDIATE_BYTES[token as keyof typeof IMMEDIATE_BYTES];
    else if (/^(F0|F2|F3|66)$/.test(token) && opcode.length === 0) prefixes.push(Number.parseInt(token, 16));
    else if (/^[0-9A-F]{2}(\+rd)?$/.test(token)) opcode.push(Number.parseInt(token, 16));
    else throw new InternalError(`Unknown token "${token}" in the instruction table.`);
  }
  const length: 0 | 1 | 2 = fields[1] === '256' || fields[1] === 'L1' ? 1 : fields[1] === '512' ? 2 : 0;
  const pp = fields.includes('66') ? 1 : fields.includes('F3') ? 2 : fields.includes('F2') ? 3 : 0;
  const map = fields.includes('0F38') ? 2 : fields.includes('0F3A') ? 3 : 1;
  return { prefixes, opcode, encoding, wide, digit, hasModRm, immBytes, length, pp, map };
}

/** N of disp8*N, from the tuple type (manual volume 2, section 2.7.5). */
function tupleScale(tuple: string | undefined, vectorBits: number, wide: 0 | 1): number {
  const element = wide === 1 ? 8 : 4;
  switch (tuple) {
    case undefined:
      return 1;
    case 'full':
    case 'fullmem':
      return vectorBits / 8;
    case 'tuple1':
      return element;
    case 'tuple1byte':
      return 1;
    case 'quartermem':
      return vectorBits / 32;
    case 'tuple4':
      return 4 * element;
    default:
      throw new InternalError(`Unknown tuple type "${tuple}" in the instruction table.`);
  }
}

function parseForm(mnemonic: Mnemonic, text: string): Form {
  const [opcodeColumn, operandColumn, encodingColumn] = text.split('|').map((column) => column.trim());
  const [letters, tuple] = encodingColumn!.split(' ');
  const opcode = parseOpcode(opcodeColumn!);
  const masks = /\{k\}(\{z\})?/.exec(operandColumn!);
  const operands = operandColumn!
    .replace(/ *\{k\}(\{z\})?/, '')
    .split(', ')
    .filter((operand) => operand !== '')
    .map(parseOperand);
  const roles = letters === 'ZO' ? '' : letters!;
  if (roles.length !== operands.length || (opcode.encoding !== 'legacy' && opcode.opcode.length !== 1)) {
    throw new InternalError(`The instruction table's row "${text}" of ${mnemonic} contradicts itself.`);
  }
  const is4At = roles.lastIndexOf('R');
  const regAt = roles.indexOf('R');
  return {
    mnemonic,
    text,
    operands,
    ...opcode,
    regAt,
    rmAt: roles.indexOf('M'),
    vvvvAt: roles.indexOf('V'),
    immAt: roles.indexOf('I'),
    is4At: is4At === regAt ? -1 : is4At,
    opcodeRegAt: roles.indexOf('O'),
    relativeAt: roles.indexOf('D'),
    maskable: masks !== null,
    zeroable: masks?.[1] !== undefined,
    dispScale: tupleScale(tuple, 128 << opcode.length, opcode.wide),
    needsMemoryBits: false,
  };
}

/** A row with its list of vector lengths replaced by each of them. */
function expandLengths(row: string): string[] {
  const lengths = /^E?VEX\.([0-9/]+)\./.exec(row)?.[1];
  if (lengths === undefined) return [row];
  return lengths.split('/').map((bits) =>
    row
      .replace(lengths, bits)
      .replace(/\bv\b/g, VECTOR_OF[Number(bits) as VectorBits])
      .replace(/\bmv\b/g, `m${bits}`),
  );
}

/** Whether memory of unstated width would fit both forms: nothing but its width tells them apart. */
function differOnlyInMemory(a: Form, b: Form): boolean {
  if (a.operands.length !== b.operands.length) return false;
  let differ = false;
  for (const [at, { classes }] of a.operands.entries()) {
    const other = b.operands[at]!.classes;
    if ((classes & other) !== 0) continue;
    if ((classes & ANY_MEMORY) === 0 || (other & ANY_MEMORY) === 0) return false;
    differ = true;
  }
  return differ;
}

const parsed = new Map<Mnemonic, readonly Form[]>();

/** The forms of `mnemonic` in the order in which they are tried. Parsed at the first use. */
export function formsOf(mnemonic: Mnemonic): readonly Form[] {
  const known = parsed.get(mnemonic);
  if (known !== undefined) return known;
  const rows: readonly string[] | undefined = INSTRUCTIONS[mnemonic];
  if (rows === undefined) throw new InternalError(`The instruction table has no "${mnemonic}".`);
  const forms = rows.flatMap(expandLengths).map((row) => parseForm(mnemonic, row));
  const complete = forms.map((form) => ({
    ...form,
    needsMemoryBits: forms.some((other) => differOnlyInMemory(form, other)),
  }));
  parsed.set(mnemonic, complete);
  return complete;
}
