/** @file YCbCr rows to RGB pixels as WebAssembly vectors, with the 16-bit constants of libjpeg (JFIF 1.02, chapter 7). */

import {
  type Expression,
  interleave,
  type Local,
  lanes16,
  lanes32,
  load,
  type Operand,
  op,
  shuffle,
  type WasmCode,
} from '../../wasm/wasm-code.ts';

/** Pixels of one round; rows are read, and pixels written, for a multiple of them. */
export const COLOR_LANES = 16;
/** Bytes that the last store writes behind the pixels. */
export const COLOR_OVERRUN = 4;
/** `luma`, `cb`, `cr`, `dst`, `width`. */
export const COLOR_PARAMETERS = 5;

// libjpeg multiplies by round(65536 c) and shifts right by 16, with rounding. Only the parts beyond whole numbers are
// multiplied here, and by half of it: products of 15 bits.
/** 1.402 - 1. Odd in libjpeg, so this is a rounded half; all 256 results are the same. */
const RED = 13173;
/** 1.772 - 2. */
const BLUE = -7471;
/** -0.344136 and -0.714136. */
const GREEN = [-11277, -23401] as const;

type Halves = readonly [Local, Local];
const HALVES = ['low', 'high'] as const;

/** Chroma minus 128, as 16-bit numbers. */
function centred(code: WasmCode, row: Local, flip: Local): Halves {
  const signed = code.vector(op('v128.xor', load('v128.load', row), flip));
  const [low, high] = HALVES.map((half) => code.vector(op(`i16x8.extend_${half}_i8x16_s`, signed)));
  return [low!, high!];
}

/** Converts `width` pixels (at least one) to RGB. */
export function emitColors(code: WasmCode): void {
  const [luma, cb, cr, dst, width] = code.parameters();
  // 0x80 in every byte.
  const flip = code.vector(lanes16(-0x7f80));
  const [red, blue, green] = [lanes16(RED), lanes16(BLUE), lanes16(...GREEN)].map((each) =>
    code.vector(each),
  );
  const rounding = code.vector(lanes32(1 << 14));
  code.count(0, width, COLOR_LANES, () => {
    const bytes = code.vector(load('v128.load', luma));
    const y = HALVES.map((half) => code.vector(op(`i16x8.extend_${half}_i8x16_u`, bytes)));
    const [blues, reds] = [centred(code, cb, flip), centred(code, cr, flip)];
    const sum = (a: Operand, b: Operand) => op('i16x8.add', a, b);
    const packed = (channel: (half: 0 | 1) => Expression) =>
      code.vector(op('i8x16.narrow_i16x8_u', channel(0), channel(1)));
    const r = packed((i) => sum(sum(y[i]!, reds[i]), op('i16x8.q15mulr_sat_s', reds[i], red!)));
    const b = packed((i) =>
      sum(sum(y[i]!, op('i16x8.shl', blues[i], 1)), op('i16x8.q15mulr_sat_s', blues[i], blue!)),
    );
    const g = packed((i) => {
      const parts = HALVES.map((half) => {
        const dot = op('i32x4.dot_i16x8_s', interleave(half, 2, blues[i], reds[i]), green!);
        return op('i32x4.shr_s', op('i32x4.add', dot, rounding), 15);
      });
      return sum(y[i]!, op('i16x8.narrow_i32x4_s', ...parts));
    });
    storePixels(code, [r, g, b], dst);
    for (const pointer of [luma, cb, cr]) code.advance(pointer, COLOR_LANES);
    code.advance(dst, 3 * COLOR_LANES);
  });
}

/** The first three of each four bytes. */
const WITHOUT_FOURTH = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15];

/** Stores 16 pixels; each store writes 4 bytes more than its pixels, over which the next one writes. */
function storePixels(code: WasmCode, [r, g, b]: readonly [Local, Local, Local], dst: Local): void {
  HALVES.forEach((half, i) => {
    const rg = code.vector(interleave(half, 1, r, g));
    const bb = code.vector(interleave(half, 1, b, b));
    HALVES.forEach((part, j) => {
      const four = code.vector(interleave(part, 2, rg, bb));
      code.store('v128.store', dst, shuffle(four, four, WITHOUT_FOURTH), (2 * i + j) * 12);
    });
  });
}
