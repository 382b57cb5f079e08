/**
 * @file Runs a kernel in plain TypeScript: the oracle of the code generators, and a memory checker that catches every
 * access outside the regions a kernel was given.
 */

import { InternalError } from '../base/errors.ts';
import { fusedMultiplyAdd } from './fused-multiply-add.ts';
import type { Count, Instruction, Int, Kernel, Mask, Ptr, Vec } from './ir.ts';
import { FLOAT_BYTES } from './ir.ts';
import { printInstruction } from './print.ts';
import { verifyKernel } from './verify.ts';

/** Bytes [start, end) of the memory that the kernel may read, and write when `writable`. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly writable: boolean;
}

export interface InterpretOptions {
  /** The memory; address 0 is its first byte. */
  readonly memory: Float32Array;
  readonly regions: readonly Region[];
  /** Byte addresses for the kernel's pointers, in their order. */
  readonly pointers: readonly number[];
  /** Values for the kernel's counts, in their order. */
  readonly counts: readonly number[];
  /** Whether `fma` rounds once, as on targets with a fused multiply-add. Default false: it rounds twice. */
  readonly fused?: boolean;
}

/**
 * Runs a kernel. Throws InternalError, naming the kernel, the instruction and the address, on any access that is not
 * inside one region, and for kernels that the verifier refuses. Every operation rounds to f32 as the hardware does.
 */
export function interpretKernel(kernel: Kernel, options: InterpretOptions): void {
  verifyKernel(kernel);
  if (
    options.pointers.length !== kernel.pointers.length ||
    options.counts.length !== kernel.ints.length ||
    options.counts.some((count) => !Number.isInteger(count) || count < 0)
  ) {
    throw new InternalError(
      `Kernel ${kernel.name} takes ${kernel.pointers.length} pointers and ${kernel.ints.length} counts (whole ` +
        `numbers); received [${options.pointers}] and [${options.counts}].`,
    );
  }
  new Interpreter(kernel, options).run();
}

/** The lanes of a register: the same bits read as floats and as integers. */
interface Lanes {
  readonly floats: Float32Array;
  readonly ints: Int32Array;
}

type InstructionOf<Op, I = Instruction> = I extends { readonly op: infer O }
  ? Op extends O
    ? I & { readonly op: Op }
    : never
  : never;

type Step<Op extends Instruction['op']> = (on: Interpreter, instruction: InstructionOf<Op>) => void;

class Interpreter {
  readonly lanes: number;
  readonly fused: boolean;
  readonly #kernel: Kernel;
  readonly #options: InterpretOptions;
  readonly #memory: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #vecs = new Map<number, Lanes>();
  readonly #masks = new Map<number, boolean[]>();
  readonly #numbers = new Map<number, number>();

  constructor(kernel: Kernel, options: InterpretOptions) {
    const { memory } = options;
    this.lanes = kernel.lanes;
    this.fused = options.fused ?? false;
    this.#kernel = kernel;
    this.#options = options;
    this.#memory = new Int32Array(memory.buffer, memory.byteOffset, memory.length);
    this.#bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
    kernel.pointers.forEach(({ id }, i) => {
      this.#numbers.set(id, options.pointers[i]!);
    });
    kernel.ints.forEach(({ id }, i) => {
      this.#numbers.set(id, options.counts[i]!);
    });
  }

  run(): void {
    this.all(this.#kernel.body);
  }

  all(body: readonly Instruction[]): void {
    for (const instruction of body) this.#one(instruction);
  }

  #one<Op extends Instruction['op']>(instruction: InstructionOf<Op>): void {
    (STEPS[instruction.op] as Step<Op>)(this, instruction);
  }

  vec({ id }: Vec): Lanes {
    let lanes = this.#vecs.get(id);
    if (lanes === undefined) {
      const floats = new Float32Array(this.lanes);
      lanes = { floats, ints: new Int32Array(floats.buffer) };
      this.#vecs.set(id, lanes);
    }
    return lanes;
  }

  mask({ id }: Mask): boolean[] {
    let mask = this.#masks.get(id);
    if (mask === undefined) {
      mask = new Array<boolean>(this.lanes).fill(false);
      this.#masks.set(id, mask);
    }
    return mask;
  }

  number({ id }: Ptr | Int): number {
    return this.#numbers.get(id)!;
  }

  move(ptr: Ptr, address: number): void {
    this.#numbers.set(ptr.id, address);
  }

  /** The memory's words that an access covers, after checking it. */
  words(instruction: Access, count: number, index = 0): Int32Array {
    const address = this.number(instruction.ptr) + instruction.offset + index * FLOAT_BYTES;
    const end = address + count * FLOAT_BYTES;
    this.#check(instruction, address, end, FLOAT_BYTES);
    return this.#memory.subarray(address / FLOAT_BYTES, end / FLOAT_BYTES);
  }

  /** The memory's bytes that an access covers, after checking it. */
  bytes(instruction: Access, count: number, index = 0): Uint8Array {
    const address = this.number(instruction.ptr) + instruction.offset + index;
    this.#check(instruction, address, address + count, 1);
    return this.#bytes.subarray(address, address + count);
  }

