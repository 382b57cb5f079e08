/** @file Shared forms of ops: element-wise ones with broadcasting, and the shape rules they use. */

import { ShapeError } from '../base/errors.ts';
import { type Dim, formatShape, type Shape, sizeOf } from '../base/shape.ts';
import type { ElementwiseLowering, GradientRule, Op, ReferenceTensor } from '../graph/op.ts';

/**
 * Throws ShapeError unless a shape has a last axis of known extent. A scalar has no axis, and the extent of the batch
 * is not known.
 */
export function checkLastAxis(name: string, shape: Shape): void {
  if (typeof shape.at(-1) === 'number') return;
  throw new ShapeError(`${name} needs an axis beside the batch's, received shape ${formatShape(shape)}.`);
}

/** NumPy's broadcasting with an unknown batch: extents match from the right, 1 stretches. */
export function broadcastShapes(name: string, shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let result: Dim = 1;
    for (const shape of shapes) {
      const dim = shape[axis - (rank - shape.length)];
      if (dim === undefined || dim === 1 || dim === result) continue;
      if (result !== 1) {
        throw new ShapeError(
          `${name}: shapes ${shapes.map(formatShape).join(' and ')} do not fit together. ` +
            'Extents must be equal, or 1, counted from the last one.',
        );
      }
      result = dim;
    }
    return result;
  });
}

/** Steps through an input's data for every element of a (broadcast) result. */
export function broadcastIndices(input: readonly number[], result: readonly number[]): Int32Array {
  const size = sizeOf(result);
  const indices = new Int32Array(size);
  let stride = 1;
  let repeat = 1;
  for (let axis = result.length - 1; axis >= 0; axis--) {
    const dim = result[axis]!;
    const inputDim = input[axis - (result.length - input.length)] ?? 1;
    if (inputDim !== 1) {
      for (let i = 0; i < size; i++) indices[i]! += (Math.floor(i / repeat) % dim) * stride;
      stride *= inputDim;
    }
    repeat *= dim;
  }
  return indices;
}

interface ElementwiseDefinition<A> {
  readonly name: string;
  /** The result of one element, in float64. */
  value(args: readonly number[], attrs: A): number;
  readonly emit: ElementwiseLowering<A>['emit'];
  /** Gradients of the inputs; where an input was broadcast, the reverse walk sums them back to its shape. */
  readonly gradient: 'none' | GradientRule<A>;
}

/** An op that computes each result element from the matching elements of its (broadcast) inputs. */
export function defineElementwise<A>(
  definition: ElementwiseDefinition<A>,
): Op<A> & { readonly lowering: ElementwiseLowering<A> } {
  const { name, value, emit, gradient } = definition;
  return {
    name,
    infer: (inputs) => broadcastShapes(name, inputs),
    gradient,
    reference(inputs: readonly ReferenceTensor[], attrs: A, shape: readonly number[]) {
      const indices = inputs.map((input) => broadcastIndices(input.shape, shape));
      const dst = new Float64Array(sizeOf(shape));
      const args = new Array<number>(inputs.length);
      for (let i = 0; i < dst.length; i++) {
        for (let j = 0; j < inputs.length; j++) args[j] = inputs[j]!.data[indices[j]![i]!]!;
        dst[i] = value(args, attrs);
      }
      return dst;
    },
    lowering: { kind: 'elementwise', emit },
  };
}
