/** @file The body of an answer as far as it has come, over several connections. */

import { isNode } from '../base/environment.ts';
import { FoveaError } from '../base/errors.ts';

/** An answer that another attempt may make good. */
export class PassingError extends FoveaError {}

/** Statuses that say "later". */
const PASSING_STATUS = [408, 425, 429];

/** A whole number in a header; undefined where there is none. */
function numberIn(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The parts that have arrived, and what is needed to ask for the rest. */
export class ReceivedBody {
  #parts: Uint8Array[] = [];
  #received = 0;
  #total: number | undefined;
  /** What tells this version of the file from others; null where the server does not say. */
  #version: string | null = null;
  #resumable = false;

  /** Bytes so far. */
  get received(): number {
    return this.#received;
  }

  /** Bytes of the whole, where they are known. */
  get total(): number | undefined {
    return this.#total;
  }

  /** Headers that ask for the rest, or for the whole where nothing has come. */
  get headers(): Record<string, string> {
    // A packed answer would have other lengths than the file.
    const headers: Record<string, string> = isNode() ? { 'accept-encoding': 'identity' } : {};
    if (this.#received === 0 || !this.#resumable) return headers;
    headers.range = `bytes=${this.#received}-`;
    // Browsers would ask the server for leave first.
    if (this.#version !== null && isNode()) headers['if-range'] = this.#version;
    return headers;
  }

  /** Takes note of an answer: it begins the body, or goes on with it. Throws FoveaError where it is none of that. */
  begin(response: Response): void {
    const { status, statusText, headers } = response;
    if (status === 206 && this.#received > 0) {
      this.#continue(headers.get('content-range'));
      return;
    }
    if (status === 416) {
      this.#clear();
      throw new PassingError('the server has another file than before');
    }
    if (!response.ok) {
      const Class = status >= 500 || PASSING_STATUS.includes(status) ? PassingError : FoveaError;
      throw new Class(`the server answered ${status} ${statusText}`.trim());
    }
    this.#clear();
    // Of a file that `fetch` unpacks itself, the length is that of the packed one.
    const packed = headers.get('content-encoding') !== null;
    this.#total = packed ? undefined : numberIn(headers.get('content-length'));
    this.#resumable = !packed && headers.get('accept-ranges') !== 'none';
    const tag = headers.get('etag');
    this.#version = tag?.startsWith('"') ? tag : headers.get('last-modified');
  }

  #continue(range: string | null): void {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range ?? '') ?? [];
    const whole = numberIn(total);
    const known = this.#total;
    if (
      numberIn(start) === this.#received &&
      (known === undefined || whole === undefined || whole === known)
    ) {
      this.#total ??= whole;
      return;
    }
    this.#clear();
    throw new PassingError(`the server went on with other bytes (${range ?? 'no Content-Range'})`);
  }

  add(part: Uint8Array): void {
    this.#parts.push(part);
    this.#received += part.length;
  }

  /** The whole, and nothing is kept. Throws PassingError when some is missing or there is too much. */
  finish(): Uint8Array {
    const total = this.#total;
    if (total !== undefined && this.#received < total) {
      throw new PassingError(`the connection was cut after ${this.#received} of ${total} bytes`);
    }
    if (total !== undefined && this.#received > total) {
      const received = this.#received;
      this.#clear();
      throw new PassingError(`the server sent ${received} bytes and said ${total}`);
    }
    const bytes = new Uint8Array(this.#received);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#clear();
    return bytes;
  }

  #clear(): void {
    this.#parts = [];
    this.#received = 0;
    this.#total = undefined;
    this.#version = null;
    this.#resumable = false;
  }
}
