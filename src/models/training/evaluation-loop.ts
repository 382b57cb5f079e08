/** @file The loop of `evaluate`, and of validation inside `fit`. */

import { EventLoopBreaks } from '../../base/event-loop.ts';
import type { CallbackList } from '../../callbacks/callback-list.ts';
import { passResults } from './batch-results.ts';
import type { BatchStream, PassState } from './batch-stream.ts';
import type { StepRunner } from './step-runner.ts';
import { Totals } from './totals.ts';

export interface EvaluationOptions {
  readonly runner: StepRunner;
  readonly stream: BatchStream;
  readonly callbacks: CallbackList;
  /** Batches at most; null for all. */
  readonly steps: number | null;
}

/** Passes over data that change nothing. */
export class EvaluationLoop {
  readonly #options: EvaluationOptions;

  constructor(options: EvaluationOptions) {
    this.#options = options;
  }

  /** The position of a generator, which goes on from one run to the next; null for other data. */
  getState(): PassState | null {
    return this.#options.stream.getState();
  }

  /** Goes on from a state. Throws ValueError when a generator ends before that position. */
  resume(state: PassState | null): Promise<void> {
    return this.#options.stream.resume(state);
  }

  /** Ends a pass over a generator that is under way. */
  close(): Promise<void> {
    return this.#options.stream.close();
  }

  /** Losses and metrics of the next pass. */
  async run(): Promise<Totals> {
    const { runner, stream, callbacks, steps } = this.#options;
    const totals = new Totals();
    const breaks = new EventLoopBreaks();
    let index = 0;
    await callbacks.call('onTestBegin');
    try {
      const results = passResults(runner, stream, steps, (i) => callbacks.call('onTestBatchBegin', i));
      for await (const { step, reported } of results) {
        totals.add(step.reported, reported);
        await callbacks.call('onTestBatchEnd', index++, totals.logs());
        await breaks.pause();
      }
    } finally {
      await stream.leave();
    }
    await callbacks.call('onTestEnd', totals.logs());
    return totals;
  }
}
