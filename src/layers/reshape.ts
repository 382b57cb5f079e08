/** @file Reshape: each sample's numbers under another shape. */

import type { Config } from '../base/config.ts';
import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape, type Shape, sampleShape, sampleSize, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { reshape } from '../ops/index.ts';
import { Layer, type LayerOptions } from './layer.ts';

export interface ReshapeOptions extends LayerOptions {
  /** The new shape of one sample; one extent may be -1 and is computed. */
  readonly targetShape: readonly number[];
}

/** [batch, …] → [batch, …targetShape]. */
export class Reshape extends Layer {
  static override readonly className = 'Reshape';
  readonly targetShape: readonly number[];

  /** Throws ValueError for a target shape that is not a list of whole numbers from 1 up with at most one -1. */
  constructor(options: ReshapeOptions) {
    super(options, ['targetShape']);
    const { targetShape } = options;
    const valid =
      Array.isArray(targetShape) &&
      targetShape.every((dim) => Number.isSafeInteger(dim) && (dim > 0 || dim === -1)) &&
      targetShape.filter((dim) => dim === -1).length <= 1;
    if (!valid) {
      throw new ValueError(
        'The `targetShape` argument must be a list of whole numbers from 1 up, of which one may be -1. ' +
          `Received: targetShape=${describeValue(targetShape)}.`,
      );
    }
    this.targetShape = [...targetShape];
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    const size = sampleSize(input!);
    const known = sizeOf(this.targetShape.filter((dim) => dim !== -1));
    const fits = this.targetShape.includes(-1) ? size % known === 0 : size === known;
    if (!fits) {
      throw new ShapeError(
        `The total size of the tensor must be unchanged. Received: inputShape=${formatShape(sampleShape(input!))} ` +
          `(${size} numbers), targetShape=${formatShape(this.targetShape)} in layer '${this.name}'.`,
      );
    }
    return [input![0]!, ...this.targetShape.map((dim) => (dim === -1 ? size / known : dim))];
  }

  override call([x]: readonly Node[]): Node {
    return reshape(x!, this.computeOutputShape([x!.shape]));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), target_shape: this.targetShape };
  }
}
