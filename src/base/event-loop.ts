/** @file Gives the event loop time between pieces of work. */

const BREAK_MILLISECONDS = 12;

/** Lets timers, input and drawing run, if they have not run for some time. */
export class EventLoopBreaks {
  #last = performance.now();

  /** Resolves at once, or after the event loop has gone round. */
  async pause(): Promise<void> {
    if (performance.now() - this.#last < BREAK_MILLISECONDS) return;
    await new Promise<void>((resolve) => {
      if (typeof setImmediate === 'function') setImmediate(resolve);
      else setTimeout(resolve, 0);
    });
    this.#last = performance.now();
  }
}
