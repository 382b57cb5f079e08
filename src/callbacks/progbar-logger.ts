/** @file ProgbarLogger: shows epochs, a progress bar and metrics (Keras' `callbacks/progbar_logger.py`). */

import type { StateValue } from '../base/state-value.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { callable } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import { Callback, type CallbackParams, type Logs } from './callback.ts';
import { type Clock, ProgressBar } from './progress-bar.ts';
import { textOutput } from './text-output.ts';

/** Batches in an epoch. Where the data does not have a length, they are counted in the first epoch; null until then. */
type ProgressState = { readonly target: number | null };

function clock(): Option<Clock, Clock, false> {
  // Has a parameter because the default cannot be written as text in the reference.
  const fallback = (_values: unknown) => () => performance.now() / 1000;
  return new Option<Clock, Clock, false>({ ...callable<Clock>().definition, fallback });
}

/**
 * Shows the progress of `fit`, `evaluate` or `predict`. They add one when `verbose` is not 0; add your own to choose
 * the stream. `verbose: 'auto'` is the bar (1) on a terminal and a line for each epoch (2) elsewhere, so that log files
 * stay readable.
 */
export class ProgbarLogger extends withOptions(Callback, {
  /** Where to write. Default: standard output. */
  output: textOutput(),
  /** A clock: seconds since any fixed moment; for tests. Default: the clock of the machine. */
  clock: clock(),
}) {
  static override readonly className = 'ProgbarLogger';
  override readonly onlyWatches: boolean = true;
  #verbose: 0 | 1 | 2 = 1;
  #epochs = 1;
  #target: number | null = null;
  #seen = 0;
  #bar: ProgressBar | null = null;
  // Validation inside of fit prints nothing.
  #insideFit = false;

  override setParams(params: CallbackParams): void {
    super.setParams(params);
    const { verbose } = params;
    this.#verbose = verbose === 'auto' ? (this.output.isTTY ? 1 : 2) : verbose;
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
    if (this.#verbose !== 0 && this.#epochs > 1) this.output.write(`Epoch ${epoch + 1}/${this.#epochs}\n`);
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
      output: this.output,
      clock: this.clock,
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

/** The progress bar, on a stream of your choice. */
export const progbarLogger = factory(ProgbarLogger);
