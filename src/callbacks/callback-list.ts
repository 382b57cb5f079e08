/** @file Calls a run's callbacks one after the other, awaiting each. */

import { ValueError } from '../base/errors.ts';
import type { StateValue } from '../base/state-value.ts';
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

/** The states of the callbacks that have one, in order. */
export type CallbackStates = readonly { readonly callback: string; readonly state: StateValue }[];

/** The callbacks of one run: the user's first, then the history, then the progress bar, then those that run last. */
export class CallbackList {
  readonly #callbacks: readonly CallbackLike[];
  /** The history, which is one of them; null for runs other than `fit`. */
  readonly history: History | null;

  /** Throws ValueError unless each callback is an object with at least one of the methods. */
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
    this.#callbacks = [
      ...callbacks.filter((each) => !each.runsLast),
      ...callbacks.filter((each) => each.runsLast),
    ];
    for (const callback of callbacks) {
      callback.setModel?.(model);
      callback.setParams?.(params);
    }
  }

  /** What the callbacks remember. */
  getState(): CallbackStates {
    return this.#remembering().map((callback) => ({
      callback: nameOf(callback),
      state: callback.getState!(),
    }));
  }

  /** Makes the callbacks go on from a state. Throws ValueError when it is of other callbacks. */
  setState(states: CallbackStates): void {
    const callbacks = this.#remembering();
    const [own, given] = [callbacks.map(nameOf).join(', '), states.map((each) => each.callback).join(', ')];
    if (own !== given) {
      throw new ValueError(
        `The training state has callbacks [${given}] with a state of their own, but this run has [${own}]. ` +
          'Go on with the same callbacks in the same order.',
      );
    }
    callbacks.forEach((callback, i) => {
      callback.setState!(states[i]!.state);
    });
  }

  #remembering(): CallbackLike[] {
    return this.#callbacks.filter(
      ({ getState, setState }) => getState !== undefined && setState !== undefined,
    );
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

function nameOf(callback: CallbackLike): string {
  return callback.constructor.name;
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
