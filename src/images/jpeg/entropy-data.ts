/** @file The entropy-coded data of one scan, taken out of its file (ITU-T T.81, B.1.1.5 and F.1.2.3). */

const FIRST_RESTART = 0xd0;
const RESTARTS = 8;

/** Zeros behind the data: more than one MCU can have, so that reading can go on for one MCU before its end is checked. */
export const PADDING = 4096;

export interface EntropyData {
  /** Where each restart interval ends, in bytes of the data; they follow each other. */
  readonly ends: readonly number[];
  /** The place in the file of the marker behind the data. */
  readonly next: number;
}

/**
 * Copies the data at `at` of a file to the start of `data`, which has room for the rest of the file and PADDING, without
 * stuffed zeros and restart markers. `undefined` when it does not end with a marker, or the restart markers are not in
 * their order.
 */
export function copyEntropyData(bytes: Uint8Array, at: number, data: Uint8Array): EntropyData | undefined {
  const ends: number[] = [];
  let length = 0;
  for (let from = at; ; ) {
    const mark = bytes.indexOf(0xff, from);
    if (mark < 0 || mark + 1 >= bytes.length) return undefined;
    const marker = bytes[mark + 1]!;
    const end = marker === 0 ? mark + 1 : mark;
    data.set(bytes.subarray(from, end), length);
    length += end - from;
    from = mark + 2;
    if (marker === 0) continue;
    const restart = marker === FIRST_RESTART + (ends.length % RESTARTS);
    ends.push(length);
    if (restart) continue;
    data.fill(0, length, length + PADDING);
    return { ends, next: mark };
  }
}
