/** @file Merge: the base of layers that make one value of several (Keras' `base_merge.py`). */

import { ShapeError } from '../../base/errors.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { reshape } from '../../ops/index.ts';
import type { InputSpec } from '../input-spec.ts';
import { type CallContext, Layer } from '../layer.ts';

/** Two or more values of one shape → one. Extents of 1 are repeated, and missing axes are added after the batch's. */
export abstract class Merge extends Layer {
  protected override inputSpec: InputSpec = { inputs: 'many' };

  /** Throws ShapeError when the inputs do not fit together. */
  override call(inputs: readonly Node[], _context?: CallContext): Node {
    inputs.reduce((shape: Shape, x) => this.#merged(shape, x.shape), inputs[0]!.shape);
    const rank = Math.max(...inputs.map((x) => x.shape.length));
    const missing = (x: Node) => Array.from({ length: rank - x.shape.length }, () => 1);
    return this.merge(
      inputs.map((x) =>
        x.shape.length === rank ? x : reshape(x, [x.shape[0]!, ...missing(x), ...x.shape.slice(1)]),
      ),
    );
  }

  /** One value from inputs of one rank. */
  protected abstract merge(inputs: readonly Node[]): Node;

  /** The shape of an element-wise result. */
  #merged(a: Shape, b: Shape): Shape {
    const [long, short] = a.length < b.length ? [b, a] : [a, b];
    const from = long.length - short.length;
    return long.map((dim, i) => {
      const other = i === 0 ? dim : i <= from ? 1 : short[i - from]!;
      if (dim === other || other === 1) return dim;
      if (dim === 1) return other;
      throw new ShapeError(
        `Inputs of layer '${this.name}' have incompatible shapes. ` +
          `Received shapes ${formatShape(a)} and ${formatShape(b)}; they must be equal, or 1 where they differ.`,
      );
    });
  }
}
