/**
 * @file The exact inverse transform of JPEG blocks as WebAssembly vectors, with the numbers of libjpeg's "islow" (Loeffler,
 * Ligtenberg and Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", 1989): constants of 13 bits, columns
 * first and then rows, 2 bits kept between them. All of its sums are linear and whole, so they may be added in any order,
 * and pairs of products of 16-bit numbers (dot_i16x8_s) give the same.
 */

import { I32 } from '../../wasm/opcodes.ts';
import {
  interleave,
  type Local,
  lanes16,
  lanes32,
  load,
  op,
  shuffle,
  type WasmCode,
} from '../../wasm/wasm-code.ts';
import { BLOCK_BYTES } from './frame.ts';
import { CONSTANT_BITS, EVEN_04, EVEN_26, ODD_13, ODD_57, ONE } from './inverse-dct-factors.ts';
import { RANGE_ALARM } from './memory-layout.ts';

/** `coefficients`, `quantization` (16-bit divisors in rows), `dst`, `stride` of dst, `blocks`. */
export const INVERSE_DCT_PARAMETERS = 5;

const ROW_BYTES = 16;

const KEPT_BITS = 2;
/** The transforms of columns and of rows make numbers 8 times as large together. */
const SCALE_BITS = 3;
const COLUMN_SHIFT = CONSTANT_BITS - KEPT_BITS;
const ROW_SHIFT = CONSTANT_BITS + KEPT_BITS + SCALE_BITS;

/** Numbers of 16 bits in the steps stay within ± this; then no sum of 32 bits overflows either. */
const LARGEST_STEP = 16383;
/** Results that libjpeg's table clamps; beyond them it begins again from 0. */
const LARGEST_RESULT = 511;
const CENTER = 128;

type Half = 'low' | 'high';
const HALVES: readonly Half[] = ['low', 'high'];

/** Vectors that do not change from block to block. */
class Constants {
  readonly even04: Local[];
  readonly even26: Local[];
  /** Of inputs 0 and 2, where 4 and 6 are 0: for all four results. */
  readonly even02: Local[];
  readonly odd13: Local[];
  readonly odd57: Local[];
  readonly columnRounding: Local;
  readonly rowRounding: Local;
  readonly step: Local;
  readonly result: Local;
  readonly resultBits: Local;
  readonly notFirst: Local;
  readonly notFirstFour: Local;

  constructor(code: WasmCode) {
    const pairs = (all: readonly (readonly [number, number])[]) =>
      all.map((pair) => code.vector(lanes16(...pair)));
    this.even04 = pairs(EVEN_04);
    this.even26 = pairs(EVEN_26);
    const [outer, inner] = EVEN_26;
    this.even02 = pairs([outer[0], inner[0], -inner[0], -outer[0]].map((factor) => [ONE, factor] as const));
    this.odd13 = pairs(ODD_13);
    this.odd57 = pairs(ODD_57);
    this.columnRounding = code.vector(lanes32(1 << (COLUMN_SHIFT - 1)));
    this.rowRounding = code.vector(lanes32((1 << (ROW_SHIFT - 1)) + (CENTER << ROW_SHIFT)));
    this.step = code.vector(lanes16(LARGEST_STEP + 1));
    this.result = code.vector(lanes16(LARGEST_RESULT + 1 - CENTER));
    this.resultBits = code.vector(lanes16(~(2 * LARGEST_RESULT + 1)));
    this.notFirst = code.vector(lanes16(0, -1, -1, -1, -1, -1, -1, -1));
    this.notFirstFour = code.vector(lanes16(0, 0, 0, 0, -1, -1, -1, -1));
  }
}

/** The code of one function: what it writes belongs to one block, and `alarm` to all. */
class InverseDct {
  private readonly code: WasmCode;
  private readonly constants: Constants;
  /** Bits that are set when a number was too large. The sign bit stands for steps. */
  private readonly stepAlarm: Local;
  private readonly resultAlarm: Local;

  constructor(code: WasmCode) {
    this.code = code;
    this.constants = new Constants(code);
    this.stepAlarm = code.vector(lanes16(0));
    this.resultAlarm = code.vector(lanes16(0));
  }

  /** Writes RANGE_ALARM. */
  finish(): void {
    const { code, constants } = this;
    const steps = op('i16x8.shr_s', this.stepAlarm, 15);
    const all = op('v128.or', steps, op('v128.and', this.resultAlarm, constants.resultBits));
    code.store('v128.store', 0, op('v128.or', all, load('v128.load', 0, RANGE_ALARM)), RANGE_ALARM);
  }

