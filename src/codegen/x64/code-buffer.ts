/** @file A growing array of bytes. */

/** Bytes in the order they are appended; numbers are little-endian. */
export class CodeBuffer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  #length = 0;

  /** Bytes appended so far. */
  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }

  int32(value: number): void {
    this.byte(value & 255);
    this.byte((value >> 8) & 255);
    this.byte((value >> 16) & 255);
    this.byte((value >> 24) & 255);
  }

  int64(value: bigint): void {
    this.int32(Number(BigInt.asIntN(32, value)));
    this.int32(Number(BigInt.asIntN(32, value >> 32n)));
  }

  /** Replaces the byte at `position`. */
  setByte(position: number, value: number): void {
    this.#bytes[position] = value;
  }

  /** Replaces the four bytes at `position`. */
  setInt32(position: number, value: number): void {
    new DataView(this.#bytes.buffer).setInt32(position, value, true);
  }

  /** A copy of the bytes. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
