/** @file Pieces of WebAssembly code that the kernels of resizing share. */

import { type Expression, type Local, load, type Operand, op, type WasmCode } from '../wasm/wasm-code.ts';

/** An entry of a table is three 32-bit numbers. */
export const ENTRY_BYTES = 12;

/** So many bytes beyond the pixels are read or written. */
export const SLACK_BYTES = 16;

/** Does `body` with the address of each entry of a table, which has one at least. `entry` is at the first one. */
export function forEntries(code: WasmCode, entry: Local, end: Local, body: (entry: Local) => void): void {
  code.repeat(() => {
    body(entry);
    code.advance(entry, ENTRY_BYTES);
    return op('i32.lt_u', entry, end);
  });
}

/** A pixel of up to four bytes as four 32-bit numbers. */
export function pixelAt(address: Operand): Expression {
  return op('i32x4.extend_low_i16x8_u', load('v128.load8x8_u', address));
}

/** The 32-bit numbers of a vector as bytes, those out of reach clipped to 0 … 255. */
export function twiceNarrowed(code: WasmCode, numbers: Expression): Expression {
  // The instructions join two vectors; here the second half is of no interest.
  const whole = code.vector(numbers);
  const half = code.vector(op('i16x8.narrow_i32x4_s', whole, whole));
  return op('i8x16.narrow_i16x8_u', half, half);
}
