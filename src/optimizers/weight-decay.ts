/** @file Weight decay apart from the gradient, before the rule (Loshchilov & Hutter 2017; Keras' `base_optimizer.py`). */

import type { Node } from '../graph/node.ts';
import { constant, mul, sub } from '../ops/index.ts';
import type { Transform } from './transform.ts';

/** Subtracts `decay` · rate · weight from every weight; null leaves the rule as it is. */
export function weightDecay(decay: number | null, rate: Node): Transform | null {
  if (decay === null) return null;
  const decayed = (weight: Node) => sub(weight, mul(mul(weight, constant(decay)), rate));
  return {
    around: (step) => (drafts) => step(drafts.map((draft) => ({ ...draft, weight: decayed(draft.weight) }))),
  };
}
