/** @file EarlyStopping: ends training when a number stops getting better (Keras' `early_stopping.py`). */

import type { StateValue } from '../base/state-value.ts';
import { Tensor } from '../base/tensor.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, flag, number } from '../options/kinds.ts';
import { Callback } from './callback.ts';
import { MONITOR, Monitor } from './monitor.ts';
import { textOutput } from './text-output.ts';

type EarlyStoppingState = {
  readonly wait: number;
  readonly best: number | null;
  readonly bestEpoch: number;
  readonly bestWeights:
    | readonly { readonly shape: readonly number[]; readonly values: Float32Array }[]
    | null;
  readonly stoppedEpoch: number;
};

/** Sets `model.stopTraining` after `patience` epochs in which the number watched did not improve. */
export class EarlyStopping extends withOptions(Callback, {
  ...MONITOR,
  /** Smaller changes do not count as an improvement. Default 0. */
  minDelta: number(0),
  /** Epochs without improvement after which training ends. Default 0. */
  patience: count(0, { least: 0 }),
  /** 1 says when it acts. Default 0. */
  verbose: count(0, { least: 0 }),
  /** A value that the number must be better than, too. Default null: none. */
  baseline: number(null),
  /** Whether the weights of the best epoch are put back at the end. Default false. */
  restoreBestWeights: flag(false),
  /** Epochs at the start that do not count. Default 0. */
  startFromEpoch: count(0, { least: 0 }),
  /** Where to write. Default: standard output. */
  output: textOutput(),
}) {
  static override readonly className = 'EarlyStopping';
  readonly #monitor = new Monitor(this.className, this);
  #wait = 0;
  #best: number | null = null;
  #bestEpoch = 0;
  #bestWeights: Tensor[] | null = null;
  #stoppedEpoch = 0;

  /** The epoch in which this callback ended training, counted from 0; 0 when it did not. */
  get stoppedEpoch(): number {
    return this.#stoppedEpoch;
  }

  /** The best value so far; null before the first. */
  get best(): number | null {
    return this.#best;
  }

  /** The epoch of the best value, counted from 0. */
  get bestEpoch(): number {
    return this.#bestEpoch;
  }

  override onTrainBegin(): void {
    this.#wait = 0;
    this.#stoppedEpoch = 0;
    this.#best = null;
    this.#bestWeights = null;
    this.#bestEpoch = 0;
  }

  override getState(): EarlyStoppingState {
    const bestWeights = this.#bestWeights?.map(({ shape, data }) => ({
      shape,
      values: Float32Array.from(data),
    }));
    return {
      wait: this.#wait,
      best: this.#best,
      bestEpoch: this.#bestEpoch,
      bestWeights: bestWeights ?? null,
      stoppedEpoch: this.#stoppedEpoch,
    };
  }

  override setState(state: StateValue): void {
    const { wait, best, bestEpoch, bestWeights, stoppedEpoch } = state as EarlyStoppingState;
    this.#wait = wait;
    this.#best = best;
    this.#bestEpoch = bestEpoch;
    this.#bestWeights =
      bestWeights?.map(({ shape, values }) => new Tensor(shape, 'float32', values.slice())) ?? null;
    this.#stoppedEpoch = stoppedEpoch;
  }

  override onEpochEnd(epoch: number, logs: Record<string, number>): void {
    this.#monitor.resolve(this.model);
    const current = this.#read(logs);
    if (current === null || epoch < this.startFromEpoch) return;
    if (this.restoreBestWeights && this.#bestWeights === null) this.#keep(epoch);
    this.#wait++;
    if (this.#monitor.improves(current, this.#best)) {
      this.#best = current;
      this.#bestEpoch = epoch;
      if (this.restoreBestWeights) this.#keep(epoch);
      if (this.baseline === null || this.#monitor.improves(current, this.baseline)) this.#wait = 0;
      return;
    }
    if (this.#wait >= this.patience && epoch > 0) {
      this.#stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    if (this.#stoppedEpoch > 0) this.#say(`Epoch ${this.#stoppedEpoch + 1}: early stopping\n`);
    if (this.#bestWeights === null) return;
    this.#say(`Restoring model weights from the end of the best epoch: ${this.#bestEpoch + 1}.\n`);
    this.model.setWeights(this.#bestWeights);
  }

  #keep(epoch: number): void {
    this.#bestWeights = this.model.getWeights();
    this.#bestEpoch = epoch;
  }

  #read(logs: Record<string, number>): number | null {
    const value = logs[this.#monitor.name];
    if (value !== undefined) return value;
    console.warn(
      `Early stopping conditioned on metric \`${this.#monitor.name}\` which is not available. ` +
        `Available metrics are: ${Object.keys(logs).join(',')}`,
    );
    return null;
  }

  #say(text: string): void {
    if (this.verbose > 0) this.output.write(text);
  }
}

/** Ends training when a number stops getting better. */
export const earlyStopping = factory(EarlyStopping);
