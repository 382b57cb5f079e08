/** @file ActivityRegularization: a price on values inside of a model (Keras' `activity_regularization.py`). */

import { ValueError } from '../../base/errors.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import { Option } from '../../options/option.ts';
import { l1l2 } from '../../regularizers/index.ts';
import type { Regularizer } from '../../regularizers/regularizer.ts';
import { Layer } from '../layer.ts';

/** The price that every layer can have, made from the layer's own factors. */
function priceOfFactors(): Option<Regularizer, never, false> {
  return new Option<Regularizer, never, false>({
    expected: 'only l1 and l2',
    read() {
      throw new ValueError('ActivityRegularization: give l1 and l2 in the place of activityRegularizer.');
    },
    fallback: ({ l1, l2 }) => l1l2({ l1: l1 as number | undefined, l2: l2 as number | undefined }),
    inConfig: 'never',
  });
}

/** The input as it is; l1 · Σ|x| + l2 · Σx², as a mean over the samples, is added to the loss. */
export class ActivityRegularization extends withOptions(Layer, {
  /** Factor of Σ|x|. Default 0. */
  l1: number(0, { atLeast: 0 }),
  /** Factor of Σx². Default 0. */
  l2: number(0, { atLeast: 0 }),
  activityRegularizer: priceOfFactors(),
}) {
  static override readonly className = 'ActivityRegularization';

  override call([x]: readonly Node[]): Node {
    return x!;
  }
}

/** A price on the numbers that pass. */
export const activityRegularization = factory(ActivityRegularization);
