/** @file Each vector instruction of the IR in AVX2 and in AVX-512. */

import { FLOAT_BYTES, type Mask, type Vec } from '../../kernels/ir.ts';
import { constantOf } from './constants.ts';
import type { Mnemonic } from './instructions.ts';
import { gather, loadBytes } from './lane-loads.ts';
import type { Simple } from './linear-code.ts';
import type { Masking } from './operands.ts';
import type { VectorRegister } from './registers.ts';
import { asWidth, type Source, type VectorEmitter } from './vector-emitter.ts';

/** The members of Simple that may have the op. */
type InstructionOf<Op, I = Simple> = I extends { readonly op: infer O }
  ? Op extends O
    ? I & { readonly op: Op }
    : never
  : never;

type VectorOp = Exclude<Simple['op'], 'pointer'>;
type Emit<Op extends VectorOp> = (to: VectorEmitter, instruction: InstructionOf<Op>) => void;

/** Emits any instruction but `pointer`. */
export function emitVector<Op extends VectorOp>(to: VectorEmitter, instruction: InstructionOf<Op>): void {
  (EMIT[instruction.op as VectorOp] as Emit<Op>)(to, instruction);
}

/** Rounding of `vroundps` and `vrndscaleps`: down, without raising the inexact flag. */
const ROUND_DOWN = 9;

const SIGN_BITS = constantOf([-(2 ** 31)]);
const MAGNITUDE_BITS = constantOf([2 ** 31 - 1]);

/** Predicates of `vcmpps`, quiet and ordered; with `swapped` the operands change places. */
const PREDICATES = {
  less: { plain: 0x11, swapped: 0x1e },
  lessEqual: { plain: 0x12, swapped: 0x1d },
  equal: { plain: 0x00, swapped: 0x00 },
} as const;

interface Binary {
  readonly dst: Vec;
  readonly a: Vec;
  readonly b: Vec;
}

interface Unary {
  readonly dst: Vec;
  readonly a: Vec;
}

function binary(mnemonic: Mnemonic, commutes: boolean) {
  return (to: VectorEmitter, instruction: Binary) => to.binary(mnemonic, instruction, commutes);
}

/** Bit operations have other names in AVX-512 than in AVX2. */
function bitwise(avx2: Mnemonic, avx512: Mnemonic) {
  return (to: VectorEmitter, instruction: Binary) => to.binary(to.wide ? avx512 : avx2, instruction, true);
}

function unary(mnemonic: Mnemonic) {
  return (to: VectorEmitter, instruction: Unary) => {
    const a = to.source('a', instruction.a);
    const dst = to.result(instruction.dst);
    to.emit(mnemonic, dst, a);
    to.finish(instruction.dst, dst);
  };
}

/** dst = a combined with a constant bit pattern. */
function withBits(avx2: Mnemonic, avx512: Mnemonic, bits: typeof SIGN_BITS) {
  return (to: VectorEmitter, instruction: Unary) => {
    const a = to.register('a', instruction.a);
    const dst = to.result(instruction.dst);
    to.emit(to.wide ? avx512 : avx2, dst, a, to.frame.constantMemory(bits));
    to.finish(instruction.dst, dst);
  };
}

function shift(mnemonic: Mnemonic) {
  return (to: VectorEmitter, instruction: Unary & { readonly by: number }) => {
    const a = to.register('a', instruction.a);
    const dst = to.result(instruction.dst);
    to.emit(mnemonic, dst, a, instruction.by);
    to.finish(instruction.dst, dst);
  };
}

function compare(op: keyof typeof PREDICATES) {
  return (to: VectorEmitter, instruction: { readonly dst: Mask; readonly a: Vec; readonly b: Vec }) => {
    let a = to.source('a', instruction.a);
    let b = to.source('b', instruction.b);
    let predicate: number = PREDICATES[op].plain;
    if (a.kind === 'mem' && b.kind === 'vec') {
      [a, b] = [b, a];
      predicate = PREDICATES[op].swapped;
    }
    const left = to.inRegister(a);
    if (to.wide) {
      to.emit('vcmpps', to.mask(instruction.dst), left, b, predicate);
      return;
    }
    const dst = to.result(instruction.dst);
    to.emit('vcmpps', dst, left, b, predicate);
    to.finish(instruction.dst, dst);
  };
}

