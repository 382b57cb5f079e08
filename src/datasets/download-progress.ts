/** @file A line about a download that takes long. */

import { isNode } from '../base/environment.ts';

const FIRST_AFTER_MS = 1500;
const NEXT_AFTER_MS = 500;

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/**
 * Tells on standard error how far a download is, once it has taken longer than a moment: at a terminal in one line that
 * changes, else in two, at its first and its last sign of life. Browsers show downloads themselves.
 */
export class DownloadProgress {
  readonly #url: string;
  readonly #total: number | undefined;
  #next = performance.now() + FIRST_AFTER_MS;
  #shown = false;

  /** @param total Bytes to come, if the server says so. */
  constructor(url: string, total: number | undefined) {
    this.#url = url;
    this.#total = total;
  }

  update(received: number): void {
    if (!isNode() || performance.now() < this.#next) return;
    this.#next += NEXT_AFTER_MS;
    if (this.#shown && !process.stderr.isTTY) return;
    this.#shown = true;
    const share = this.#total === undefined ? '' : ` of ${megabytes(this.#total)}`;
    this.#write(`Downloading ${this.#url}: ${megabytes(received)}${share}`, '');
  }

  end(received: number): void {
    if (this.#shown) this.#write(`Downloaded ${this.#url}: ${megabytes(received)}`, '\n');
  }

  #write(text: string, end: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r${text}\u001b[K${end}` : `${text}\n`);
  }
}
