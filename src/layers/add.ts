/** @file Add: the sum of several inputs, as in residual connections. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add as addNodes } from '../ops/index.ts';
import { factory } from '../options/configurable.ts';
import type { InputSpec } from './input-spec.ts';
import { Layer } from './layer.ts';

/** Two or more values of one shape (extents of 1 are repeated) → their sum. */
export class Add extends Layer {
  static override readonly className = 'Add';
  protected override inputSpec: InputSpec = { inputs: 'many' };

  /** Throws ShapeError when the inputs do not have one shape. */
  override call(inputs: readonly Node[]): Node {
    return inputs.reduce((sum, x) => {
      this.#checkShapes(sum.shape, x.shape);
      return addNodes(sum, x);
    });
  }

  #checkShapes(a: Shape, b: Shape): void {
    if (a.length === b.length && a.every((dim, i) => dim === b[i] || dim === 1 || b[i] === 1)) return;
    throw new ShapeError(
      `Inputs of layer '${this.name}' have incompatible shapes. ` +
        `Received shapes ${formatShape(a)} and ${formatShape(b)}; they must be equal, or 1 where they differ.`,
    );
  }
}

/** The sum of several inputs. */
export const add = factory(Add);
