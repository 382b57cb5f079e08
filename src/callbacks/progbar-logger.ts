/** @file ProgbarLogger: shows epochs, a progress bar and metrics (Keras' `callbacks/progbar_logger.py`). */

import type { StateValue } from '../base/state-value.ts';
import { Callback, type CallbackParams, type Logs } from './callback.ts';
import { type Clock, ProgressBar } from './progress-bar.ts';
import { standardOutput, type TextOutput } from './text-output.ts';

export interface ProgbarLoggerOptions {
  /** Where to write. Default: standard output. */
  readonly output?: TextOutput;
  /** Seconds since some moment; for tests. */
  readonly clock?: Clock;
}

/** Batches in an epoch, which are counted in the first one where the data does not say; null until then. */
type ProgressState = { readonly target: number | null };

/**
 * Shows how far `fit`, `evaluate` or `predict` is. They add one when `verbose` is not 0; adding one of your own chooses
 * the stream. `verbose: 'auto'` is the bar (1) on a terminal and a line an epoch (2) elsewhere, so that log files stay
 * readable.
 */
export class ProgbarLogger extends Callback {
  override readonly onlyWatches: boolean = true;
  readonly #output: TextOutput;
  readonly #clock: Clock;
  #verbose: 0 | 1 | 2 = 1;
  #epochs = 1;
  #target: number | null = null;
  #seen = 0;
  #bar: ProgressBar | null = null;
  // Validation inside of fit is silent.
  #insideFit = false;

  constructor(options: ProgbarLoggerOptions = {}) {
    super();
    this.#output = options.output ?? standardOutput();
    this.#clock = options.clock ?? (() => performance.now() / 1000);
  }

  override setParams(params: CallbackParams): void {
    super.setParams(params);
    const { verbose } = params;
    this.#verbose = verbose === 'auto' ? (this.#output.isTTY ? 1 : 2) : verbose;
    this.#epochs = params.epochs;
    this.#target = params.steps;
  }

  override getState(): ProgressState {
    return { target: this.#target };
  }

  override setState(state: StateValue): void {
    this.#target = (state as ProgressState).target;
    if (this.#bar !== null) this.#bar.target = this.#target;
  }

  override onTrainBegin(): void {
    this.#insideFit = true;
  }

  override onTrainEnd(): void {
    this.#insideFit = false;
  }

  override onEpochBegin(epoch: number): void {
    this.#begin();
    if (this.#verbose !== 0 && this.#epochs > 1) this.#output.write(`Epoch ${epoch + 1}/${this.#epochs}\n`);
  }

  override onTestBegin(): void {
    if (!this.#insideFit) this.#begin();
  }

  override onPredictBegin(): void {
    this.#begin();
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#update(batch, logs);
  }

  override onTestBatchEnd(batch: number, logs: Logs): void {
    if (!this.#insideFit) this.#update(batch, logs);
  }

  override onPredictBatchEnd(batch: number): void {
    this.#update(batch, {});
  }

  override onEpochEnd(_epoch: number, logs: Record<string, number>): void {
    this.#finish(logs);
  }

  override onTestEnd(logs: Logs = {}): void {
    if (!this.#insideFit) this.#finish(logs);
  }

  override onPredictEnd(): void {
    this.#finish({});
  }

  #begin(): void {
    this.#seen = 0;
    this.#bar = new ProgressBar({
      target: this.#target,
      verbose: this.#verbose,
      output: this.#output,
      clock: this.#clock,
    });
  }

  #update(batch: number, logs: Logs): void {
    this.#seen = batch + 1;
    if (this.#verbose === 1) this.#bar?.update(this.#seen, logs, false);
  }

  #finish(logs: Logs): void {
    const bar = this.#bar;
    if (bar === null) return;
    this.#target ??= this.#seen;
    bar.target = this.#target;
    bar.update(this.#target, logs, true);
  }
}
