/** @file Calls a run's callbacks one after the other, awaiting each. */

import { ValueError } from '../base/errors.ts';
import {
  Callback,
  type CallbackLike,
  type CallbackMethods,
  type CallbackModel,
  type CallbackParams,
} from './callback.ts';
import { History } from './history.ts';
import { ProgbarLogger } from './progbar-logger.ts';

type Events = {
  [K in keyof CallbackMethods as K extends `on${string}` ? K : never]: CallbackMethods[K];
};

const METHODS = [
  ['setModel', 'setParams', 'onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd'],
  ['onTrainBatchBegin', 'onTrainBatchEnd', 'onTestBegin', 'onTestEnd', 'onTestBatchBegin', 'onTestBatchEnd'],
  ['onPredictBegin', 'onPredictEnd', 'onPredictBatchBegin', 'onPredictBatchEnd'],
].flat();

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

  /** Calls `method` of all callbacks that have it, in order. */
  async call<K extends keyof Events>(method: K, ...args: Parameters<Events[K]>): Promise<void> {
    for (const callback of this.#callbacks) {
      const own = callback[method] as ((...args: Parameters<Events[K]>) => void | Promise<void>) | undefined;
      if (own === undefined) continue;
      const result = own.apply(callback, args);
      if (result instanceof Promise) await result;
    }
  }
}

type GivenCallbacks = CallbackLike | readonly CallbackLike[] | null | undefined;

/** Throws ValueError for what is no callback. */
function listOf(given: GivenCallbacks): CallbackLike[] {
  const callbacks: CallbackLike[] = Array.isArray(given) ? [...given] : [given ?? []].flat();
  callbacks.forEach(checkCallback);
  return callbacks;
}

const BATCH_EVENTS = {
  train: ['onTrainBatchBegin', 'onTrainBatchEnd'],
  test: ['onTestBatchBegin', 'onTestBatchEnd'],
  predict: ['onPredictBatchBegin', 'onPredictBatchEnd'],
} as const;

/** Whether one of the callbacks may act on single batches; the progress bar only shows them. */
export function actsOnBatches(given: GivenCallbacks, mode: keyof typeof BATCH_EVENTS): boolean {
  const events = BATCH_EVENTS[mode];
  const idle = [Callback.prototype, ProgbarLogger.prototype];
  return listOf(given).some((callback) =>
    events.some(
      (event) =>
        callback[event] !== undefined && !idle.some((prototype) => callback[event] === prototype[event]),
    ),
  );
}

function checkCallback(callback: unknown): void {
  const known = typeof callback === 'object' && callback !== null && METHODS.some((name) => name in callback);
  if (!known) {
    throw new ValueError(
      `callbacks: expected objects with methods such as onEpochEnd(epoch, logs), received ${String(callback)}. ` +
        `The methods are ${METHODS.join(', ')}.`,
    );
  }
}
