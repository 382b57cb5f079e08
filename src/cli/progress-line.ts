/** @file A line of progress on standard error: drawn anew on a terminal, printed now and then elsewhere. */

import type { TextOutput } from '../callbacks/text-output.ts';

const DRAW_MILLISECONDS = 100;
const PRINT_MILLISECONDS = 5000;

/** Shows how much of some work is done. */
export class ProgressLine {
  readonly #output: TextOutput;
  #title = '';
  #start = 0;
  #lastShown = 0;
  #width = 0;

  constructor(output: TextOutput) {
    this.#output = output;
  }

  /** `done` of `total` under a title. A new title, and the last of `total`, are shown at once. */
  show(title: string, done: number, total: number): void {
    const now = performance.now();
    const isNew = title !== this.#title;
    if (isNew) {
      this.#title = title;
      this.#start = now;
    }
    const interval = this.#output.isTTY ? DRAW_MILLISECONDS : PRINT_MILLISECONDS;
    const finished = done === total && total > 0;
    if (!isNew && !finished && now - this.#lastShown < interval) return;
    this.#lastShown = now;
    this.#write(`${title}${total === 0 ? ' …' : ` ${this.#count(done, total, now)}`}`);
  }

  #count(done: number, total: number, now: number): string {
    const counted = `${done.toLocaleString('en-US')}/${total.toLocaleString('en-US')}`;
    const seconds = (now - this.#start) / 1000;
    if (done === 0 || seconds < 1) return counted;
    const rate = done / seconds;
    const left = done < total ? `, ${Math.ceil((total - done) / rate)} s left` : '';
    return `${counted} (${rate.toFixed(rate < 10 ? 1 : 0)} a second${left})`;
  }

  #write(text: string): void {
    if (!this.#output.isTTY) {
      this.#output.write(`${text}\n`);
      return;
    }
    this.#output.write(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  /** Leaves the line free for other text. */
  end(): void {
    if (this.#output.isTTY && this.#width > 0) this.#output.write(`\r${' '.repeat(this.#width)}\r`);
    this.#width = 0;
  }
}
