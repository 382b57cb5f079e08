/**
 * @file ReduceLROnPlateau: a smaller learning rate when a number stops getting better (Keras'
 * `reduce_lr_on_plateau.py`).
 */

import type { StateValue } from '../base/state-value.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, number, oneOf, text } from '../options/kinds.ts';
import { Callback } from './callback.ts';
import { optimizerOf } from './learning-rate.ts';
import { Monitor } from './monitor.ts';
import { formatFloat } from './number-format.ts';
import { textOutput } from './text-output.ts';

type PlateauState = { readonly best: number | null; readonly wait: number; readonly cooldown: number };

/**
 * Multiplies `optimizer.learningRate` by `factor` after `patience` epochs in which the number watched did not improve. The
 * logs get the rate of the epoch as `learning_rate`.
 */
export class ReduceLROnPlateau extends withOptions(Callback, {
  /** Key in the logs. Default 'val_loss'. */
  monitor: text('val_loss'),
  /** What the rate is multiplied by. Default 0.1. */
  factor: number(0.1, { atLeast: 0, below: 1 }),
  /** Epochs without improvement after which the rate falls. Default 10. */
  patience: count(10, { least: 0 }),
  /** 1 says when it acts. Default 0. */
  verbose: count(0, { least: 0 }),
  /** Whether smaller ('min') or larger ('max') is better; 'auto' asks the metric. Default 'auto'. */
  mode: oneOf('auto', 'min', 'max'),
  /** Smaller changes do not count as an improvement. Default 0.0001. */
  minDelta: number(1e-4),
  /** Epochs after a fall that do not count. Default 0. */
  cooldown: count(0, { least: 0 }),
  /** The rate does not fall below this. Default 0. */
  minLr: number(0, { atLeast: 0 }),
  /** Where to write. Default: standard output. */
  output: textOutput(),
}) {
  static override readonly className = 'ReduceLROnPlateau';
  readonly #monitor = new Monitor(this.className, this);
  #state: PlateauState = { best: null, wait: 0, cooldown: 0 };

  override onTrainBegin(): void {
    this.#state = { best: null, wait: 0, cooldown: 0 };
  }

  override getState(): PlateauState {
    return this.#state;
  }

  override setState(state: StateValue): void {
    this.#state = state as PlateauState;
  }

  override onEpochEnd(epoch: number, logs: Record<string, number>): void {
    this.#monitor.resolve(this.model);
    logs.learning_rate = optimizerOf(this.className, this.model).learningRate;
    const current = logs[this.monitor];
    if (current === undefined) {
      console.warn(
        `Learning rate reduction is conditioned on metric \`${this.monitor}\` which is not available. ` +
          `Available metrics are: ${Object.keys(logs).join(',')}.`,
      );
      return;
    }
    this.#state = this.#next(epoch, current);
  }

  #next(epoch: number, current: number): PlateauState {
    const { best } = this.#state;
    const cooldown = Math.max(0, this.#state.cooldown - 1);
    const wait = this.#state.cooldown > 0 ? 0 : this.#state.wait;
    if (this.#monitor.improves(current, best)) return { best: current, wait: 0, cooldown };
    if (cooldown > 0) return { best, wait, cooldown };
    const falls = wait + 1 >= this.patience && this.#reduce(epoch);
    return falls ? { best, wait: 0, cooldown: this.cooldown } : { best, wait: wait + 1, cooldown };
  }

  /** False when the rate is as small as it may be. */
  #reduce(epoch: number): boolean {
    const optimizer = optimizerOf(this.className, this.model);
    const old = optimizer.learningRate;
    if (old <= Math.fround(this.minLr)) return false;
    const rate = Math.max(old * this.factor, this.minLr);
    optimizer.learningRate = rate;
    if (this.verbose > 0) {
      const said = `ReduceLROnPlateau reducing learning rate to ${formatFloat(rate)}.`;
      this.output.write(`\nEpoch ${epoch + 1}: ${said}\n`);
    }
    return true;
  }
}

/** Makes the learning rate smaller when a number stops getting better. */
export const reduceLROnPlateau = factory(ReduceLROnPlateau);
