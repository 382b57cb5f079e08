/** @file One kernel as a WebAssembly function: pointers and counts are its i32 parameters. */

import { InternalError } from '../../base/errors.ts';
import {
  type Count,
  FLOAT_BYTES,
  type Instruction,
  type Int,
  type Kernel,
  type Mask,
  type Ptr,
  type Vec,
} from '../../kernels/ir.ts';
import type { FunctionWriter } from '../../wasm/function-writer.ts';
import { I32, I64, type PlainOpcode, V128, type ValueType } from '../../wasm/opcodes.ts';
import { type LocalRegister, lifetimes, type Scope } from './lifetimes.ts';

/** f32 lanes of a WebAssembly vector. */
export const WASM_LANES = 4;

export interface KernelOptions {
  /** Use the relaxed-SIMD instructions: fused multiply-add, one-instruction conversion and selection. */
  readonly relaxedSimd: boolean;
}

/** The parameters that a kernel's function has. */
export function kernelParameters(kernel: Kernel): number {
  return kernel.pointers.length + kernel.ints.length;
}

/** Writes a kernel's code. Throws InternalError when the kernel is not for 4 lanes. */
export function emitKernel(kernel: Kernel, body: FunctionWriter, options: KernelOptions): void {
  if (kernel.lanes !== WASM_LANES) {
    throw new InternalError(
      `Kernel ${kernel.name} is written for ${kernel.lanes} lanes; WebAssembly has ${WASM_LANES}.`,
    );
  }
  const emitter = new KernelEmitter(kernel, body, options.relaxedSimd);
  emitter.all(kernel.body, lifetimes(kernel));
}

class KernelEmitter {
  readonly body: FunctionWriter;
  readonly relaxedSimd: boolean;
  readonly #locals = new Map<number, number>();
  readonly #unused: Record<ValueType, number[]> = { [I32]: [], [I64]: [], [V128]: [] };

  constructor(kernel: Kernel, body: FunctionWriter, relaxedSimd: boolean) {
    this.body = body;
    this.relaxedSimd = relaxedSimd;
    [...kernel.pointers, ...kernel.ints].forEach((parameter, index) => {
      this.#locals.set(parameter.id, index);
    });
  }

  /** Writes a body; each register's local is given back where its lifetime in `scope` ends. */
  all(instructions: readonly Instruction[], scope: Scope): void {
    instructions.forEach((instruction, index) => {
      this.#one(instruction, scope.loops.get(index) ?? scope);
      this.#release(scope.ends.get(index));
    });
  }

  /** Writes a loop's body and the steps of its pointers. */
  round({ body, bumps }: InstructionOf<'loop'>, scope: Scope): void {
    this.all(body, scope);
    for (const { ptr, bytes } of bumps) this.move(ptr, ptr, bytes);
    this.#release(scope.ends.get(body.length));
  }

  /** A local that nothing uses at present. */
  take(type: ValueType): number {
    return this.#unused[type].pop() ?? this.body.local(type);
  }

  giveBack(type: ValueType, local: number): void {
    this.#unused[type].push(local);
  }

  get(...registers: readonly (Vec | Mask | Ptr | Int)[]): void {
    for (const register of registers) this.body.get(this.#local(register));
  }

  set(register: Vec | Mask | Ptr): void {
    this.body.set(this.#local(register));
  }

  /** Puts an address on the stack and returns the immediate offset to use with it, which cannot be negative. */
  address(ptr: Ptr, offset: number): number {
    this.get(ptr);
    if (offset >= 0) return offset;
    this.body.i32(offset);
    this.body.op('i32.add');
    return 0;
  }

  /** dst = op of the operands, in the order in which they go onto the stack. */
  apply(opcode: PlainOpcode, dst: Vec | Mask, ...operands: readonly (Vec | Mask)[]): void {
    this.get(...operands);
    this.body.op(opcode);
    this.set(dst);
  }

  /** dst = src + bytes. */
  move(dst: Ptr, src: Ptr, bytes: number): void {
    this.get(src);
    if (bytes !== 0) {
      this.body.i32(bytes);
      this.body.op('i32.add');
    }
    this.set(dst);
  }

  #one<Op extends Instruction['op']>(instruction: InstructionOf<Op>, scope: Scope): void {
    (EMITTERS[instruction.op] as Emitter<Op>)(this, instruction, scope);
  }

  #local(register: LocalRegister | Int): number {
    let local = this.#locals.get(register.id);
    if (local === undefined) {
      local = this.take(typeOf(register));
      this.#locals.set(register.id, local);
    }
    return local;
  }

  #release(registers: readonly LocalRegister[] = []): void {
    for (const register of registers) {
      const local = this.#locals.get(register.id);
      // Registers of a loop that never runs have none.
      if (local === undefined) continue;
      this.#locals.delete(register.id);
      this.giveBack(typeOf(register), local);
    }
  }
}