  times(count: Count): number {
    if (typeof count === 'number') return count;
    const value = this.number(count.int);
    return count.op === 'div' ? Math.floor(value / count.by) : value % count.by;
  }

  #check(instruction: Access, address: number, end: number, unit: number): void {
    const writes = instruction.op === 'store' || instruction.op === 'storePartial';
    const inside = this.#options.regions.some(
      (region) => region.start <= address && end <= region.end && (region.writable || !writes),
    );
    if (!inside || address % unit !== 0) this.#refuse(instruction, address, end, writes);
  }

  #refuse(instruction: Access, address: number, end: number, writes: boolean): never {
    const regions = this.#options.regions
      .map(({ start, end: last, writable }) => `[${start}, ${last})${writable ? ' writable' : ''}`)
      .join(', ');
    throw new InternalError(
      `Kernel ${this.#kernel.name}: \`${printInstruction(instruction)}\` ${writes ? 'writes' : 'reads'} the bytes ` +
        `[${address}, ${end}), which are not inside one of its regions: ${regions || 'none'}.`,
    );
  }
}

/** The instructions that touch memory. */
type Access = Extract<Instruction, { readonly ptr: Ptr }>;

/** Lane by lane; the operands are read before the result is written, lane by lane, so they may be one register. */
function floatBinary(compute: (a: number, b: number) => number) {
  return (on: Interpreter, instruction: { dst: Vec; a: Vec; b: Vec }) => {
    const [dst, a, b] = [on.vec(instruction.dst), on.vec(instruction.a), on.vec(instruction.b)];
    for (let i = 0; i < on.lanes; i++) dst.floats[i] = compute(a.floats[i]!, b.floats[i]!);
  };
}

function intBinary(compute: (a: number, b: number) => number) {
  return (on: Interpreter, instruction: { dst: Vec; a: Vec; b: Vec }) => {
    const [dst, a, b] = [on.vec(instruction.dst), on.vec(instruction.a), on.vec(instruction.b)];
    for (let i = 0; i < on.lanes; i++) dst.ints[i] = compute(a.ints[i]!, b.ints[i]!);
  };
}

function shift(compute: (a: number, by: number) => number) {
  return (on: Interpreter, instruction: { dst: Vec; a: Vec; by: number }) => {
    const [dst, a] = [on.vec(instruction.dst), on.vec(instruction.a)];
    for (let i = 0; i < on.lanes; i++) dst.ints[i] = compute(a.ints[i]!, instruction.by);
  };
}

function floatUnary(compute: (a: number) => number) {
  return (on: Interpreter, instruction: { dst: Vec; a: Vec }) => {
    const [dst, a] = [on.vec(instruction.dst), on.vec(instruction.a)];
    for (let i = 0; i < on.lanes; i++) dst.floats[i] = compute(a.floats[i]!);
  };
}

function compare(compute: (a: number, b: number) => boolean) {
  return (on: Interpreter, instruction: { dst: Mask; a: Vec; b: Vec }) => {
    const [dst, a, b] = [on.mask(instruction.dst), on.vec(instruction.a), on.vec(instruction.b)];
    for (let i = 0; i < on.lanes; i++) dst[i] = compute(a.floats[i]!, b.floats[i]!);
  };
}

function maskBinary(compute: (a: boolean, b: boolean) => boolean) {
  return (on: Interpreter, instruction: { dst: Mask; a: Mask; b: Mask }) => {
    const [dst, a, b] = [on.mask(instruction.dst), on.mask(instruction.a), on.mask(instruction.b)];
    for (let i = 0; i < on.lanes; i++) dst[i] = compute(a[i]!, b[i]!);
  };
}

/** Folds the upper half onto the lower one until one lane is left, and spreads it. */
function fold(compute: (low: number, high: number) => number) {
  return (on: Interpreter, instruction: { dst: Vec; a: Vec }) => {
    const lanes = Float32Array.from(on.vec(instruction.a).floats);
    for (let half = on.lanes / 2; half >= 1; half /= 2) {
      for (let i = 0; i < half; i++) lanes[i] = compute(lanes[i]!, lanes[i + half]!);
    }
    on.vec(instruction.dst).floats.fill(lanes[0]!);
  };
}

function maximum(a: number, b: number): number {
  // biome-ignore lint/complexity/useMathMinMax: Math.max is NaN when a is NaN; here it is b.
  return a > b ? a : b;
}

function minimum(a: number, b: number): number {
  // biome-ignore lint/complexity/useMathMinMax: Math.min is NaN when a is NaN; here it is b.
  return a < b ? a : b;
}

/** Truncation as WebAssembly does it: NaN gives 0, numbers out of range the nearest i32. */
function truncate(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(value)));
}

