/**
 * @file Bilinear resizing as a WebAssembly function. A pixel is a vector of four numbers, of which the first ones are its
 * channels, so one code serves all images. The arithmetic is that of bilinear-in-script.ts, step by step.
 */

import type { FunctionWriter } from '../wasm/function-writer.ts';
import { I32, V128 } from '../wasm/opcodes.ts';

/**
 * The tables that say what each row and each column of the result is made of have an entry for each: two 32-bit whole numbers
 * and a float32. For a row they are the addresses of the source rows before and after it, for a column the bytes from the
 * beginning of a source row; and how far it is on the way.
 */
export const ENTRY_BYTES = 12;
const BEFORE = 0;
const AFTER = 4;
const PART = 8;

/** So many bytes beyond the source's and the result's pixels are read or written. */
export const SLACK_BYTES = 16;

type Push = () => void;

/** Puts a pixel of the source, whose address is the sum of two, on the stack. */
function pushPixel(body: FunctionWriter, row: number, column: number): void {
  body.get(row);
  body.get(column);
  body.op('i32.add');
  body.memory('v128.load8x8_u', 0);
  body.op('i32x4.extend_low_i16x8_u');
  body.op('f32x4.convert_i32x4_s');
}

/** Puts what is `part` of the way from one vector to another on the stack. */
function pushBetween(body: FunctionWriter, pushBefore: Push, pushAfter: Push, part: number): void {
  const before = body.local(V128);
  pushBefore();
  body.tee(before);
  pushAfter();
  body.get(before);
  body.op('f32x4.sub');
  body.get(part);
  body.op('f32x4.mul');
  body.op('f32x4.add');
}

/** With 2²³ added, numbers from 0 up are rounded to whole ones, halves to the even one, which are the lowest bits of the sum. */
const ROUNDING = 2 ** 23;

/** Rounds the numbers on the stack and stores them as bytes at the address below. */
function storeBytes(body: FunctionWriter): void {
  const vector = body.local(V128);
  body.v128(new Uint8Array(new Float32Array(4).fill(ROUNDING).buffer));
  body.op('f32x4.add');
  body.v128(new Uint8Array(new Int32Array(4).fill(0xff).buffer));
  body.op('v128.and');
  // They join two vectors; here the second half is of no interest.
  for (const narrow of ['i16x8.narrow_i32x4_u', 'i8x16.narrow_i16x8_u'] as const) {
    body.tee(vector);
    body.get(vector);
    body.op(narrow);
  }
  body.memory('v128.store32_lane', 0, 0);
}

/** Reads the entry at an address into locals. */
function loadEntry(body: FunctionWriter, entry: number) {
  const [before, after, part] = [body.local(I32), body.local(I32), body.local(V128)];
  const load = () => {
    body.get(entry);
    body.memory('i32.load', BEFORE);
    body.set(before);
    body.get(entry);
    body.memory('i32.load', AFTER);
    body.set(after);
    body.get(entry);
    body.memory('v128.load32_splat', PART);
    body.set(part);
  };
  return { before, after, part, load };
}

function advance(body: FunctionWriter, address: number, pushBytes: Push): void {
  body.get(address);
  pushBytes();
  body.op('i32.add');
  body.set(address);
}

/** Does `once` for each entry of a table, which has one at least. */
function forEntries(body: FunctionWriter, entry: number, end: number, once: () => void): void {
  body.nest('loop', () => {
    once();
    advance(body, entry, () => body.i32(ENTRY_BYTES));
    body.get(entry);
    body.get(end);
    body.op('i32.lt_u');
    body.branchIf(0);
  });
}

/** The numbers that the function takes: addresses, and the bytes of a pixel of the result. */
export const BILINEAR_PARAMETERS = 6;

/** Writes the function: where the tables of rows and of columns begin and end, where the result begins, the bytes of its pixels. */
export function writeBilinear(body: FunctionWriter, dtype: 'uint8' | 'float32'): void {
  const [rows, rowsEnd, columns, columnsEnd, out, pixelBytes] = [0, 1, 2, 3, 4, 5];
  const column = body.local(I32);
  const down = loadEntry(body, rows);
  const across = loadEntry(body, column);
  const pushInRow = (row: number) => () =>
    pushBetween(
      body,
      () => pushPixel(body, row, across.before),
      () => pushPixel(body, row, across.after),
      across.part,
    );
  forEntries(body, rows, rowsEnd, () => {
    down.load();
    body.get(columns);
    body.set(column);
    forEntries(body, column, columnsEnd, () => {
      across.load();
      body.get(out);
      pushBetween(body, pushInRow(down.before), pushInRow(down.after), down.part);
      if (dtype === 'uint8') storeBytes(body);
      else body.memory('v128.store', 0);
      advance(body, out, () => body.get(pixelBytes));
    });
  });
}
