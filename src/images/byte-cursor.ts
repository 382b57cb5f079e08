/** @file Reading the little-endian numbers of an image file one after another. */

import { FormatError } from '../base/errors.ts';

/** A place in a file. Reading beyond the end throws FormatError. */
export class ByteCursor {
  at = 0;
  private readonly bytes: Uint8Array;
  private readonly name: string;
  private readonly format: string;

  constructor(bytes: Uint8Array, name: string, format: string) {
    this.bytes = bytes;
    this.name = name;
    this.format = format;
  }

  /** The next `count` bytes. */
  take(count: number): Uint8Array {
    const end = this.at + count;
    if (end > this.bytes.length) {
      throw new FormatError(
        `${this.name} is cut off: its ${this.bytes.length} bytes end in the middle of a ${this.format} file.`,
      );
    }
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  u8(): number {
    return this.take(1)[0]!;
  }

  u16(): number {
    const [low, high] = this.take(2);
    return low! | (high! << 8);
  }

  u32(): number {
    return this.u16() + this.u16() * 0x10000;
  }

  i32(): number {
    return this.u32() | 0;
  }
}
