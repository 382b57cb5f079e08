/** @file JobQueue: jobs done one after another. */

/** Starts each job when the one before it has ended, with or without an error. */
export class JobQueue {
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** True when all jobs added so far have ended; chores do not count. */
  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  /** The promise settles as the job's promise does. */
  add(job: () => Promise<void>): Promise<void> {
    this.#waiting++;
    const result = this.#tail.then(job).finally(() => {
      this.#waiting--;
    });
    this.#tail = result.catch(() => {});
    return result;
  }

  /** Does a chore in its turn: after the jobs added so far, before later ones. */
  addChore(chore: () => Promise<void>): void {
    this.#tail = this.#tail.then(chore).catch(() => {});
  }

  /** Calls `action` when all jobs added so far have ended: at once when there are none. */
  whenIdle(action: () => void): void {
    if (this.#waiting === 0) action();
    else {
      // An error of the action becomes an unhandled rejection; later jobs still run.
      const done = this.#tail.then(action);
      this.#tail = done.catch(() => {});
    }
  }
}