/** Masks are mask registers in AVX-512, vectors in AVX2. `inverted` puts b first: the instruction inverts its first. */
function maskBinary(avx2: Mnemonic, avx512: Mnemonic, inverted: boolean) {
  return (to: VectorEmitter, instruction: { readonly dst: Mask; readonly a: Mask; readonly b: Mask }) => {
    const [first, second] = inverted ? [instruction.b, instruction.a] : [instruction.a, instruction.b];
    if (to.wide) {
      to.emit(avx512, to.mask(instruction.dst), to.mask(first), to.mask(second));
      return;
    }
    const left = to.register(inverted ? 'b' : 'a', first);
    const right = to.source(inverted ? 'a' : 'b', second);
    const dst = to.result(instruction.dst);
    to.emit(avx2, dst, left, right);
    to.finish(instruction.dst, dst);
  };
}

/** Folds the upper half onto the lower one until one lane is left, and spreads it. */
function fold(mnemonic: Mnemonic) {
  return (to: VectorEmitter, instruction: Unary) => {
    const a = to.register('a', instruction.a);
    const dst = to.result(instruction.dst);
    const upper = to.temporary('fold');
    const [x, half] = [asWidth(dst, 128), asWidth(upper, 128)];
    let source: VectorRegister = a;
    if (to.wide) {
      to.emit('vextractf64x4', asWidth(upper, 256), asWidth(a, 512), 1);
      to.emit(mnemonic, asWidth(dst, 256), asWidth(a, 256), asWidth(upper, 256));
      source = dst;
    }
    to.emit(to.wide ? 'vextractf32x4' : 'vextractf128', half, asWidth(source, 256), 1);
    to.emit(mnemonic, x, asWidth(source, 128), half);
    to.emit('vmovhlps', half, x, x);
    to.emit(mnemonic, x, x, half);
    to.emit('vpermilps', half, x, 1);
    to.emit(mnemonic, x, x, half);
    to.emit('vbroadcastss', dst, x);
    to.finish(instruction.dst, dst);
  };
}

/** dst = a * b + c in the form that leaves the result where it belongs. */
function fma(to: VectorEmitter, instruction: InstructionOf<'fma'>): void {
  const dst = to.frame.vector(instruction.dst.id) ?? null;
  let a = to.source('a', instruction.a);
  let b = to.source('b', instruction.b);
  const c = to.source('c', instruction.c);
  if (a.kind === 'mem' && (b.kind === 'mem' || c.kind === 'mem')) a = to.inRegister(a);
  if (b.kind === 'mem' && c.kind === 'mem') b = to.inRegister(b);
  // From here on at most one of the three is in memory.
  if (b === dst) [a, b] = [b, a];
  const target = dst ?? (c.kind === 'mem' ? to.inRegister(c) : scratchCopy(to, c));
  if (target === c || target === dst) fmaInto(to, target, a, b, c);
  else multiplyAdd231(to, target, a, b);
  to.finish(instruction.dst, target);
}

function scratchCopy(to: VectorEmitter, source: VectorRegister): VectorRegister {
  const scratch = to.scratch();
  to.load(scratch, source);
  return scratch;
}

function fmaInto(to: VectorEmitter, dst: VectorRegister, a: Source, b: Source, c: Source): void {
  if (c === dst) multiplyAdd231(to, dst, a, b);
  else if (a === dst && b.kind === 'mem' && c.kind === 'vec') to.emit('vfmadd132ps', dst, c, b);
  else if (a === dst && b.kind === 'vec') to.emit('vfmadd213ps', dst, b, c);
  else {
    to.load(dst, c);
    multiplyAdd231(to, dst, a, b);
  }
}

function multiplyAdd231(to: VectorEmitter, dst: VectorRegister, a: Source, b: Source): void {
  if (a.kind === 'mem') to.emit('vfmadd231ps', dst, b, a);
  else to.emit('vfmadd231ps', dst, a, b);
}

function select(to: VectorEmitter, instruction: InstructionOf<'select'>): void {
  const b = to.register('b', instruction.b);
  if (to.wide) {
    const a = to.source('a', instruction.a);
    const dst = to.result(instruction.dst);
    to.emit('vblendmps', dst, b, a, { mask: to.mask(instruction.mask) });
    to.finish(instruction.dst, dst);
    return;
  }
  const mask = to.inRegister(to.frame.vector(instruction.mask.id) ?? to.frame.home(instruction.mask.id));
  const a = to.source('a', instruction.a);
  const dst = to.result(instruction.dst);
  to.emit('vblendvps', dst, b, a, mask);
  to.finish(instruction.dst, dst);
}

/** Moves of a part of a vector that need no mask, by how many floats they move. */
const PARTIAL_MOVES: { readonly [count: number]: { readonly mnemonic: Mnemonic; readonly bits: 128 | 256 } } =
  {
    1: { mnemonic: 'vmovss', bits: 128 },
    2: { mnemonic: 'vmovsd', bits: 128 },
    4: { mnemonic: 'vmovups', bits: 128 },
    8: { mnemonic: 'vmovups', bits: 256 },
  };

