/**
 * @file Watching one number of the logs: whether larger or smaller is better, and whether it has improved (Keras'
 * `monitor_callback.py`).
 */

import { ValueError } from '../base/errors.ts';
import { oneOf, text } from '../options/kinds.ts';
import type { CallbackModel } from './callback.ts';

/** Options of callbacks that watch a number. */
export const MONITOR = {
  /** Key in the logs. Default 'val_loss'. */
  monitor: text('val_loss'),
  /** Whether smaller ('min') or larger ('max') is better; 'auto' asks the metric. Default 'auto'. */
  mode: oneOf('auto', 'min', 'max'),
};

/** Compares values of one number. */
export class Monitor {
  readonly name: string;
  readonly #who: string;
  readonly #mode: 'auto' | 'min' | 'max';
  readonly #minDelta: number;
  #direction: 'up' | 'down' | null = null;

  constructor(
    who: string,
    options: { readonly monitor: string; readonly mode: 'auto' | 'min' | 'max'; readonly minDelta?: number },
  ) {
    this.#who = who;
    this.name = options.monitor;
    this.#mode = options.mode;
    this.#minDelta = Math.abs(options.minDelta ?? 0);
  }

  /** Finds out whether larger or smaller is better. Throws ValueError when that is not known. */
  resolve(model: CallbackModel): void {
    if (this.#mode !== 'auto') {
      this.#direction = this.#mode === 'min' ? 'down' : 'up';
      return;
    }
    const metric = this.name.replace(/^val_/, '');
    this.#direction = metric === 'loss' ? 'down' : (model.metricDirections.get(metric) ?? null);
    if (this.#direction !== null) return;
    throw new ValueError(
      `${this.#who} callback received monitor=${this.name}, but it cannot be determined automatically whether that metric ` +
        "should be maximized or minimized. Pass `mode: 'max'` in order to monitor based on the highest metric value, or " +
        "pass `mode: 'min'` in order to use the lowest value.",
    );
  }

  /** Whether `value` is better than `reference` by more than the least change; anything is better than null. */
  improves(value: number, reference: number | null): boolean {
    if (reference === null) return true;
    return this.#direction === 'up' ? value - this.#minDelta > reference : value + this.#minDelta < reference;
  }
}
