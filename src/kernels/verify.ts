/** @file The kernel verifier: refuses IR that has no defined meaning. */

import { InternalError } from '../base/errors.ts';
import type { Bump, Count, Instruction, Int, Kernel, Mask, Ptr, Vec } from './ir.ts';
import { FLOAT_BYTES } from './ir.ts';
import { printInstruction, printRegister } from './print.ts';

type Register = Vec | Mask | Ptr | Int;
type Kind = Register['kind'];

/** Which kind of register each field of an instruction must be. */
interface Form {
  readonly dst?: Kind;
  readonly ptr?: Kind;
  readonly src?: Kind;
  readonly mask?: Kind;
  readonly a?: Kind;
  readonly b?: Kind;
  readonly c?: Kind;
}

const LOAD: Form = { dst: 'vec', ptr: 'ptr' };
const GATHER: Form = { dst: 'vec', ptr: 'ptr', a: 'vec' };
const STORE: Form = { src: 'vec', ptr: 'ptr' };
const CONSTANT: Form = { dst: 'vec' };
const UNARY: Form = { dst: 'vec', a: 'vec' };
const BINARY: Form = { dst: 'vec', a: 'vec', b: 'vec' };
const COMPARE: Form = { dst: 'mask', a: 'vec', b: 'vec' };
const MASKS: Form = { dst: 'mask', a: 'mask', b: 'mask' };

const FORMS = {
  load: LOAD,
  loadPartial: LOAD,
  broadcast: LOAD,
  loadBytes: LOAD,
  gather: GATHER,
  gatherBytes: GATHER,
  store: STORE,
  storePartial: STORE,
  constant: CONSTANT,
  constantInt: CONSTANT,
  iota: CONSTANT,
  add: BINARY,
  sub: BINARY,
  mul: BINARY,
  div: BINARY,
  min: BINARY,
  max: BINARY,
  addInt: BINARY,
  mulInt: BINARY,
  xorInt: BINARY,
  andInt: BINARY,
  orInt: BINARY,
  shiftLeftInt: UNARY,
  shiftRightInt: UNARY,
  copy: UNARY,
  neg: UNARY,
  abs: UNARY,
  sqrt: UNARY,
  floor: UNARY,
  toInt: UNARY,
  toFloat: UNARY,
  sumLanes: UNARY,
  maxLanes: UNARY,
  minLanes: UNARY,
  fma: { dst: 'vec', a: 'vec', b: 'vec', c: 'vec' },
  less: COMPARE,
  lessEqual: COMPARE,
  equal: COMPARE,
  and: MASKS,
  or: MASKS,
  andNot: MASKS,
  select: { dst: 'vec', mask: 'mask', a: 'vec', b: 'vec' },
  pointer: { dst: 'ptr', src: 'ptr' },
  loop: {},
} as const satisfies Record<Instruction['op'], Form>;

/** The fields that an instruction reads. */
const READ_FIELDS = ['ptr', 'src', 'mask', 'a', 'b', 'c'] as const;

const LARGEST_INT = 2 ** 31 - 1;

/**
 * Checks a kernel and throws InternalError, naming the kernel and the instruction, for: a register read before it is
 * written on every path (a loop whose count may be 0 writes nothing for sure), a register of the wrong kind or of
 * another kernel, scratch that is no pointer, a partial count outside 1..lanes-1 (of bytes 1..lanes), counts and
 * divisors out of range, offsets of floats that are not multiples of 4, distances that do not fit 32 bits.
 */
export function verifyKernel(kernel: Kernel): void {
  new Verifier(kernel).run();
}

/** The place of a fault. The instruction becomes text only when the fault is reported. */
type Where = Instruction | string;

