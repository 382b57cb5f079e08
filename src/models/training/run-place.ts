/**
 * @file Where a step runs: on the engine's threads, or at once on the caller's thread when waking threads would take as
 * long as the step.
 */

/** A run on the caller's thread is quick when it takes at most this long. */
const QUICK_MS = 0.15;
/** When a run on threads took at most this long (waking them included), the caller's thread is tried. */
const TRIAL_MS = 1;
/** In a series, runs share the time of waking threads, so there a run must be this many times faster to be tried. */
const QUICK_IN_SERIES = 4;
/**
 * After this many slow runs the trial ends. The first runs may be slow because their memory is in other cores' caches.
 */
const STRIKES = 4;
/** Runs on threads after a failed trial, before the next trial; twice as many after each further failure. */
const FIRST_REST = 8;

/** Learns from the time that runs of one step took. */
export class RunPlace {
  /**
   * Samples up to which a run on the caller's thread is expected to be quick, and of the largest run that was quick.
   */
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

  /** Notes how long a run on the caller's thread took. */
  tookAtOnce(samples: number, milliseconds: number): void {
    if (milliseconds <= QUICK_MS) {
      this.#proven = Math.max(this.#proven, samples);
      // A quick run tells nothing about runs with more samples.
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

  /** Notes how long each of `runs` runs of a series took on threads. */
  tookOnThreads(samples: number, milliseconds: number, runs: number): void {
    if (this.#rest > 0) this.#rest--;
    else if (milliseconds <= (runs === 1 ? TRIAL_MS : QUICK_MS / QUICK_IN_SERIES)) {
      this.#supposed = Math.max(this.#supposed, samples);
    }
  }
}
