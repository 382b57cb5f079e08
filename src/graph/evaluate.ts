/** @file The float64 interpreter of the op graph: the oracle of every test, and readable as a specification. */

import { InternalError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { type Node, topologicalOrder } from './node.ts';
import type { ReferenceTensor } from './op.ts';

/** Numbers of the leaves, by node. A batched leaf has `samples` slices. */
export type LeafValues = (leaf: Node) => ReferenceTensor | undefined;

/**
 * Evaluates `outputs` for a batch of `samples`, op by op, by the ops' references. `leaves` gives the numbers of nodes
 * without inputs (constants know their own). Throws InternalError for a leaf without numbers.
 */
export function evaluate(outputs: readonly Node[], leaves: LeafValues, samples: number): ReferenceTensor[] {
  const values = new Map<Node, ReferenceTensor>();
  for (const node of topologicalOrder(outputs)) {
    const given = node.inputs.length === 0 ? leaves(node) : undefined;
    const shape = node.shape.map((dim) => dim ?? samples);
    const inputs = node.inputs.map((input) => values.get(input)!);
    const value = given ?? { shape, data: node.op.reference(inputs, node.attrs, shape) };
    const size = sizeOf(shape);
    if (value.data.length !== size) {
      throw new InternalError(
        `${node.op.name} '${node.name}' gave ${value.data.length} numbers for [${shape.join(', ')}].`,
      );
    }
    values.set(node, value);
  }
  return outputs.map((node) => values.get(node)!);
}
