/** @file LambdaCallback: a callback from functions (Keras' `lambda_callback.py`). */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { Callback, type CallbackMethods } from './callback.ts';

/** The functions a lambda callback may have: every method of `Callback` that begins with `on`. */
export type LambdaCallbackOptions = Partial<Pick<CallbackMethods, keyof CallbackMethods & `on${string}`>>;

/** Calls the given functions. */
export class LambdaCallback extends Callback {
  /** Throws ValueError for a name that no method has and for what is no function. */
  constructor(functions: LambdaCallbackOptions) {
    super();
    const names = Object.getOwnPropertyNames(Callback.prototype).filter((name) => name.startsWith('on'));
    checkOptionNames('LambdaCallback', functions, names);
    for (const [name, value] of Object.entries(functions)) {
      if (typeof value === 'function') continue;
      throw new ValueError(`LambdaCallback: ${name} must be a function, received ${describeValue(value)}.`);
    }
    Object.assign(this, functions);
  }
}
