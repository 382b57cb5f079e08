/** @file RMSNormalization (Zhang & Sennrich 2019, arXiv 1910.07467; Keras' `rms_normalization.py`). */

import { UnsupportedError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { formatShape, type Shape, sizeOf } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import type { Variable } from '../../graph/variable.ts';
import { normalizeBlocks } from '../../ops/block-normalization.ts';
import { variableNode } from '../../ops/leaf.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import { Layer } from '../layer.ts';
import { areLast, normalizedAxes, ownAxes } from './axes-last.ts';

/** x / sqrt(mean(x²) + epsilon) · scale, the mean over the last axes of each sample; the shape stays. */
export class RMSNormalization extends withOptions(Layer, {
  /** The axes over which numbers are normalized, one or a list: only the last ones. Default [-1]. */
  axis: normalizedAxes(),
  /** Added to the mean of the squares. Default 0.000001. */
  epsilon: number(1e-6, { atLeast: 0 }),
}) {
  static override readonly className = 'RMSNormalization';
  #scale!: Variable;

  override call([x]: readonly Node[]): Node {
    const count = this.axis.length;
    const blocks = { rows: sizeOf(x!.shape.slice(1, -count)), pixels: 1, groups: 1, width: this.#scale.size };
    const gamma = variableNode(this.#scale);
    return normalizeBlocks(x!, { blocks, epsilon: this.epsilon, centered: false, gamma });
  }

  /** Throws ShapeError for axes that the input does not have, UnsupportedError unless they are the last ones. */
  protected override createWeights([input]: readonly Shape[]): void {
    const axes = ownAxes(this, input!, this.axis);
    if (!areLast(axes, input!.length)) {
      throw new UnsupportedError(
        `Layer '${this.name}' (RMSNormalization): axis=${describeValue(this.axis)} of an input ${formatShape(input!)} is ` +
          'not supported, only the last axes. Use the layer between two permute layers.',
      );
    }
    const shape = axes.map((axis) => input![axis]!);
    this.inputSpec = { axes: Object.fromEntries(this.axis.map((axis) => [axis, input!.at(axis)!])) };
    this.#scale = this.addWeight({ name: 'scale', shape, initializer: 'ones' });
  }
}

/** Each sample's numbers divided by the root of the mean of their squares, then scaled. */
export const rmsNormalization = factory(RMSNormalization);
