/** @file ByteWriter: a growing byte buffer with the number encodings of the WebAssembly binary format. */

/** Up to this many bytes a loop is faster than the copying of typed arrays. */
const SHORT = 32;

/** Collects bytes. Numbers are written in LEB128 as the WebAssembly specification (section 5.2) has it. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    if (values.length > SHORT) this.#bytes.set(values, this.#length);
    else for (let i = 0; i < values.length; i++) this.#bytes[this.#length + i] = values[i]!;
    this.#length += values.length;
  }

  /** An unsigned 32-bit number. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** A signed 32-bit number. */
  signed(value: number): void {
    let rest = value | 0;
    while (rest < -0x40 || rest >= 0x40) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** A string: its UTF-8 length, then its bytes. */
  text(value: string): void {
    const encoded = new TextEncoder().encode(value);
    this.unsigned(encoded.length);
    this.bytes(encoded);
  }

  /** The length of another writer's bytes, then these bytes. */
  sized(content: ByteWriter): void {
    const bytes = content.finish();
    this.unsigned(bytes.length);
    this.bytes(bytes);
  }

  /** The bytes written so far, as a view that is valid until the next write. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
