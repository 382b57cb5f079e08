/** @file Gives the event loop time between pieces of work. */

const BREAK_MILLISECONDS = 12;

/** Lets timers, input and drawing run, if they have not run for some time. */
export class EventLoopBreaks {
  readonly #milliseconds: number;
  #last = performance.now();

  /** @param milliseconds How long the event loop may wait. */
  constructor(milliseconds = BREAK_MILLISECONDS) {
    this.#milliseconds = milliseconds;
  }

  /** Resolves at once, or after the event loop has gone round. */
  async pause(): Promise<void> {
    if (performance.now() - this.#last < this.#milliseconds) return;
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === 'function') setImmediate(resolve);
      else setTimeout(resolve, 0);
    });
    this.#last = performance.now();
  }
}
