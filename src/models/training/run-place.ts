/** @file Where a step runs: on the engine's threads, or at once on the caller's, where waking others would take as long. */

/** A run that takes no longer may hold the caller's thread. */
const QUICK_MS = 0.15;
/** A run on threads that took no longer, waking them included, may be quick at once: that is tried. */
const TRIAL_MS = 1;
/** How much quicker than a quick run it must be among others in a series, which share the time of waking threads. */
const QUICK_IN_SERIES = 4;
/** Slow runs that end a trial: the first ones find their memory in other cores' caches. */
const STRIKES = 4;
/** Calls of threads after a trial that failed; twice as many after the next one. */
const FIRST_REST = 8;

/** Learns from the time that runs of one step took. */
export class RunPlace {
  /** Samples of a run that is supposed to be quick at once, and of the largest that was. */
  #supposed = 0;
  #proven = 0;
  #strikes = 0;
  /** Samples of the last slow run. */
  #struck = 0;
  #rest = 0;
  #nextRest = FIRST_REST;
  #quickRuns = 0;

  /** Whether to run so many samples on the caller's thread. */
  isAtOnce(samples: number): boolean {
    return samples <= this.#supposed;
  }

  /** Notes what a run at once took. */
  tookAtOnce(samples: number, milliseconds: number): void {
    if (milliseconds <= QUICK_MS) {
      this.#proven = Math.max(this.#proven, samples);
      // Small runs say nothing of larger ones.
      if (samples >= this.#struck) this.#strikes = 0;
      if (++this.#quickRuns >= this.#nextRest) this.#nextRest = FIRST_REST;
      return;
    }
    this.#struck = samples;
    this.#strikes = milliseconds > TRIAL_MS && samples > this.#proven ? STRIKES : this.#strikes + 1;
    if (this.#strikes < STRIKES) return;
    this.#strikes = 0;
    this.#supposed = Math.min(this.#supposed, samples - 1);
    this.#proven = Math.min(this.#proven, this.#supposed);
    this.#rest = this.#nextRest;
    this.#nextRest *= 2;
    this.#quickRuns = 0;
  }

  /** Notes what each of `runs` runs in a series took on threads. */
  tookOnThreads(samples: number, milliseconds: number, runs: number): void {
    if (this.#rest > 0) this.#rest--;
    else if (milliseconds <= (runs === 1 ? TRIAL_MS : QUICK_MS / QUICK_IN_SERIES)) {
      this.#supposed = Math.max(this.#supposed, samples);
    }
  }
}
