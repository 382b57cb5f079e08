/** @file Common subexpressions: nodes with the same op, inputs and attributes become one. */

import { attributesKey } from '../graph/attributes-key.ts';
import { type Node, topologicalOrder } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';

/** Maps each node that `outputs` depend on to the one that stands for it and for all its equals. */
export function mergeEqualNodes(outputs: readonly Node[]): Map<Node, Node> {
  const stands = new Map<Node, Node>();
  const known = new Map<Op, Map<string, Node>>();
  for (const node of topologicalOrder(outputs)) {
    const inputs = node.inputs.map((input) => stands.get(input)!);
    const ofOp = known.get(node.op) ?? new Map<string, Node>();
    known.set(node.op, ofOp);
    const key = keyOf(node, inputs);
    const same = key === null ? undefined : ofOp.get(key);
    const changed = inputs.some((input, i) => input !== node.inputs[i]);
    const representative = same ?? (changed ? { ...node, inputs } : node);
    stands.set(node, representative);
    if (key !== null && same === undefined) ofOp.set(key, representative);
  }
  return stands;
}

/**
 * The same text for nodes of one op that do the same. Ops are compared as objects, since two ops may share a name. Null
 * for feeds and variables: two of them are never the same, even with equal attributes.
 */
function keyOf(node: Node, inputs: readonly Node[]): string | null {
  const { lowering } = node.op;
  if (lowering.kind === 'leaf' && (lowering.source === 'feed' || lowering.source === 'variable')) return null;
  return `(${inputs.map((input) => input.id).join(',')})${attributesKey(node.attrs)}`;
}
