/** @file Where a step runs: on the engine's threads, or at once on the caller's, where waking others would take as long. */

/** A run that takes no longer may hold the caller's thread. */
const QUICK_MS = 0.15;
/** A run on threads that took no longer, waking them included, may be quick at once: that is tried. */
const TRIAL_MS = 1;
/** How much quicker than a quick run it must be among others in a row, which share the time of waking threads. */
const QUICK_IN_ROW = 4;
/** Runs in turn that must not have been quick to end a trial: the first ones find their memory in other cores' caches. */
const STRIKES = 4;
/** Runs on threads after a trial that failed; twice as many after the next one. */
const FIRST_REST = 8;

/** Learns from the time that runs of one step took. */
export class RunPlace {
  /** Samples of a run that is known, or supposed, to be quick. */
  #quickSamples = 0;
  #strikes = 0;
  #rest = 0;
  #nextRest = FIRST_REST;

  /** Whether to run so many samples on the caller's thread. */
  isAtOnce(samples: number): boolean {
    return samples <= this.#quickSamples;
  }

  /** Notes what a run at once took. */
  tookAtOnce(samples: number, milliseconds: number): void {
    if (milliseconds <= QUICK_MS) {
      this.#strikes = 0;
      return;
    }
    this.#strikes = milliseconds > TRIAL_MS ? STRIKES : this.#strikes + 1;
    if (this.#strikes < STRIKES) return;
    this.#strikes = 0;
    this.#quickSamples = Math.min(this.#quickSamples, samples - 1);
    this.#rest = this.#nextRest;
    this.#nextRest *= 2;
  }

  /** Notes what each of `runs` runs in a row took on threads. */
  tookOnThreads(samples: number, milliseconds: number, runs: number): void {
    if (this.#rest > 0) this.#rest--;
    else if (milliseconds <= (runs === 1 ? TRIAL_MS : QUICK_MS / QUICK_IN_ROW)) {
      this.#quickSamples = Math.max(this.#quickSamples, samples);
    }
  }
}
