/** @file Decoded images that are kept in memory, up to a limit. */

import { Tensor } from '../base/tensor.ts';

/**
 * Images by number. Their pixels are put into shared memory where there is such: V8 takes ordinary buffers into account when it decides
 * how soon to collect garbage, and with many of them that live on it collects more often than it need.
 */
export class KeptImages {
  readonly #limit: number;
  readonly #images = new Map<number, Tensor>();
  #bytes = 0;

  /** @param limit Bytes of pixels that are kept at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The image, which is not to be handed out as it is: see `inOwnMemory`. */
  get(index: number): Tensor | undefined {
    return this.#images.get(index);
  }

  /** Whether another image may be kept. */
  get hasRoom(): boolean {
    return this.#bytes < this.#limit;
  }

  /** Keeps the image if there is room. */
  add(index: number, image: Tensor): void {
    const { byteLength } = image.data;
    if (this.#bytes + byteLength > this.#limit || this.#images.has(index)) return;
    this.#images.set(index, inSharedMemory(image));
    this.#bytes += byteLength;
  }
}

/** The image in shared memory where there is such. */
export function inSharedMemory(image: Tensor): Tensor {
  const { shape, dtype, data } = image;
  // Browsers have none on most pages.
  if (typeof SharedArrayBuffer === 'undefined' || data.buffer instanceof SharedArrayBuffer) return image;
  const memory = new SharedArrayBuffer(data.byteLength);
  const shared = data instanceof Uint8Array ? new Uint8Array(memory) : new Float32Array(memory);
  shared.set(data);
  return new Tensor(shape, dtype, shared);
}

/** The image without shared memory, which users do not expect: messages share it where they copy or move other memory. */
export function inOwnMemory(image: Tensor): Tensor {
  if (image.data.buffer instanceof ArrayBuffer) return image;
  return new Tensor(image.shape, image.dtype, image.data.slice());
}