function typeOf({ kind }: LocalRegister | Int): ValueType {
  return kind === 'vec' || kind === 'mask' ? V128 : I32;
}

/** The members of Instruction that may have the op. */
type InstructionOf<Op, I = Instruction> = I extends { readonly op: infer O }
  ? Op extends O
    ? I & { readonly op: Op }
    : never
  : never;

/** Writes an instruction. `scope` is that of the loop's body when the instruction is a loop. */
type Emitter<Op extends Instruction['op']> = (
  to: KernelEmitter,
  instruction: InstructionOf<Op>,
  scope: Scope,
) => void;

interface Binary {
  readonly dst: Vec | Mask;
  readonly a: Vec | Mask;
  readonly b: Vec | Mask;
}

/** dst = a op b. */
function binary(opcode: PlainOpcode) {
  return (to: KernelEmitter, { dst, a, b }: Binary) => to.apply(opcode, dst, a, b);
}

/** dst = b op a. */
function swapped(opcode: PlainOpcode) {
  return (to: KernelEmitter, { dst, a, b }: Binary) => to.apply(opcode, dst, b, a);
}

function unary(opcode: PlainOpcode) {
  return (to: KernelEmitter, { dst, a }: { dst: Vec; a: Vec }) => to.apply(opcode, dst, a);
}

function shift(opcode: PlainOpcode) {
  return (to: KernelEmitter, { dst, a, by }: { dst: Vec; a: Vec; by: number }) => {
    to.get(a);
    to.body.i32(by);
    to.body.op(opcode);
    to.set(dst);
  };
}

/** Folds the upper half onto the lower one, twice, then spreads lane 0; `swap` puts the upper half first. */
function fold(opcode: PlainOpcode, swap: boolean) {
  return (to: KernelEmitter, { dst, a }: { dst: Vec; a: Vec }) => {
    const { body } = to;
    const shuffled = (source: Vec, lanes: readonly [number, number, number, number]): void => {
      to.get(source, source);
      body.shuffle(lanes);
    };
    let source = a;
    for (const half of [2, 1] as const) {
      const lanes = [half, half === 2 ? 3 : half, half, half] as const;
      if (swap) shuffled(source, lanes);
      to.get(source);
      if (!swap) shuffled(source, lanes);
      body.op(opcode);
      to.set(dst);
      source = dst;
    }
    shuffled(dst, [0, 0, 0, 0]);
    to.set(dst);
  };
}

/** All addresses first, the last lane's lowest, then a vector of zeros that takes one lane after another. */
function gather(elementBytes: 1 | 4) {
  return (to: KernelEmitter, { dst, ptr, offset, a }: InstructionOf<'gather' | 'gatherBytes'>) => {
    const { body } = to;
    const rest = Math.max(0, offset);
    for (let lane = WASM_LANES - 1; lane >= 0; lane--) {
      to.address(ptr, offset);
      to.get(a);
      body.extractLane(lane);
      if (elementBytes === FLOAT_BYTES) {
        body.i32(2);
        body.op('i32.shl');
      }
      body.op('i32.add');
    }
    if (elementBytes === 1) byteLanes(to, WASM_LANES, rest);
    else {
      body.memory('v128.load32_zero', rest);
      for (let lane = 1; lane < WASM_LANES; lane++) body.memory('v128.load32_lane', rest, lane);
    }
    to.set(dst);
  };
}

/** Bytes at the addresses on the stack, the first lane's on top, as integers. */
function byteLanes({ body }: KernelEmitter, count: number, offset: number, step = 0): void {
  body.v128(new Uint8Array(16));
  for (let lane = 0; lane < count; lane++) body.memory('v128.load8_lane', offset + lane * step, 4 * lane);
}

/** A vector constant from its four lanes. */
function lanes(values: Float32Array | Int32Array): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  values.forEach((value, lane) => {
    if (values instanceof Int32Array) view.setInt32(lane * 4, value, true);
    else view.setFloat32(lane * 4, value, true);
  });
  return bytes;
}

