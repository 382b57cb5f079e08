/** @file Calls a run's callbacks one after the other, awaiting each. */

import type { CallbackLike, CallbackModel, CallbackParams } from './callback.ts';
import {
  type CallbackEvents,
  type Event,
  eventMethod,
  type GivenCallbacks,
  listOf,
} from './given-callbacks.ts';
import { History } from './history.ts';
import { ProgbarLogger } from './progbar-logger.ts';

/** The callbacks of one run, the user's first, then the history, then the progress bar. */
export class CallbackList {
  readonly #callbacks: readonly CallbackLike[];
  /** The history among them; null for runs other than `fit`. */
  readonly history: History | null;

  /** Throws ValueError for a callback that is no object with at least one of the methods. */
  constructor(options: {
    readonly callbacks: GivenCallbacks;
    readonly model: CallbackModel;
    readonly params: CallbackParams;
    readonly history: boolean;
  }) {
    const { model, params } = options;
    const callbacks = listOf(options.callbacks);
    let history: History | null = callbacks.find((callback) => callback instanceof History) ?? null;
    if (options.history && history === null) {
      history = new History();
      callbacks.push(history);
    }
    if (params.verbose !== 0 && !callbacks.some((callback) => callback instanceof ProgbarLogger)) {
      callbacks.push(new ProgbarLogger());
    }
    this.history = options.history ? history : null;
    this.#callbacks = callbacks;
    for (const callback of callbacks) {
      callback.setModel?.(model);
      callback.setParams?.(params);
    }
  }

  /** Calls `event` of all callbacks that have it, in order. */
  async call<K extends Event>(event: K, ...args: Parameters<CallbackEvents[K]>): Promise<void> {
    for (const callback of this.#callbacks) {
      const own = eventMethod(callback, event) as
        | ((...args: Parameters<CallbackEvents[K]>) => void | Promise<void>)
        | undefined;
      if (own === undefined) continue;
      const result = own.apply(callback, args);
      if (result instanceof Promise) await result;
    }
  }
}

const BATCH_EVENTS = {
  train: ['onTrainBatchBegin', 'onTrainBatchEnd'],
  test: ['onTestBatchBegin', 'onTestBatchEnd'],
  predict: ['onPredictBatchBegin', 'onPredictBatchEnd'],
} as const;

/** Whether one of the callbacks may act on single batches. */
export function actsOnBatches(given: GivenCallbacks, mode: keyof typeof BATCH_EVENTS): boolean {
  return listOf(given).some(
    (callback) =>
      callback.onlyWatches !== true &&
      BATCH_EVENTS[mode].some((event) => eventMethod(callback, event) !== undefined),
  );
}