  /** One block whose rows are given: samples at `dst`. */
  block(rows: readonly Local[], quantization: Local, store: (samples: readonly Local[]) => void): void {
    const { code, constants } = this;
    const any = (a: Local, ...others: Local[]) =>
      others.reduce((sum, row) => code.vector(op('v128.or', sum, row)), a);
    const [first, second, third, fourth, ...lower] = rows as [Local, Local, Local, Local, Local];
    const lowerRows = any(...(lower as [Local]));
    const upperRows = any(second, third, fourth);
    const right = op('v128.and', op('v128.or', first, upperRows), constants.notFirstFour);
    const behindFirst = op('v128.or', upperRows, op('v128.and', first, constants.notFirst));
    code.when(
      op('v128.any_true', op('v128.or', lowerRows, right)),
      () => store(this.samples(this.whole(rows, quantization))),
      () =>
        code.when(
          op('v128.any_true', behindFirst),
          () => store(this.samples(this.corner(rows.slice(0, 4), quantization))),
          () => store(this.flat(first, quantization)),
        ),
    );
  }

  /** Results of all columns and rows of a block: eight columns. */
  private whole(rows: readonly Local[], quantization: Local): Local[] {
    const { code, constants } = this;
    const inputs = rows.map((row, i) => {
      const products = HALVES.map((half) => this.product(half, row, quantization, i));
      return this.step(code.vector(op('i16x8.narrow_i32x4_s', ...products)));
    });
    const sums = HALVES.map((half) => this.sums(inputs, half, constants.columnRounding, COLUMN_SHIFT));
    const steps = inputs.map((_, row) =>
      this.step(code.vector(op('i16x8.narrow_i32x4_s', sums[0]![row]!, sums[1]![row]!))),
    );
    return this.rows(transpose(code, steps));
  }

  /** The same when all but the first four columns of `rows`, which are the first four ones, are 0. */
  private corner(rows: readonly Local[], quantization: Local): Local[] {
    const { code, constants } = this;
    const zero = lanes16(0);
    const inputs = rows.map((row, i) =>
      this.step(code.vector(op('i16x8.narrow_i32x4_s', this.product('low', row, quantization, i), zero))),
    );
    const sums = this.sums(inputs, 'low', constants.columnRounding, COLUMN_SHIFT);
    // Rows 0 and 4, 1 and 5, and so on, of four columns each.
    const pairs = [0, 1, 2, 3].map((row) =>
      this.step(code.vector(op('i16x8.narrow_i32x4_s', sums[row]!, sums[row + 4]!))),
    );
    const [upper, lower] = HALVES.map((half) => {
      const [ab, cd] = [0, 2].map((row) => code.vector(interleave(half, 2, pairs[row]!, pairs[row + 1]!)));
      return HALVES.map((part) => code.vector(interleave(part, 4, ab!, cd!)));
    }) as [Local[], Local[]];
    const columns = upper.flatMap((each, i) =>
      HALVES.map((half) => code.vector(interleave(half, 8, each, lower[i]!))),
    );
    return this.rows(columns);
  }

  /** The samples of a block whose only coefficient is the first one. */
  private flat(first: Local, quantization: Local): Local[] {
    const { code } = this;
    const product = code.vector(this.product('low', first, quantization, 0));
    const input = this.step(code.vector(op('i16x8.narrow_i32x4_s', product, product)));
    const bits = SCALE_BITS;
    const rounded = op('i16x8.add', input, lanes16((1 << (bits - 1)) + (CENTER << bits)));
    const result = this.result(code.vector(op('i16x8.shr_s', rounded, bits)));
    const bytes = code.vector(op('i8x16.narrow_i16x8_u', result, result));
    const row = code.vector(shuffle(bytes, bytes, new Array(16).fill(0)));
    return [row, row, row, row];
  }

  /** Coefficients times divisors, as 32-bit numbers. */
  private product(half: Half, row: Local, quantization: Local, index: number) {
    const divisors = load('v128.load', quantization, index * ROW_BYTES);
    return op(`i32x4.extmul_${half}_i16x8_s`, row, divisors);
  }

  private step(value: Local): Local {
    const { code, constants, stepAlarm } = this;
    code.set(stepAlarm, op('v128.or', stepAlarm, op('i16x8.add', value, constants.step)));
    return value;
  }

  private result(value: Local): Local {
    const { code, constants, resultAlarm } = this;
    code.set(resultAlarm, op('v128.or', resultAlarm, op('i16x8.add', value, constants.result)));
    return value;
  }

