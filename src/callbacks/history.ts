/** @file History: what `fit` returns (Keras' `callbacks/history.py`). */

import type { StateValue } from '../base/state-value.ts';
import { Callback } from './callback.ts';

type HistoryState = {
  readonly epoch: readonly number[];
  readonly history: { readonly [name: string]: readonly number[] };
};

/** Losses and metrics, epoch by epoch. */
export class History extends Callback {
  /** A list for each name, with one number for each epoch: `history.loss`, `history.accuracy`, `history.val_loss`, … */
  readonly history: Record<string, number[]> = {};
  /** The epochs that were done, counted from 0. */
  epoch: number[] = [];
  /**
   * For each epoch of this run, the seconds of training in which the engine had nothing to do because the next batch was
   * not there yet. When they are more than a small part of an epoch, use more workers, `cache()` or `prefetch()`. They are
   * no part of the state, which is the same for runs of any speed.
   */
  dataWait: number[] = [];

  override getState(): HistoryState {
    const entries = Object.entries(this.history).map(([name, values]) => [name, [...values]] as const);
    return { epoch: [...this.epoch], history: Object.fromEntries(entries) };
  }

  override setState(state: StateValue): void {
    const { epoch, history } = state as HistoryState;
    this.epoch = [...epoch];
    for (const name of Object.keys(this.history)) delete this.history[name];
    for (const [name, values] of Object.entries(history)) this.history[name] = [...values];
  }

  override onTrainBegin(): void {
    this.epoch = [];
    this.dataWait = [];
  }

  override onEpochEnd(epoch: number, logs: Record<string, number>): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }
}
