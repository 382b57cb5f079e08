/** @file Putting an HDF5 file together from blocks: each gets its address before the blocks that point to it are written. */

/** Stands for "nothing" where an address is expected. */
export const NO_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** Rounds up to a multiple of 8; all blocks of the file start at such addresses. */
export function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}

/** Bytes that are written one after the other, little-endian, into a block whose size is known. */
export class Block {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  text(value: string): this {
    return this.raw(new TextEncoder().encode(value));
  }

  raw(value: Uint8Array): this {
    this.bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  u8(...values: readonly number[]): this {
    return this.raw(Uint8Array.from(values));
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  u64(value: number | bigint): this {
    this.#view.setBigUint64(this.#at, BigInt(value), true);
    this.#at += 8;
    return this;
  }

  /** Leaves zeros up to `position`. */
  to(position: number): this {
    this.#at = position;
    return this;
  }
}

/** The blocks of a file, in order. */
export class Blocks {
  readonly #parts: { readonly address: number; readonly bytes: Uint8Array }[] = [];
  #end: number;

  /** The first block starts at `start`. */
  constructor(start: number) {
    this.#end = start;
  }

  /** The address of the next block, which is the end of the file so far. */
  get end(): number {
    return this.#end;
  }

  /** Appends `bytes`, which are not copied before `join`, and returns their address. */
  add(bytes: Uint8Array): number {
    const address = this.#end;
    this.#parts.push({ address, bytes });
    this.#end += padded(bytes.length);
    return address;
  }

  /** The whole file, with `head` at its start. */
  join(head: Uint8Array): Uint8Array {
    const file = new Uint8Array(this.#end);
    file.set(head);
    for (const { address, bytes } of this.#parts) file.set(bytes, address);
    return file;
  }
}
