/** @file Common subexpressions: nodes with the same op, inputs and attributes become one. */

import { attributesKey } from '../graph/attributes-key.ts';
import { type Node, topologicalOrder } from '../graph/node.ts';

/** Maps each node that `outputs` depend on to the one that stands for it and for all its equals. */
export function mergeEqualNodes(outputs: readonly Node[]): Map<Node, Node> {
  const stands = new Map<Node, Node>();
  const known = new Map<string, Node>();
  for (const node of topologicalOrder(outputs)) {
    const inputs = node.inputs.map((input) => stands.get(input)!);
    const key = keyOf(node, inputs);
    const same = key === null ? undefined : known.get(key);
    const changed = inputs.some((input, i) => input !== node.inputs[i]);
    const representative = same ?? (changed ? { ...node, inputs } : node);
    stands.set(node, representative);
    if (key !== null && same === undefined) known.set(key, representative);
  }
  return stands;
}

/** Null for feeds and variables: they are what they are by identity, not by their attributes. */
function keyOf(node: Node, inputs: readonly Node[]): string | null {
  const { lowering } = node.op;
  if (lowering.kind === 'leaf' && (lowering.source === 'feed' || lowering.source === 'variable')) return null;
  return `${node.op.name}(${inputs.map((input) => input.id).join(',')})${attributesKey(node.attrs)}`;
}
