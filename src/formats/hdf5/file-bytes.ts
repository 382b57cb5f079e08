/** @file The bytes of an HDF5 file, and a place in them that moves on. No read can leave the file. */

import { FormatError, UnsupportedError } from '../../base/errors.ts';

/** The most reads of a file. Each field is read a few times at most, and most bytes are numbers, which are read at once. */
const LEAST_READS = 1 << 20;
const READS_PER_BYTE = 8;

/** An HDF5 file in memory. The format is little-endian (HDF5 File Format Specification 3.0). */
export class FileBytes {
  readonly bytes: Uint8Array;
  /** Names the file in messages. */
  readonly what: string;
  /** Bytes of an address; of the superblock. */
  offsetSize = 8;
  /** Bytes of a length; of the superblock. */
  lengthSize = 8;
  /** Where the superblock lies: addresses count from there. */
  base = 0;
  #readsLeft: number;

  constructor(bytes: Uint8Array, what: string) {
    // `slice` of a Node Buffer shares memory; that of a Uint8Array copies. So a Buffer becomes a plain Uint8Array.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.what = what;
    this.#readsLeft = LEAST_READS + READS_PER_BYTE * bytes.byteLength;
  }

  /**
   * Counts a read. Throws FormatError after far more reads than a file of this size needs: lists that point into each other
   * can make the way through a small file endless.
   */
  countRead(): void {
    if (this.#readsLeft-- <= 0) this.fail('its lists of objects have no end');
  }

  /** A place at the absolute position `start`; nothing from `end` on can be read there. Throws FormatError outside. */
  cursor(start: number, end = this.bytes.length): Cursor {
    if (start < 0 || end < start || end > this.bytes.length) {
      this.fail(`bytes ${start} to ${end} are asked for, the file has ${this.bytes.length}`);
    }
    return new Cursor(this, start, end);
  }

  /** Throws FormatError. */
  fail(reason: string): never {
    throw new FormatError(
      `${this.what} is no HDF5 file, or a damaged one: ${reason}. Copy or save it again.`,
    );
  }

  /** Throws UnsupportedError. */
  refuse(feature: string): never {
    throw new UnsupportedError(
      `${this.what} is an HDF5 file with ${feature}, which is not read. Open it in Keras and save it again.`,
    );
  }
}

/** A place in the file. Every method throws FormatError when it would read past the end. */
export class Cursor {
  readonly file: FileBytes;
  readonly end: number;
  position: number;

  constructor(file: FileBytes, position: number, end: number) {
    this.file = file;
    this.position = position;
    this.end = end;
  }

  /** Bytes up to the end. */
  get left(): number {
    return this.end - this.position;
  }

  /** The next `count` bytes, not copied. */
  take(count: number): Uint8Array {
    const start = this.position;
    this.file.countRead();
    if (!(count >= 0 && count <= this.left)) {
      this.file.fail(`${count} bytes are expected at ${start}, where ${this.left} are left`);
    }
    this.position += count;
    return this.file.bytes.subarray(start, start + count);
  }

  skip(count: number): void {
    this.take(count);
  }

  /** A place that covers the next `count` bytes, which this one moves past. */
  part(count: number): Cursor {
    const start = this.position;
    this.skip(count);
    return new Cursor(this.file, start, start + count);
  }

  /** An unsigned whole number of `size` bytes. Throws FormatError above 2^53, too. */
  uint(size: number): number {
    const bytes = this.take(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
    if (!Number.isSafeInteger(value)) this.file.fail(`the number at ${this.position - size} is too large`);
    return value;
  }

  u8(): number {
    return this.uint(1);
  }

  u16(): number {
    return this.uint(2);
  }

  u32(): number {
    return this.uint(4);
  }

  length(): number {
    return this.uint(this.file.lengthSize);
  }

  /** An address as an absolute position; null for the address that means "nothing". */
  address(): number | null {
    const size = this.file.offsetSize;
    const bytes = this.take(size);
    if (bytes.every((byte) => byte === 0xff)) return null;
    this.position -= size;
    return this.uint(size) + this.file.base;
  }

  /** An address that must not mean "nothing". */
  knownAddress(what: string): number {
    return this.address() ?? this.file.fail(`the address of ${what} is missing`);
  }

  /** Throws FormatError unless the next bytes are `text`. */
  signature(text: string): void {
    const at = this.position;
    const found = String.fromCharCode(...this.take(text.length));
    if (found !== text) this.file.fail(`'${text}' is expected at ${at}, found other bytes`);
  }
}

/** `bytes` as text up to the first zero byte. Damaged UTF-8 gives replacement characters. */
export function textOf(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  return new TextDecoder().decode(zero < 0 ? bytes : bytes.subarray(0, zero));
}
