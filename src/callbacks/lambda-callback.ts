/** @file LambdaCallback: a callback from functions (Keras' `lambda_callback.py`). */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { Callback } from './callback.ts';
import { type CallbackEvents, EVENTS } from './given-callbacks.ts';

/** The functions a lambda callback may have: one for each event. */
export type LambdaCallbackOptions = Partial<CallbackEvents>;

/** Calls the given functions. */
export class LambdaCallback extends Callback {
  static override readonly className = 'LambdaCallback';

  /** Throws ValueError for a name that no method has, and for a value that is not a function. */
  constructor(functions: LambdaCallbackOptions) {
    super();
    checkOptionNames('LambdaCallback', functions, EVENTS);
    for (const [name, value] of Object.entries(functions)) {
      if (typeof value === 'function') continue;
      throw new ValueError(`LambdaCallback: ${name} must be a function, received ${describeValue(value)}.`);
    }
    Object.assign(this, functions);
  }
}

/** Calls functions: `lambdaCallback({ onEpochEnd: (epoch, logs) => … })`. */
export const lambdaCallback = (functions: LambdaCallbackOptions): LambdaCallback =>
  new LambdaCallback(functions);
