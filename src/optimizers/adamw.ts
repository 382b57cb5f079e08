/** @file AdamW (Loshchilov & Hutter 2017; Keras' `adamw.py`): Adam with weight decay. */

import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { Adam } from './adam.ts';

/** Adam that also takes a part off every weight in each step. */
export class AdamW extends withOptions(Adam, {
  /** Each step also takes this part, times the learning rate, off every weight. Default 0.004. */
  weightDecay: number(0.004, { atLeast: 0 }),
}) {
  static override readonly className = 'AdamW';
}

/** Adam with weight decay. */
export const adamW = factory(AdamW);
