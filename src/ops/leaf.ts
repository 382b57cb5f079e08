/** @file Leaves of the graph: what a step is given from outside. */

import type { DType } from '../base/dtype.ts';
import { InternalError, ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sizeOf } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { LeafSource, Op } from '../graph/op.ts';
import type { Variable } from '../graph/variable.ts';

function defineLeaf<A extends { readonly shape: Shape }>(name: string, source: LeafSource): Op<A> {
  return {
    name,
    infer: (_inputs, { shape }) => shape,
    gradient: 'none',
    reference() {
      throw new InternalError(`${name} is a leaf: its numbers come from outside.`);
    },
    lowering: { kind: 'leaf', source },
  };
}

export const placeholderOp: Op<{ shape: Shape }> = defineLeaf('placeholder', 'feed');
export const bytePlaceholderOp: Op<{ shape: Shape }> = {
  ...placeholderOp,
  name: 'bytePlaceholder',
  lowering: { kind: 'leaf', source: 'feed', bytes: true },
};
export const variableOp: Op<{ shape: Shape; variable: Variable }> = defineLeaf('variable', 'variable');
export const constantOp: Op<{ shape: Shape; values: readonly number[] }> = {
  ...defineLeaf('constant', 'constant'),
  reference: (_inputs, { values }) => Float64Array.from(values),
};
export const inverseBatchSizeOp: Op<{ shape: Shape }> = defineLeaf('inverseBatchSize', 'inverseBatchSize');
export const sampleIndexOp: Op<{ shape: Shape }> = defineLeaf('sampleIndex', 'sampleIndex');

/** The type in which numbers of a Tensor are fed. */
export function feedTypeOf(dtype: DType): FeedType {
  return dtype === 'uint8' || dtype === 'bool' ? 'uint8' : 'float32';
}

/** Types of fed numbers: floats, or bytes, which are whole numbers from 0 to 255. */
export type FeedType = 'float32' | 'uint8';

/**
 * A value fed before each run. A first extent of `null` is the batch. Bytes are fed as bytes and are floats to the ops
 * that read them. Throws InternalError for bytes that are no batch.
 */
export function placeholder(options: { shape: Shape; name: string; dtype?: FeedType }): Node {
  const { shape, name, dtype = 'float32' } = options;
  if (dtype === 'float32') return apply(placeholderOp, [], { shape }, name);
  if (!isBatched(shape))
    throw new InternalError(`'${name}' of shape ${formatShape(shape)} is no batch of bytes.`);
  return apply(bytePlaceholderOp, [], { shape }, name);
}

/** The numbers of a variable as they are when the step starts. */
export function variableNode(variable: Variable): Node {
  const known = variableNodes.get(variable);
  if (known !== undefined) return known;
  const node = apply(variableOp, [], { shape: variable.shape, variable }, variable.name);
  variableNodes.set(variable, node);
  return node;
}

const variableNodes = new WeakMap<Variable, Node>();

/** A number, or numbers of a given shape, known when the step is built. */
export function constant(value: number | { values: readonly number[]; shape: readonly number[] }): Node {
  const { values, shape } = typeof value === 'number' ? { values: [value], shape: [] } : value;
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError(`A constant of shape ${formatShape(shape)} received ${values.length} numbers.`);
  }
  return apply(constantOp, [], { values, shape });
}

/** The scalar 1/N for a run on N samples. */
export function inverseBatchSize(): Node {
  return apply(inverseBatchSizeOp, [], { shape: [] });
}

/** Each sample's place in the batch: 0 … N-1, shape [null]. */
export function sampleIndex(): Node {
  return apply(sampleIndexOp, [], { shape: [null] });
}