  private rows(columns: readonly Local[]): Local[] {
    const { code, constants } = this;
    const sums = HALVES.map((half) => this.sums(columns, half, constants.rowRounding, ROW_SHIFT));
    return Array.from({ length: 8 }, (_, i) =>
      this.result(code.vector(op('i16x8.narrow_i32x4_s', sums[0]![i]!, sums[1]![i]!))),
    );
  }

  /** One dimension of the transform, for four of the lanes of 4 or 8 inputs. */
  private sums(inputs: readonly Local[], half: Half, rounding: Local, shift: number): Local[] {
    const { code, constants } = this;
    const pair = (a: number, b: number) => code.vector(interleave(half, 2, inputs[a]!, inputs[b]!));
    const dot = (pair: Local, factors: Local) => op('i32x4.dot_i16x8_s', pair, factors);
    const add = (a: Local, b: Local) => code.vector(op('i32x4.add', a, b));
    const dots = (pair: Local, factors: readonly Local[]) =>
      factors.map((each) => code.vector(dot(pair, each)));
    let even: Local[];
    let odd: Local[];
    if (inputs.length === 4) {
      const pair02 = pair(0, 2);
      even = constants.even02.map((each) => code.vector(op('i32x4.add', dot(pair02, each), rounding)));
      odd = dots(pair(1, 3), constants.odd13);
    } else {
      const centers = dots(pair(0, 4), constants.even04).map((each) => add(each, rounding));
      const sides = dots(pair(2, 6), constants.even26);
      const minus = (i: number) => code.vector(op('i32x4.sub', centers[i]!, sides[i]!));
      even = [add(centers[0]!, sides[0]!), add(centers[1]!, sides[1]!), minus(1), minus(0)];
      const [odd13, odd57] = [dots(pair(1, 3), constants.odd13), dots(pair(5, 7), constants.odd57)];
      odd = odd13.map((each, i) => add(each, odd57[i]!));
    }
    const shifted = (name: 'i32x4.add' | 'i32x4.sub', i: number) =>
      code.vector(op('i32x4.shr_s', op(name, even[i]!, odd[i]!), shift));
    const upper = [0, 1, 2, 3].map((i) => shifted('i32x4.add', i));
    return [...upper, ...[3, 2, 1, 0].map((i) => shifted('i32x4.sub', i))];
  }

  /** Columns of results as samples: four vectors of two rows each. */
  private samples(columns: readonly Local[]): Local[] {
    const { code } = this;
    const pairs = [0, 1, 2, 3].map((i) =>
      code.vector(op('i8x16.narrow_i16x8_u', columns[i]!, columns[i + 4]!)),
    );
    // Columns 0 to 3, then 4 to 7; of each, the upper four rows and the lower ones.
    const [left, right] = HALVES.map((half) => {
      const [ab, cd] = [0, 2].map((i) => code.vector(interleave(half, 1, pairs[i]!, pairs[i + 1]!)));
      return HALVES.map((part) => code.vector(interleave(part, 2, ab!, cd!)));
    }) as [Local[], Local[]];
    return left.flatMap((each, i) => HALVES.map((half) => code.vector(interleave(half, 4, each, right[i]!))));
  }
}

/** Eight vectors of eight 16-bit numbers with rows and columns exchanged. */
function transpose(code: WasmCode, rows: readonly Local[]): Local[] {
  let vectors = rows;
  for (let round = 0; round < 3; round++) {
    vectors = [0, 1, 2, 3].flatMap((i) =>
      HALVES.map((half) => code.vector(interleave(half, 2, vectors[i]!, vectors[i + 4]!))),
    );
  }
  return [...vectors];
}

/**
 * Dequantizes and transforms `blocks` blocks (at least one) that follow each other, into samples of blocks beside each
 * other. RANGE_ALARM is set when a block has numbers with which 16-bit steps, or libjpeg's clamping, are no longer exact.
 */
export function emitInverseDct(code: WasmCode): void {
  const [coefficients, quantization, dst, stride, blocks] = code.parameters();
  const transform = new InverseDct(code);
  code.count(0, blocks, 1, () => {
    const rows = Array.from({ length: 8 }, (_, row) =>
      code.vector(load('v128.load', coefficients, row * ROW_BYTES)),
    );
    transform.block(rows, quantization, (samples) => {
      const at = code.local(I32, dst);
      samples.forEach((rows) => {
        for (const lane of [0, 1]) {
          code.store('v128.store64_lane', at, rows, 0, lane);
          code.set(at, op('i32.add', at, stride));
        }
      });
    });
    code.advance(coefficients, BLOCK_BYTES);
    code.advance(dst, 8);
  });
  transform.finish();
}