/** Reads an element for each lane. Indices are unsigned, so a negative one is outside of every region. */
function gather(
  read: (on: Interpreter, instruction: InstructionOf<'gather' | 'gatherBytes'>, index: number) => number,
) {
  return (on: Interpreter, instruction: InstructionOf<'gather' | 'gatherBytes'>) => {
    const indices = on.vec(instruction.a).ints.slice();
    const { ints } = on.vec(instruction.dst);
    for (let i = 0; i < on.lanes; i++) ints[i] = read(on, instruction, indices[i]! >>> 0);
  };
}

const STEPS = {
  load: (on, instruction) => {
    on.vec(instruction.dst).ints.set(on.words(instruction, on.lanes));
  },
  loadPartial: (on, instruction) => {
    const words = on.words(instruction, instruction.count);
    const { ints } = on.vec(instruction.dst);
    ints.fill(0);
    ints.set(words);
  },
  broadcast: (on, instruction) => {
    on.vec(instruction.dst).ints.fill(on.words(instruction, 1)[0]!);
  },
  loadBytes: (on, instruction) => {
    const bytes = on.bytes(instruction, instruction.count);
    const { ints } = on.vec(instruction.dst);
    ints.fill(0);
    ints.set(bytes);
  },
  gather: gather((on, instruction, index) => on.words(instruction, 1, index)[0]!),
  gatherBytes: gather((on, instruction, index) => on.bytes(instruction, 1, index)[0]!),
  store: (on, instruction) => {
    on.words(instruction, on.lanes).set(on.vec(instruction.src).ints);
  },
  storePartial: (on, instruction) => {
    const { count, src } = instruction;
    on.words(instruction, count).set(on.vec(src).ints.subarray(0, count));
  },
  constant: (on, { dst, value }) => {
    on.vec(dst).floats.fill(value);
  },
  constantInt: (on, { dst, value }) => {
    on.vec(dst).ints.fill(value);
  },
  iota: (on, { dst }) => {
    on.vec(dst).floats.set(Array.from({ length: on.lanes }, (_, lane) => lane));
  },
  add: floatBinary((a, b) => a + b),
  sub: floatBinary((a, b) => a - b),
  mul: floatBinary((a, b) => a * b),
  div: floatBinary((a, b) => a / b),
  min: floatBinary(minimum),
  max: floatBinary(maximum),
  addInt: intBinary((a, b) => (a + b) | 0),
  mulInt: intBinary(Math.imul),
  xorInt: intBinary((a, b) => a ^ b),
  andInt: intBinary((a, b) => a & b),
  orInt: intBinary((a, b) => a | b),
  shiftLeftInt: shift((a, by) => a << by),
  shiftRightInt: shift((a, by) => a >>> by),
  copy: (on, { dst, a }) => {
    on.vec(dst).ints.set(on.vec(a).ints);
  },
  neg: floatUnary((a) => -a),
  abs: floatUnary(Math.abs),
  sqrt: floatUnary(Math.sqrt),
  floor: floatUnary(Math.floor),
  toInt: (on, instruction) => {
    const [dst, a] = [on.vec(instruction.dst), on.vec(instruction.a)];
    for (let i = 0; i < on.lanes; i++) dst.ints[i] = truncate(a.floats[i]!);
  },
  toFloat: (on, instruction) => {
    const [dst, a] = [on.vec(instruction.dst), on.vec(instruction.a)];
    for (let i = 0; i < on.lanes; i++) dst.floats[i] = a.ints[i]!;
  },
  sumLanes: fold((low, high) => low + high),
  maxLanes: fold(maximum),
  minLanes: fold(minimum),
  fma: (on, instruction) => {
    const [dst, a, b, c] = [
      on.vec(instruction.dst).floats,
      on.vec(instruction.a).floats,
      on.vec(instruction.b).floats,
      on.vec(instruction.c).floats,
    ];
    for (let i = 0; i < on.lanes; i++) {
      dst[i] = on.fused ? fusedMultiplyAdd(a[i]!, b[i]!, c[i]!) : Math.fround(a[i]! * b[i]!) + c[i]!;
    }
  },
  less: compare((a, b) => a < b),
  lessEqual: compare((a, b) => a <= b),
  equal: compare((a, b) => a === b),
  and: maskBinary((a, b) => a && b),
  or: maskBinary((a, b) => a || b),
  andNot: maskBinary((a, b) => a && !b),
  select: (on, instruction) => {
    const [dst, a, b] = [on.vec(instruction.dst), on.vec(instruction.a), on.vec(instruction.b)];
    const mask = on.mask(instruction.mask);
    for (let i = 0; i < on.lanes; i++) dst.ints[i] = mask[i] ? a.ints[i]! : b.ints[i]!;
  },
  pointer: (on, { dst, src, bytes }) => {
    on.move(dst, on.number(src) + bytes);
  },
  loop: (on, { count, body, bumps }) => {
    for (let round = on.times(count); round > 0; round--) {
      on.all(body);
      for (const { ptr, bytes } of bumps) on.move(ptr, on.number(ptr) + bytes);
    }
  },
} satisfies { [Op in Instruction['op']]: Step<Op> };
