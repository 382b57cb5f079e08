/** @file Constraints on norms: at most, exactly 1, within two bounds (Srivastava et al. 2014 for the first). */

import { ValueError } from '../base/errors.ts';
import type { Node } from '../graph/node.ts';
import { add, constant, div, maximum, minimum, mul } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { axes, fraction, number } from '../options/kinds.ts';
import { Constraint, EPSILON, norms } from './constraint.ts';

const AXIS = {
  /** Axes along which norms are taken: 0 for a dense kernel, [0, 1, 2] for a convolution's. Default [0]. */
  axis: axes([0]),
};

function scaleTo(weight: Node, current: Node, desired: Node): Node {
  return mul(weight, div(desired, add(constant(EPSILON), current)));
}

function between(value: Node, least: number, most: number): Node {
  return minimum(maximum(value, constant(least)), constant(most));
}

/** Weights whose norm is larger are scaled down to it. */
export class MaxNorm extends withOptions(Constraint, {
  /** The largest norm. Default 2. */
  maxValue: number(2, { atLeast: 0 }).formerly('m'),
  ...AXIS,
}) {
  static override readonly className = 'MaxNorm';

  override call(weight: Node): Node {
    const current = norms(weight, this.axis);
    return scaleTo(weight, current, between(current, 0, this.maxValue));
  }
}

/** Weights are scaled to a norm of 1. */
export class UnitNorm extends withOptions(Constraint, AXIS) {
  static override readonly className = 'UnitNorm';

  override call(weight: Node): Node {
    return div(weight, add(constant(EPSILON), norms(weight, this.axis)));
  }
}

/**
 * Weights are scaled so that their norms move between two bounds, at once or by a part of the way in each step. Throws
 * ValueError for bounds in the wrong order.
 */
export class MinMaxNorm extends withOptions(Constraint, {
  /** The smallest norm. Default 0. */
  minValue: number(0, { atLeast: 0 }),
  /** The largest norm. Default 1. */
  maxValue: number(1, { atLeast: 0 }),
  /** The part of the way to the bounds that each step goes. Default 1. */
  rate: fraction(1),
  ...AXIS,
}) {
  static override readonly className = 'MinMaxNorm';

  override call(weight: Node): Node {
    const { minValue, maxValue, rate } = this;
    const current = norms(weight, this.axis);
    const inside = mul(constant(rate), between(current, minValue, maxValue));
    return scaleTo(weight, current, add(inside, mul(constant(1 - rate), current)));
  }

  protected override checkOptions(): void {
    if (this.minValue <= this.maxValue) return;
    throw new ValueError(
      `MinMaxNorm: minValue must not exceed maxValue. Received: minValue=${this.minValue}, maxValue=${this.maxValue}.`,
    );
  }
}

/** Weights whose norm is larger are scaled down to it. */
export const maxNorm = factory(MaxNorm);
/** Weights are scaled to a norm of 1. */
export const unitNorm = factory(UnitNorm);
/** Weights are scaled so that their norms lie between two bounds. */
export const minMaxNorm = factory(MinMaxNorm);
