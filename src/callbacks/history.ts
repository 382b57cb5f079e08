/** @file History: what `fit` returns (Keras' `callbacks/history.py`). */

import { Callback } from './callback.ts';

/** Losses and metrics, epoch by epoch. */
export class History extends Callback {
  /** One list a name, one number an epoch: `history.loss`, `history.accuracy`, `history.val_loss`, … */
  readonly history: Record<string, number[]> = {};
  /** The epochs that were done, counted from 0. */
  epoch: number[] = [];

  override onTrainBegin(): void {
    this.epoch = [];
  }

  override onEpochEnd(epoch: number, logs: Record<string, number>): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      this.history[name] ??= [];
      this.history[name].push(value);
    }
  }
}
