/** @file Resampling bytes with weights in fixed point as WebAssembly functions, with the arithmetic of resample.ts. */

import { I32 } from '../wasm/opcodes.ts';
import { lanes32, load, op, type WasmCode } from '../wasm/wasm-code.ts';
import { forEntries, pixelAt, twiceNarrowed } from './resize-code.ts';

/** Binary places of the weights behind the point. 8 bits are for the pixel, 2 for sums. */
export const FIXED_BITS = 22;
const HALF = 2 ** (FIXED_BITS - 1);

/** Bytes of a row that `emitDown` makes at a time. */
const DOWN_BYTES = 8;

/**
 * The table of what the columns of the result are made of, where it ends, a row of the source, the row of the result, and the bytes of
 * a pixel. An entry is the bytes from the beginning of the source row to the first pixel that is read, and where its weights
 * begin and end.
 */
export const ACROSS_PARAMETERS = 5;

/** Makes a row of the result out of one of the source. */
export function emitAcross(code: WasmCode): void {
  const [entries, entriesEnd, source, out, pixelBytes] = code.parameters();
  forEntries(code, entries!, entriesEnd!, (entry) => {
    const tap = code.local(I32, op('i32.add', source!, load('i32.load', entry)));
    const weight = code.local(I32, load('i32.load', entry, 4));
    const end = code.local(I32, load('i32.load', entry, 8));
    const sum = code.vector(lanes32(HALF));
    code.repeat(() => {
      code.set(sum, op('i32x4.add', sum, op('i32x4.mul', pixelAt(tap), load('v128.load32_splat', weight))));
      code.advance(tap, pixelBytes!);
      code.advance(weight, 4);
      return op('i32.lt_u', weight, end);
    });
    const whole = op('i32x4.shr_s', sum, FIXED_BITS);
    code.store('v128.store32_lane', out!, twiceNarrowed(code, whole), 0, 0);
    code.advance(out!, pixelBytes!);
  });
}

/** Where the weights begin and end, the first row of the source that is read, bytes of a row, where the row of the result begins and ends. */
export const DOWN_PARAMETERS = 6;

/** Makes a row of the result out of several of the source. */
export function emitDown(code: WasmCode): void {
  const [weights, weightsEnd, source, rowBytes, out, outEnd] = code.parameters();
  code.repeat(() => {
    const tap = code.local(I32, source!);
    const weight = code.local(I32, weights!);
    const sums = [code.vector(lanes32(HALF)), code.vector(lanes32(HALF))];
    code.repeat(() => {
      const bytes = code.vector(load('v128.load8x8_u', tap));
      const factor = code.vector(load('v128.load32_splat', weight));
      for (const [i, extend] of (
        ['i32x4.extend_low_i16x8_u', 'i32x4.extend_high_i16x8_u'] as const
      ).entries())
        code.set(sums[i]!, op('i32x4.add', sums[i]!, op('i32x4.mul', op(extend, bytes), factor)));
      code.advance(tap, rowBytes!);
      code.advance(weight, 4);
      return op('i32.lt_u', weight, weightsEnd!);
    });
    const [low, high] = sums.map((sum) => op('i32x4.shr_s', sum, FIXED_BITS));
    const halves = code.vector(op('i16x8.narrow_i32x4_s', low!, high!));
    code.store('v128.store64_lane', out!, op('i8x16.narrow_i16x8_u', halves, halves), 0, 0);
    code.advance(source!, DOWN_BYTES);
    code.advance(out!, DOWN_BYTES);
    return op('i32.lt_u', out!, outEnd!);
  });
}
