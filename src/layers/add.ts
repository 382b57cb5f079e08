/** @file Add: the sum of several inputs, as in residual connections. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add } from '../ops/index.ts';
import type { InputSpec } from './input-spec.ts';
import { Layer, type LayerOptions } from './layer.ts';

/** Two or more values of one shape (extents of 1 are repeated) → their sum. */
export class Add extends Layer {
  static override readonly className = 'Add';
  protected override inputSpec: InputSpec = { inputs: 'many' };

  constructor(options: LayerOptions = {}) {
    super(options);
  }

  override computeOutputShape(inputs: readonly Shape[]): Shape {
    return inputs.reduce((sum, shape) => {
      const fits =
        sum.length === shape.length && sum.every((dim, i) => dim === shape[i] || dim === 1 || shape[i] === 1);
      if (!fits) {
        throw new ShapeError(
          `Inputs of layer '${this.name}' have incompatible shapes. ` +
            `Received shapes ${formatShape(sum)} and ${formatShape(shape)}; they must be equal, or 1 where they differ.`,
        );
      }
      return sum.map((dim, i) => (dim === 1 ? shape[i]! : dim));
    });
  }

  override call(inputs: readonly Node[]): Node {
    return inputs.reduce((sum, x) => add(sum, x));
  }

  protected override createWeights(inputs: readonly Shape[]): void {
    this.computeOutputShape(inputs);
  }
}
