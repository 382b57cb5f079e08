/** @file Which bits of which coefficients the scans of a progressive file have brought so far (ITU-T T.81, G.1.1.1). */

import type { ScanHeader } from './file-state.ts';
import { COEFFICIENTS, type Frame } from './frame.ts';

/** Most bits that a scan may leave out. */
const MOST_LEFT_OUT = 13;
const NONE_YET = -1;

/** Follows the scans of one file. */
export class Progression {
  /** For each component and coefficient: the bits that are still missing. */
  private readonly missing: readonly Int8Array[];

  constructor({ components }: Frame) {
    this.missing = components.map(() => new Int8Array(COEFFICIENTS).fill(NONE_YET));
  }

  /** Takes a scan over; false when it does not follow from those before it. */
  add({ components, first, last, highBit, lowBit }: ScanHeader): boolean {
    const isDc = first === 0;
    if (isDc ? last !== 0 : components.length !== 1) return false;
    if (first > last || last >= COEFFICIENTS || lowBit > MOST_LEFT_OUT) return false;
    if (highBit !== 0 && lowBit !== highBit - 1) return false;
    const before = highBit === 0 ? NONE_YET : highBit;
    return components.every(({ index }) => {
      const missing = this.missing[index]!;
      if (!isDc && missing[0] === NONE_YET) return false;
      const follows = missing.subarray(first, last + 1).every((bits) => bits === before);
      missing.fill(lowBit, first, last + 1);
      return follows;
    });
  }

  /** Whether all bits are there. libjpeg smooths images of which some are missing. */
  get complete(): boolean {
    return this.missing.every((each) => each.every((bits) => bits === 0));
  }
}
