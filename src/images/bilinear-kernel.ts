/**
 * @file Bilinear resizing as a WebAssembly function. A pixel is a vector of four numbers, of which the first ones are its
 * channels, so one code serves all images. The arithmetic is that of bilinear-in-script.ts, step by step.
 */

import { I32 } from '../wasm/opcodes.ts';
import { type Expression, type Local, lanes32, load, op, type WasmCode } from '../wasm/wasm-code.ts';
import { forEntries, pixelAt, twiceNarrowed } from './resize-code.ts';

/**
 * What each row and each column of the result is made of: an entry of two 32-bit whole numbers and a float32. For a row they are the
 * addresses of the source rows before and after it, for a column the bytes from the beginning of a source row; and how far it is
 * on the way.
 */
interface Entry {
  readonly before: Local;
  readonly after: Local;
  readonly part: Local;
}

/** 2²³ as a float32. With it added, numbers from 0 up are rounded, halves to the even one: they are the lowest bits of the sum. */
const ROUNDING = 0x4b000000;

function entryAt(code: WasmCode, address: Local): Entry {
  return {
    before: code.local(I32, load('i32.load', address)),
    after: code.local(I32, load('i32.load', address, 4)),
    part: code.vector(load('v128.load32_splat', address, 8)),
  };
}

/** What is `part` of the way from one vector to another. */
function between(code: WasmCode, before: Expression, after: Expression, part: Local): Expression {
  const from = code.vector(before);
  return op('f32x4.add', from, op('f32x4.mul', op('f32x4.sub', after, from), part));
}

/** Where the tables of rows and of columns begin and end, where the result begins, and the bytes of its pixels. */
export const BILINEAR_PARAMETERS = 6;

export function emitBilinear(code: WasmCode, dtype: 'uint8' | 'float32'): void {
  const [rows, rowsEnd, columns, columnsEnd, out, pixelBytes] = code.parameters();
  const floatsAt = (row: Local, column: Local) =>
    op('f32x4.convert_i32x4_s', pixelAt(op('i32.add', row, column)));
  forEntries(code, rows!, rowsEnd!, (row) => {
    const down = entryAt(code, row);
    forEntries(code, code.local(I32, columns!), columnsEnd!, (column) => {
      const { before, after, part } = entryAt(code, column);
      const inRow = (from: Local) => between(code, floatsAt(from, before), floatsAt(from, after), part);
      const pixel = between(code, inRow(down.before), inRow(down.after), down.part);
      if (dtype === 'float32') code.store('v128.store', out!, pixel);
      else {
        const whole = op('v128.and', op('f32x4.add', pixel, lanes32(ROUNDING)), lanes32(0xff));
        code.store('v128.store32_lane', out!, twiceNarrowed(code, whole), 0, 0);
      }
      code.advance(out!, pixelBytes!);
    });
  });
}
