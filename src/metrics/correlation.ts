/** @file Correlations of labels and predictions (Keras' `correlation_metrics.py`; Pearson 1895, Lin 1989). */

import { ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { align } from '../losses/align.ts';
import { innerAxis } from '../losses/axis.ts';
import { EPSILON } from '../losses/loss.ts';
import { add, constant, div, maximum, mean, mul, sqrt, square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { axis } from '../options/kinds.ts';
import { MeanMetric } from './mean.ts';

/** Means, variances and covariance of labels and predictions along an axis. */
interface Moments {
  readonly means: readonly [Node, Node];
  readonly variances: readonly [Node, Node];
  readonly covariance: Node;
}

/** The common part of both. */
abstract class Correlation extends withOptions(MeanMetric, {
  /** The axis of the numbers that are correlated. Default -1. */
  axis: axis(-1),
}) {
  override readonly direction = 'up';

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, 'Give one number per output of the model.');
    const along = innerAxis(this.name, aligned.yPred, this.axis);
    if (aligned.yPred.shape[along]! < 2) {
      throw new ShapeError(
        `${this.name}: predictions ${formatShape(aligned.yPred.shape)} have one number along axis ${this.axis}, and a ` +
          'correlation needs several.',
      );
    }
    const over = (x: Node, keepDims = false) => mean(x, { axes: [along], keepDims });
    const centred = (x: Node) => sub(x, over(x, true));
    const [labels, predictions] = [centred(aligned.yTrue), centred(aligned.yPred)];
    return this.correlate({
      means: [over(aligned.yTrue), over(aligned.yPred)],
      variances: [over(square(labels)), over(square(predictions))],
      covariance: over(mul(labels, predictions)),
    });
  }

  protected abstract correlate(moments: Moments): Node;
}

/** Covariance ÷ both standard deviations, from -1 to 1; 0 where labels or predictions are all equal. */
export class PearsonCorrelation extends Correlation {
  static override readonly className = 'PearsonCorrelation';

  protected override correlate({ variances: [a, b], covariance }: Moments): Node {
    // Without spread the covariance is 0 too.
    const spread = (variance: Node) => sqrt(maximum(variance, constant(1e-30)));
    return div(covariance, mul(spread(a), spread(b)));
  }
}

/** 2 · covariance ÷ (both variances + the squared difference of the means): 1 only where predictions are the labels. */
export class ConcordanceCorrelation extends Correlation {
  static override readonly className = 'ConcordanceCorrelation';

  protected override correlate({ means, variances: [a, b], covariance }: Moments): Node {
    const apart = add(add(a, b), square(sub(means[0], means[1])));
    return div(mul(covariance, constant(2)), add(apart, constant(EPSILON)));
  }
}

/** How far predictions rise and fall with the labels. */
export const pearsonCorrelation = factory(PearsonCorrelation);
/** How far predictions are the labels, in their size too. */
export const concordanceCorrelation = factory(ConcordanceCorrelation);