const EMITTERS = {
  load: (to, { dst, ptr, offset }) => {
    to.body.memory('v128.load', to.address(ptr, offset));
    to.set(dst);
  },
  loadPartial: (to, { dst, ptr, offset, count }) => {
    to.body.memory(count === 1 ? 'v128.load32_zero' : 'v128.load64_zero', to.address(ptr, offset));
    to.set(dst);
    if (count < 3) return;
    const third = to.address(ptr, offset + 8);
    to.get(dst);
    to.body.memory('v128.load32_lane', third, 2);
    to.set(dst);
  },
  broadcast: (to, { dst, ptr, offset }) => {
    to.body.memory('v128.load32_splat', to.address(ptr, offset));
    to.set(dst);
  },
  loadBytes: (to, { dst, ptr, offset, count }) => {
    if (count === WASM_LANES) {
      to.body.memory('v128.load32_zero', to.address(ptr, offset));
      to.body.op('i16x8.extend_low_i8x16_u');
      to.body.op('i32x4.extend_low_i16x8_u');
    } else {
      const rest = Math.max(0, offset);
      for (let lane = 0; lane < count; lane++) to.address(ptr, offset);
      byteLanes(to, count, rest, 1);
    }
    to.set(dst);
  },
  gather: gather(FLOAT_BYTES),
  gatherBytes: gather(1),
  store: (to, { src, ptr, offset }) => {
    const rest = to.address(ptr, offset);
    to.get(src);
    to.body.memory('v128.store', rest);
  },
  storePartial: (to, { src, ptr, offset, count }) => {
    const first = to.address(ptr, offset);
    to.get(src);
    to.body.memory(count === 1 ? 'v128.store32_lane' : 'v128.store64_lane', first, 0);
    if (count < 3) return;
    const third = to.address(ptr, offset + 8);
    to.get(src);
    to.body.memory('v128.store32_lane', third, 2);
  },
  constant: (to, { dst, value }) => {
    to.body.v128(lanes(new Float32Array(WASM_LANES).fill(value)));
    to.set(dst);
  },
  constantInt: (to, { dst, value }) => {
    to.body.v128(lanes(new Int32Array(WASM_LANES).fill(value)));
    to.set(dst);
  },
  iota: (to, { dst }) => {
    to.body.v128(lanes(Float32Array.of(0, 1, 2, 3)));
    to.set(dst);
  },
  add: binary('f32x4.add'),
  sub: binary('f32x4.sub'),
  mul: binary('f32x4.mul'),
  div: binary('f32x4.div'),
  // pmin(b, a) is `a < b ? a : b` and pmax(b, a) is `b < a ? a : b`: the IR's rule, one instruction on x86.
  min: swapped('f32x4.pmin'),
  max: swapped('f32x4.pmax'),
  addInt: binary('i32x4.add'),
  mulInt: binary('i32x4.mul'),
  xorInt: binary('v128.xor'),
  andInt: binary('v128.and'),
  orInt: binary('v128.or'),
  shiftLeftInt: shift('i32x4.shl'),
  shiftRightInt: shift('i32x4.shr_u'),
  copy: (to, { dst, a }) => {
    to.get(a);
    to.set(dst);
  },
  neg: unary('f32x4.neg'),
  abs: unary('f32x4.abs'),
  sqrt: unary('f32x4.sqrt'),
  floor: unary('f32x4.floor'),
  toInt: (to, { dst, a }) =>
    to.apply(to.relaxedSimd ? 'i32x4.relaxed_trunc_f32x4_s' : 'i32x4.trunc_sat_f32x4_s', dst, a),
  toFloat: unary('f32x4.convert_i32x4_s'),
  sumLanes: fold('f32x4.add', false),
  maxLanes: fold('f32x4.pmax', true),
  minLanes: fold('f32x4.pmin', true),
  fma: (to, { dst, a, b, c }) => {
    if (to.relaxedSimd) return to.apply('f32x4.relaxed_madd', dst, a, b, c);
    to.get(c, a, b);
    to.body.op('f32x4.mul');
    to.body.op('f32x4.add');
    to.set(dst);
  },
  less: binary('f32x4.lt'),
  lessEqual: binary('f32x4.le'),
  equal: binary('f32x4.eq'),
  and: binary('v128.and'),
  or: binary('v128.or'),
  andNot: binary('v128.andnot'),
  select: (to, { dst, mask, a, b }) =>
    to.apply(to.relaxedSimd ? 'i32x4.relaxed_laneselect' : 'v128.bitselect', dst, a, b, mask),
  pointer: (to, { dst, src, bytes }) => to.move(dst, src, bytes),
  loop: (to, loop, scope) => repeat(to, loop.count, () => to.round(loop, scope)),
} satisfies { [Op in Instruction['op']]: Emitter<Op> };

/** Writes `round` so that it runs `count` times: a down counter that ends at 0. */
function repeat(to: KernelEmitter, count: Count, round: () => void): void {
  const { body } = to;
  if (count === 0) return;
  if (count === 1) {
    round();
    return;
  }
  const counter = to.take(I32);
  const loop = (): void =>
    body.nest('loop', () => {
      round();
      body.get(counter);
      body.i32(1);
      body.op('i32.sub');
      body.tee(counter);
      body.branchIf(0);
    });
  if (typeof count === 'number') {
    body.i32(count);
    body.set(counter);
    loop();
  } else {
    to.get(count.int);
    if (count.by !== 1 || count.op === 'mod') {
      body.i32(count.by);
      body.op(count.op === 'div' ? 'i32.div_u' : 'i32.rem_u');
    }
    body.tee(counter);
    body.nest('if', loop);
  }
  to.giveBack(I32, counter);
}