const EMIT = {
  load: (to, { dst, ptr, offset }) => {
    const register = to.result(dst);
    to.emit('vmovups', register, to.frame.address(ptr, offset));
    to.finish(dst, register);
  },
  loadPartial: (to, { dst, ptr, offset, count }) => {
    const register = to.result(dst);
    const address = to.frame.address(ptr, offset);
    const move = PARTIAL_MOVES[count];
    if (move !== undefined) to.emit(move.mnemonic, asWidth(register, move.bits), address);
    else if (to.wide) to.emit('vmovups', register, address, zeroing(to, count));
    else to.emit('vmaskmovps', register, to.laneVector(count), address);
    to.finish(dst, register);
  },
  broadcast: (to, { dst, ptr, offset }) => {
    const register = to.result(dst);
    to.emit('vbroadcastss', register, to.frame.address(ptr, offset));
    to.finish(dst, register);
  },
  loadBytes,
  gather: (to, instruction) => gather(to, instruction, FLOAT_BYTES),
  gatherBytes: (to, instruction) => gather(to, instruction, 1),
  store: (to, { src, ptr, offset }) => {
    to.emit('vmovups', to.frame.address(ptr, offset), to.register('src', src));
  },
  storePartial: (to, { src, ptr, offset, count }) => {
    const register = to.register('src', src);
    const move = PARTIAL_MOVES[count];
    const address = to.frame.address(ptr, offset);
    if (move !== undefined) to.emit(move.mnemonic, address, asWidth(register, move.bits));
    else if (to.wide) to.emit('vmovups', address, register, { mask: to.laneMask(count) });
    else to.emit('vmaskmovps', address, to.laneVector(count), register);
  },
  constant: (to, { dst, value }) => setConstant(to, dst, new Int32Array(Float32Array.of(value).buffer)[0]!),
  constantInt: (to, { dst, value }) => setConstant(to, dst, value | 0),
  iota: (to, { dst }) => {
    const register = to.result(dst);
    const lanes = Float32Array.from({ length: to.frame.lanes }, (_, lane) => lane);
    to.frame.loadConstant(register, constantOf([...new Int32Array(lanes.buffer)]));
    to.finish(dst, register);
  },
  add: binary('vaddps', true),
  sub: binary('vsubps', false),
  mul: binary('vmulps', true),
  div: binary('vdivps', false),
  // Both give their second operand when one is NaN, as the IR does.
  min: binary('vminps', false),
  max: binary('vmaxps', false),
  addInt: binary('vpaddd', true),
  mulInt: binary('vpmulld', true),
  xorInt: bitwise('vpxor', 'vpxord'),
  andInt: bitwise('vpand', 'vpandd'),
  orInt: bitwise('vpor', 'vpord'),
  shiftLeftInt: shift('vpslld'),
  shiftRightInt: shift('vpsrld'),
  copy: (to, { dst, a }) => {
    const source = to.source('a', a);
    if (to.frame.vector(dst.id) === null) to.finish(dst, to.inRegister(source));
    else to.load(to.result(dst), source);
  },
  neg: withBits('vxorps', 'vpxord', SIGN_BITS),
  abs: withBits('vandps', 'vpandd', MAGNITUDE_BITS),
  sqrt: unary('vsqrtps'),
  floor: (to, instruction) => {
    const a = to.source('a', instruction.a);
    const dst = to.result(instruction.dst);
    to.emit(to.wide ? 'vrndscaleps' : 'vroundps', dst, a, ROUND_DOWN);
    to.finish(instruction.dst, dst);
  },
  toInt: unary('vcvttps2dq'),
  toFloat: unary('vcvtdq2ps'),
  sumLanes: fold('vaddps'),
  maxLanes: fold('vmaxps'),
  minLanes: fold('vminps'),
  fma,
  less: compare('less'),
  lessEqual: compare('lessEqual'),
  equal: compare('equal'),
  and: maskBinary('vandps', 'kandw', false),
  or: maskBinary('vorps', 'korw', false),
  andNot: maskBinary('vandnps', 'kandnw', true),
  select,
} satisfies { [Op in VectorOp]: Emit<Op> };

function setConstant(to: VectorEmitter, dst: Vec, word: number): void {
  const register = to.result(dst);
  to.frame.loadConstant(register, constantOf([word]));
  to.finish(dst, register);
}

function zeroing(to: VectorEmitter, count: number): Masking {
  return { mask: to.laneMask(count), zeroing: true };
}
