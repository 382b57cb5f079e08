/** @file Ctrl-C during training: the first asks for a clean stop, the second ends the process at once. */

import type { CallbackLike, CallbackModel } from '../callbacks/callback.ts';
import { say } from './output.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Exit code of a process ended by SIGINT, as shells report it. */
const EXIT_ON_SIGINT = 130;

/** Watches for Ctrl-C from `start` to `stop`; give `callback` to `fit`. */
export class InterruptWatch {
  #asked = false;
  #model: CallbackModel | undefined;

  readonly #onSignal = (): void => {
    if (this.#asked) process.exit(EXIT_ON_SIGINT);
    this.#asked = true;
    this.#stopTraining();
    say('\nStopping. Press Ctrl-C again to quit at once, without saving.');
  };

  /** Ends `fit` soon after the user asked for it. */
  readonly callback: CallbackLike = {
    setModel: (model) => {
      this.#model = model;
    },
    // `fit` resets `stopTraining` when it begins, so it is set again then.
    onEpochBegin: () => {
      if (this.#asked) this.#stopTraining();
    },
  };

  /** True once the user asked to stop. */
  get asked(): boolean {
    return this.#asked;
  }

  #stopTraining(): void {
    if (this.#model !== undefined) this.#model.stopTraining = true;
  }

  start(): void {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  stop(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}
