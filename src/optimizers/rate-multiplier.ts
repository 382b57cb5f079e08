/** @file Learning rates by variable: each rule and its weight decay get the rate times the variable's factor. */

import type { Node } from '../graph/node.ts';
import { replaceNodes } from '../graph/replace.ts';
import type { Transform } from './transform.ts';

/**
 * Computes the updates of variables with a factor from other scalars.
 *
 * @param scalarsFor The step's scalars, and for each the one for a learning rate times `factor`.
 */
export function rateMultiplier(scalarsFor: (factor: number) => ReadonlyMap<Node, Node>): Transform {
  return {
    around: (step) => (drafts) =>
      drafts.flatMap((draft) => {
        const updates = step([draft]);
        const { rateMultiplier: factor = 1, weight, gradient } = draft;
        if (factor === 1) return updates;
        // What weight and gradient are computed from stays as it is.
        const replacements = new Map([...scalarsFor(factor), [weight, weight], [gradient, gradient]]);
        const replaced = replaceNodes(
          updates.map(({ value }) => value),
          replacements,
        );
        return updates.map(({ variable, value }) => ({ variable, value: replaced(value) }));
      }),
  };
}
