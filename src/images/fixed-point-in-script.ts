/** @file Resampling bytes with weights in fixed point in JavaScript. */

import type { FixedPointWork } from './fixed-point-in-wasm.ts';
import { placesRead, resampleColumns, resampleRows } from './resample.ts';

/** The result, first along rows, then along columns; each time rounded to bytes. */
export function resampleInScript(work: FixedPointWork): Uint8Array {
  const { source, columns, channels, across, down } = work;
  let data = source;
  if (across !== null) {
    const rows = source.length / columns / channels;
    const wanted = down === null ? new Uint8Array(rows).fill(1) : placesRead(down, rows);
    data = resampleRows(data, across, wanted, columns, channels) as Uint8Array;
  }
  if (down === null) return data;
  return resampleColumns(data, down, (across?.first.length ?? columns) * channels) as Uint8Array;
}
