/** @file LZW as GIF has it: codes of 3 to 12 bits, lowest bits first, in blocks (GIF89a, appendix F). */

import { FormatError } from '../base/errors.ts';
import type { ByteCursor } from './byte-cursor.ts';

const MOST_CODES = 4096;
const NONE = -1;

/** Takes codes out of the file's blocks. */
class CodeReader {
  private block: Uint8Array = new Uint8Array();
  private place = 0;
  private held = 0;
  private heldBits = 0;
  private readonly file: ByteCursor;

  constructor(file: ByteCursor) {
    this.file = file;
  }

  /** The next code; `NONE` after the last block. */
  next(bits: number): number {
    while (this.heldBits < bits) {
      if (this.place === this.block.length) {
        this.block = this.file.take(this.file.u8());
        this.place = 0;
        if (this.block.length === 0) return NONE;
      }
      this.held |= this.block[this.place++]! << this.heldBits;
      this.heldBits += 8;
    }
    const code = this.held & ((1 << bits) - 1);
    this.held >>= bits;
    this.heldBits -= bits;
    return code;
  }
}

/**
 * `count` pixels.
 *
 * @param rootBits Bits of a pixel, 1 to 8; codes begin with one more.
 * @throws FormatError when the data is damaged or has fewer pixels.
 */
export function decodeLzw(file: ByteCursor, rootBits: number, count: number, name: string): Uint8Array {
  const damaged = (what: string) => new FormatError(`${name} is a damaged GIF file: ${what}.`);
  if (rootBits < 1 || rootBits > 8) throw damaged(`its pixels have ${rootBits} bits`);
  const clear = 1 << rootBits;
  const end = clear + 1;
  // A code stands for the string of its parent and one pixel more.
  const parents = new Uint16Array(MOST_CODES);
  const pixels = Uint8Array.from({ length: MOST_CODES }, (_, code) => code);
  const lengths = new Uint16Array(MOST_CODES).fill(1);
  const firsts = pixels.slice();
  const out = new Uint8Array(count);
  const reader = new CodeReader(file);
  let used = end + 1;
  let bits = rootBits + 1;
  let previous = NONE;
  let o = 0;
  while (o < count) {
    const code = reader.next(bits);
    if (code === NONE || code === end) throw damaged(`its data ends after ${o} of ${count} pixels`);
    if (code === clear) {
      used = end + 1;
      bits = rootBits + 1;
      previous = NONE;
      continue;
    }
    if (code > used || (code === used && previous === NONE) || (previous === NONE && code > end)) {
      throw damaged('its data has a code without a meaning');
    }
    if (previous !== NONE && used < MOST_CODES) {
      parents[used] = previous;
      firsts[used] = firsts[previous]!;
      pixels[used] = code === used ? firsts[previous]! : firsts[code]!;
      lengths[used] = lengths[previous]! + 1;
      used++;
      if (used === 1 << bits && bits < 12) bits++;
    }
    for (let at = o + lengths[code]! - 1, each = code; at >= o; at--, each = parents[each]!)
      out[at] = pixels[each]!;
    o += lengths[code]!;
    previous = code;
  }
  return out;
}
