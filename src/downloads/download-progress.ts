/** @file A line about a download that takes long. */

import { isNode } from '../base/environment.ts';

const FIRST_AFTER_MS = 1500;
const NEXT_AFTER_MS = 500;

function standardError(): ProgressOutput | undefined {
  return isNode() ? process.stderr : undefined;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** Where progress is written, such as `process.stderr`. */
interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/**
 * Tells how far a download is, once it has taken longer than a moment: at a terminal in one line that changes, else in
 * two lines, when it is found to be long and when it is done.
 */
export class DownloadProgress {
  readonly #url: string;
  readonly #output: ProgressOutput | undefined;
  readonly #start = performance.now();
  #next = this.#start + FIRST_AFTER_MS;
  #shown = false;

  /** @param output Standard error unless given; nothing in browsers, which show downloads themselves. */
  constructor(url: string, output: ProgressOutput | undefined = standardError()) {
    this.#url = url;
    this.#output = output;
  }

  /** `received` bytes are there, of `total` where the server says so. */
  update(received: number, total: number | undefined): void {
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + NEXT_AFTER_MS;
    if (this.#shown && !this.#output?.isTTY) return;
    this.#shown = true;
    const share = total === undefined ? '' : ` of ${megabytes(total)}`;
    this.#write(
      `Downloading ${this.#url}: ${megabytes(received)}${share}, ${this.#speed(received, now)}`,
      '',
    );
  }

  end(received: number): void {
    if (this.#shown)
      this.#write(
        `Downloaded ${this.#url}: ${megabytes(received)}, ${this.#speed(received, performance.now())}`,
        '\n',
      );
  }

  #speed(received: number, now: number): string {
    return `${megabytes((received / (now - this.#start)) * 1000)}/s`;
  }

  #write(text: string, end: string): void {
    this.#output?.write(this.#output.isTTY ? `\r${text}\u001b[K${end}` : `${text}\n`);
  }
}
