/** @file Losses between distributions: Kullback-Leibler divergence and the Poisson loss (Keras' `losses.py`). */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add, clip, constant, div, log, mul, sub, sum } from '../ops/index.ts';
import { factory } from '../options/configurable.ts';
import { align, checkSameShape } from './align.ts';
import { EPSILON, Loss } from './loss.ts';
import { MeanLoss } from './regression.ts';

const HINT = 'Give one probability per output of the model.';

/** Σ label · log(label ÷ prediction) over the last axis; both are probabilities, kept in [1e-7, 1]. */
export class KLDivergence extends Loss {
  static override readonly className = 'KLDivergence';

  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, HINT);
    const labels = clip(aligned.yTrue, EPSILON, 1);
    const values = mul(labels, log(div(labels, clip(aligned.yPred, EPSILON, 1))));
    return values.shape.length < 2 ? values : sum(values, { axes: [-1] });
  }
}

/** Mean of prediction - label · log(prediction + 1e-7): the predictions are mean counts, above 0. */
export class Poisson extends MeanLoss {
  static override readonly className = 'Poisson';

  protected override measure(label: Node, prediction: Node): Node {
    return sub(prediction, mul(label, log(add(prediction, constant(EPSILON)))));
  }
}

/** How far predicted probabilities are from the labels' (Kullback & Leibler 1951). */
export const klDivergence = factory(KLDivergence);
/** For counts: how unlikely they are where the predictions are their means. */
export const poisson = factory(Poisson);
