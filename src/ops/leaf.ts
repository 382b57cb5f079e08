/** @file Leaves of the graph: what a step is given from outside. */

import { InternalError, ShapeError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
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
export const variableOp: Op<{ shape: Shape; variable: Variable }> = defineLeaf('variable', 'variable');
export const constantOp: Op<{ shape: Shape; values: readonly number[] }> = {
  ...defineLeaf('constant', 'constant'),
  reference: (_inputs, { values }) => Float64Array.from(values),
};
export const inverseBatchSizeOp: Op<{ shape: Shape }> = defineLeaf('inverseBatchSize', 'inverseBatchSize');
export const sampleIndexOp: Op<{ shape: Shape }> = defineLeaf('sampleIndex', 'sampleIndex');

/** A value fed before each run. A first extent of `null` is the batch. */
export function placeholder(options: { shape: Shape; name: string }): Node {
  return apply(placeholderOp, [], { shape: options.shape }, options.name);
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