class Verifier {
  readonly #kernel: Kernel;
  /** The register of each id. Two different registers with one id come from two kernels. */
  readonly #known = new Map<number, Register>();
  #defined = new Set<number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  run(): void {
    const { lanes, pointers, scratch, ints, body } = this.#kernel;
    if (!isWhole(lanes, 2, 1024) || (lanes & (lanes - 1)) !== 0) {
      this.#fail('its parameters', `has ${lanes} lanes; expected a power of two of at least 2`);
    }
    if (scratch.length > pointers.length || !scratch.every((floats) => isWhole(floats, 1, LARGEST_INT))) {
      this.#fail('its parameters', `has scratch of [${scratch}] floats for ${pointers.length} pointers`);
    }
    for (const parameter of [...pointers, ...ints]) {
      const kind = pointers.includes(parameter as Ptr) ? 'ptr' : 'int';
      this.#check('its parameters', parameter, kind);
      if (this.#defined.has(parameter.id)) {
        this.#fail('its parameters', `${printRegister(parameter)} is declared twice`);
      }
      this.#defined.add(parameter.id);
    }
    this.#body(body);
  }

  #body(body: readonly Instruction[]): void {
    for (const instruction of body) {
      if (instruction.op === 'loop') this.#loop(instruction);
      else this.#plain(instruction);
    }
  }

  #loop(loop: Extract<Instruction, { op: 'loop' }>): void {
    const where = loop;
    this.#count(where, loop.count);
    const before = new Set(this.#defined);
    this.#body(loop.body);
    for (const bump of loop.bumps) this.#bump(where, bump);
    const runsForSure = typeof loop.count === 'number' && loop.count > 0;
    if (!runsForSure) this.#defined = before;
  }

  #count(where: Where, count: Count): void {
    if (typeof count === 'number') {
      if (!isWhole(count, 0, LARGEST_INT))
        this.#fail(where, `a count of ${count}; expected a whole number ≥ 0`);
      return;
    }
    if (!isWhole(count.by, 1, LARGEST_INT)) {
      this.#fail(where, `a count by ${count.by}; expected a whole number ≥ 1`);
    }
    this.#read(where, count.int, 'int');
  }

  #bump(where: Where, { ptr, bytes }: Bump): void {
    this.#read(where, ptr, 'ptr');
    this.#bytes(where, bytes, 1);
  }

  #plain(instruction: Exclude<Instruction, { op: 'loop' }>): void {
    const form: Form | undefined = FORMS[instruction.op];
    if (form === undefined) this.#fail(JSON.stringify(instruction), 'there is no such operation');
    const where = instruction;
    const fields = instruction as { readonly [F in keyof Form]?: Register };
    for (const field of READ_FIELDS) {
      const kind = form[field];
      if (kind) this.#read(where, fields[field]!, kind);
    }
    this.#numbers(where, instruction);
    if (form.dst) {
      this.#check(where, fields.dst!, form.dst);
      this.#defined.add(fields.dst!.id);
    }
  }

  /** Checks the numbers that an instruction carries. */
  #numbers(where: Where, instruction: Exclude<Instruction, { op: 'loop' }>): void {
    const ofBytes = instruction.op === 'loadBytes' || instruction.op === 'gatherBytes';
    if ('offset' in instruction) this.#bytes(where, instruction.offset, ofBytes ? 1 : FLOAT_BYTES);
    if ('bytes' in instruction) this.#bytes(where, instruction.bytes, 1);
    const most = this.#kernel.lanes - (ofBytes ? 0 : 1);
    if ('count' in instruction && !isWhole(instruction.count, 1, most)) {
      this.#fail(where, `a partial count of ${instruction.count}; expected 1 to ${most}`);
    }
    if ('by' in instruction && !isWhole(instruction.by, 0, 31)) {
      this.#fail(where, `a shift by ${instruction.by}; expected 0 to 31`);
    }
    if (instruction.op === 'constantInt' && !isWhole(instruction.value, -LARGEST_INT - 1, 2 ** 32 - 1)) {
      this.#fail(where, `the constant ${instruction.value}; expected a whole number of 32 bits`);
    }
  }

  #bytes(where: Where, bytes: number, unit: number): void {
    if (isWhole(bytes, -LARGEST_INT - 1, LARGEST_INT) && bytes % unit === 0) return;
    this.#fail(where, `${bytes} bytes; expected a multiple of ${unit} that fits 32 bits`);
  }

  #read(where: Where, register: Register, kind: Kind): void {
    this.#check(where, register, kind);
    if (!this.#defined.has(register.id)) {
      this.#fail(where, `${printRegister(register)} is read before it is written on every path`);
    }
  }

  #check(where: Where, register: Register, kind: Kind): void {
    if (register.kind !== kind) {
      this.#fail(where, `${printRegister(register)} is a ${register.kind}; expected a ${kind}`);
    }
    const known = this.#known.get(register.id);
    if (known === undefined) this.#known.set(register.id, register);
    else if (known !== register) {
      const other = `${printRegister(register)} and ${printRegister(known)} are different registers of one id`;
      this.#fail(where, `${other}: one of them belongs to another kernel`);
    }
  }

  #fail(where: Where, what: string): never {
    const place = typeof where === 'string' ? where : `\`${printInstruction(where)}\``;
    throw new InternalError(`Kernel ${this.#kernel.name} is malformed in ${place}: ${what}.`);
  }
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
