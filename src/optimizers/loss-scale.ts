/** @file Scaling of the loss, so that small gradients do not become 0 on their way (Micikevicius et al. 2018; Keras' `base_optimizer.py`). */

import type { Node } from '../graph/node.ts';
import { constant, div, mul } from '../ops/index.ts';
import type { Transform } from './transform.ts';

/** The loss times `factor`; null leaves it as it is. */
export function scaledLoss(loss: Node, factor: number | null): Node {
  return factor === null ? loss : mul(loss, constant(factor));
}

/** Divides gradients of a scaled loss by `factor`; nothing without. */
export function unscaling(factor: number | null): Transform | null {
  if (factor === null) return null;
  const unscaled = (gradient: Node) => div(gradient, constant(factor));
  return {
    around: (step) => (drafts) =>
      step(drafts.map((draft) => ({ ...draft, gradient: unscaled(draft.gradient) }))),
  };
}
