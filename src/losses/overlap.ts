/** @file Losses of the overlap of two areas, for segmentation: Dice (Milletari et al. 2016) and Tversky (Salehi et al. 2017). */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add, constant, div, mul, sub, sum } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { axes, number } from '../options/kinds.ts';
import { align, checkSameShape } from './align.ts';
import { EPSILON, Loss } from './loss.ts';

const HINT = 'Give one label, 0 or 1, per prediction; one-hot labels for classes.';

/** The common part of both. */
abstract class Overlap extends withOptions(Loss, {
  /**
   * Axes whose predictions are one area: [1, 2, 3] makes a value for each sample of images, [0, 1, 2] one for each class.
   * Default null: all, the batch's too.
   */
  axis: axes(null),
}) {
  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, HINT);
    const over = this.axis === null ? {} : { axes: this.axis };
    const share = this.share(aligned.yTrue, aligned.yPred, (values) => sum(values, over));
    return sub(constant(1), share);
  }

  /** How much of the areas is common to both, 0 to 1. `area` sums over an area. */
  protected abstract share(labels: Node, predictions: Node, area: (values: Node) => Node): Node;
}

/** 1 - 2 · Σ label · prediction ÷ (Σ label + Σ prediction + 1e-7). */
export class Dice extends Overlap {
  static override readonly className = 'Dice';

  protected override share(labels: Node, predictions: Node, area: (values: Node) => Node): Node {
    const both = add(add(area(labels), area(predictions)), constant(EPSILON));
    return div(mul(area(mul(labels, predictions)), constant(2)), both);
  }
}

/** 1 - hits ÷ (hits + alpha · Σ (1 - prediction) · label + beta · Σ prediction · (1 - label) + 1e-7), hits = Σ label · prediction. */
export class Tversky extends withOptions(Overlap, {
  /** How much labels count that are not found. Default 0.5. */
  alpha: number(0.5),
  /** How much predictions count that are no labels. Default 0.5. */
  beta: number(0.5),
}) {
  static override readonly className = 'Tversky';

  protected override share(labels: Node, predictions: Node, area: (values: Node) => Node): Node {
    const one = constant(1);
    const hits = area(mul(labels, predictions));
    const missed = mul(area(mul(sub(one, predictions), labels)), constant(this.alpha));
    const wrong = mul(area(mul(predictions, sub(one, labels))), constant(this.beta));
    return div(hits, add(add(add(hits, missed), wrong), constant(EPSILON)));
  }
}

/** For segmentation: how far the predicted area is from the labels', however small it is. */
export const dice = factory(Dice);
/** Dice with weights for what is missed and what is too much. */
export const tversky = factory(Tversky);
