/** @file NonNeg: no weight below zero. */

import type { Node } from '../graph/node.ts';
import { constant, maximum } from '../ops/index.ts';
import { factory } from '../options/configurable.ts';
import { Constraint } from './constraint.ts';

/** max(w, 0). */
export class NonNeg extends Constraint {
  static override readonly className = 'NonNeg';

  override call(weight: Node): Node {
    return maximum(weight, constant(0));
  }
}

/** No weight below zero. */
export const nonNeg = factory(NonNeg);
