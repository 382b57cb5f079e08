/** @file SwapEMAWeights: evaluates with the running means of the weights (Keras' `swap_ema_weights.py`). */

import { ValueError } from '../base/errors.ts';
import type { StateValue } from '../base/state-value.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { flag } from '../options/kinds.ts';
import { Callback, type CallbackOptimizer } from './callback.ts';
import { optimizerOf } from './learning-rate.ts';

/**
 * Puts the optimizer's running means in the weights' place while `evaluate`, `predict` and the validation of `fit` go on,
 * and the weights back afterwards. For an optimizer with `useEma: true`; throws ValueError for others.
 */
export class SwapEMAWeights extends withOptions(Callback, {
  /**
   * Whether the means stay in the weights' place from the end of an epoch to the beginning of the next, so that
   * `modelCheckpoint` after this callback saves them. Default false.
   */
  swapOnEpoch: flag(false),
}) {
  static override readonly className = 'SwapEMAWeights';

  override getState(): boolean {
    return this.#optimizer.averagesSwapped;
  }

  override setState(state: StateValue): void {
    this.#optimizer.averagesSwapped = state as boolean;
  }

  override onEpochBegin(): void {
    this.#swap(false);
  }

  override onEpochEnd(): void {
    if (this.swapOnEpoch) this.#swap(true);
  }

  override onTestBegin(): void {
    this.#swap(true);
  }

  override onTestEnd(): void {
    this.#swap(false);
  }

  override onPredictBegin(): void {
    this.#swap(true);
  }

  override onPredictEnd(): void {
    this.#swap(false);
  }

  get #optimizer(): CallbackOptimizer {
    const optimizer = optimizerOf(this.className, this.model);
    if (optimizer.useEma) return optimizer;
    throw new ValueError(
      'SwapEMAWeights must be used when `useEma: true` is set on the optimizer. Received: useEma=false',
    );
  }

  #swap(wanted: boolean): void {
    const optimizer = this.#optimizer;
    if (optimizer.averagesSwapped !== wanted) optimizer.swapAverages();
  }
}

/** Evaluates with the running means of the weights. */
export const swapEMAWeights = factory(SwapEMAWeights);
