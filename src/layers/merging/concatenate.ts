/** @file Concatenate: inputs joined along an axis (Keras' `concatenate.py`). */

import { ShapeError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { ownAxis } from '../../ops/axis-blocks.ts';
import { concatenate as concatenateNodes } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { axis } from '../../options/kinds.ts';
import type { InputSpec } from '../input-spec.ts';
import { Layer } from '../layer.ts';

/** Two or more inputs that are equal but for one axis → one, whose extent along it is the sum of theirs. */
export class Concatenate extends withOptions(Layer, {
  /** The axis to join along, not the batch's. Default -1. */
  axis: axis(-1).formerly('concat_axis'),
}) {
  static override readonly className = 'Concatenate';
  protected override inputSpec: InputSpec = { inputs: 'many' };

  /** Throws ShapeError when the inputs do not fit together, for the axis of the batch, and what is no axis. */
  override call(inputs: readonly Node[]): Node {
    const [first] = inputs as readonly [Node, ...Node[]];
    const along = ownAxis(`Layer '${this.name}' (Concatenate)`, first.shape, this.axis);
    const fits = ({ shape }: Node) =>
      shape.length === first.shape.length && shape.every((dim, i) => i === along || dim === first.shape[i]);
    if (!inputs.every(fits)) {
      throw new ShapeError(
        `Layer '${this.name}' (Concatenate) requires inputs with matching shapes except for the concatenation axis, ${along}. ` +
          `Received ${inputs.map(({ shape }) => formatShape(shape)).join(', ')}. Bring them to one size first, by cropping, padding ` +
          'or resizing.',
      );
    }
    return concatenateNodes(inputs, along);
  }
}

/** Several inputs joined along an axis. */
export const concatenate = factory(Concatenate);
