/** @file ActivityRegularization: a price on values inside of a model (Keras' `activity_regularization.py`). */

import { ValueError } from '../../base/errors.ts';
import type { Node } from '../../graph/node.ts';
import { mul } from '../../ops/index.ts';
import { inverseBatchSize } from '../../ops/leaf.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import { l1l2 } from '../../regularizers/index.ts';
import { type CallContext, Layer } from '../layer.ts';

/** The input as it is; l1 · Σ|x| + l2 · Σx², as a mean over the samples, is added to the loss. */
export class ActivityRegularization extends withOptions(Layer, {
  /** Factor of Σ|x|. Default 0. */
  l1: number(0, { atLeast: 0 }),
  /** Factor of Σx². Default 0. */
  l2: number(0, { atLeast: 0 }),
}) {
  static override readonly className = 'ActivityRegularization';

  override call([x]: readonly Node[], context: CallContext): Node {
    const { l1, l2 } = this;
    context.addLoss(mul(l1l2({ l1, l2 }).call(x!), inverseBatchSize()));
    return x!;
  }

  protected override checkOptions(): void {
    if (this.activityRegularizer === null) return;
    throw new ValueError('ActivityRegularization: give l1 and l2 in the place of activityRegularizer.');
  }
}

/** A price on the numbers that pass. */
export const activityRegularization = factory(ActivityRegularization);
