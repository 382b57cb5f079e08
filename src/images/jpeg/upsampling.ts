/**
 * @file Enlarging of chroma as WebAssembly vectors: libjpeg's "fancy" upsampling, a triangle filter whose results lie a
 * quarter of a sample beside the samples. Halves are rounded up and down in turn.
 *
 * Rows have a copy of their first sample before it and of their last one behind it, and vectors read and write 8 samples
 * more on both sides.
 */

import { I32 } from '../../wasm/opcodes.ts';
import { type Expression, type Local, lanes16, load, op, type WasmCode } from '../../wasm/wasm-code.ts';

const LANES = 8;
/** Samples that there must be memory for before and behind a row. */
export const MARGIN = 16;

/** 3 `near` + `far`. */
function weighted(near: Local, far: Local | Expression) {
  return op('i16x8.add', op('i16x8.add', near, op('i16x8.shl', near, 1)), far);
}

/**
 * Results left and right of each sample, as 16 bytes: (3 x + neighbour + `rounding`) >> `shift`.
 */
function between(
  [before, at, behind]: readonly [Expression, Local, Expression],
  roundings: readonly [number, number],
  shift: number,
) {
  const [left, right] = [before, behind].map((neighbour, i) =>
    op('i16x8.shr_u', op('i16x8.add', weighted(at, neighbour), lanes16(roundings[i]!)), shift),
  );
  return op('v128.or', left!, op('i16x8.shl', right!, 8));
}

/** Parameters: `src`, `dst`, `width` of src. */
export const UPSAMPLE_COLUMNS_PARAMETERS = 3;

/** Twice as many columns ("h2v1"). */
export function emitUpsampleColumns(code: WasmCode): void {
  const [src, dst, width] = code.parameters();
  code.count(0, width, LANES, () => {
    const at = code.vector(load('v128.load8x8_u', src));
    const before = load('v128.load8x8_u', op('i32.sub', src, 1));
    const behind = load('v128.load8x8_u', src, 1);
    code.store('v128.store', dst, between([before, at, behind], [1, 2], 2));
    code.advance(src, LANES);
    code.advance(dst, 2 * LANES);
  });
}

/** Parameters: `near` and `far` rows, `dst`, `width`, `rounding` (1 or 2). */
export const UPSAMPLE_ROWS_PARAMETERS = 5;

/** One of twice as many rows ("h1v2"): (3 near + far + rounding) >> 2. */
export function emitUpsampleRows(code: WasmCode): void {
  const [near, far, dst, width, rounding] = code.parameters();
  const added = code.vector(op('i16x8.splat', rounding));
  code.count(0, width, LANES, () => {
    const at = code.vector(load('v128.load8x8_u', near));
    const sum = op('i16x8.add', weighted(at, load('v128.load8x8_u', far)), added);
    const result = code.vector(op('i16x8.shr_u', sum, 2));
    code.store('v128.store64_lane', dst, op('i8x16.narrow_i16x8_u', result, result), 0, 0);
    for (const pointer of [near, far, dst]) code.advance(pointer, LANES);
  });
}

/** Parameters: `near` and `far` rows, `sums` (16-bit numbers for `width` + 2 * MARGIN samples), `dst`, `width` of the rows. */
export const UPSAMPLE_BOTH_PARAMETERS = 5;

/** One of twice as many rows, with twice as many columns ("h2v2"). */
export function emitUpsampleBoth(code: WasmCode): void {
  const [near, far, sums, dst, width] = code.parameters();
  // From 8 samples before the row on, since its first sample has one before it.
  const sum = code.local(I32, sums);
  for (const pointer of [near, far]) code.advance(pointer, -LANES);
  code.count(-2 * LANES, width, LANES, () => {
    const at = code.vector(load('v128.load8x8_u', near));
    code.store('v128.store', sum, weighted(at, load('v128.load8x8_u', far)));
    for (const pointer of [near, far]) code.advance(pointer, LANES);
    code.advance(sum, 2 * LANES);
  });
  code.set(sum, op('i32.add', sums, 2 * LANES));
  code.count(0, width, LANES, () => {
    const at = code.vector(load('v128.load', sum));
    const before = load('v128.load', op('i32.sub', sum, 2));
    code.store('v128.store', dst, between([before, at, load('v128.load', sum, 2)], [8, 7], 4));
    code.advance(sum, 2 * LANES);
    code.advance(dst, 2 * LANES);
  });
}
