/** @file Graphs with other nodes in the place of some. */

import { apply, type Node, topologicalOrder } from './node.ts';

/**
 * Maps each node that `roots` depend on to the one that stands for it when `replacements` take the place of their keys. What does
 * not depend on a key stands for itself; nothing below a key is looked at.
 */
export function replaceNodes(
  roots: readonly Node[],
  replacements: ReadonlyMap<Node, Node>,
): (node: Node) => Node {
  const stands = new Map(replacements);
  for (const node of topologicalOrder(roots, replacements)) {
    if (stands.has(node)) continue;
    const inputs = node.inputs.map((input) => stands.get(input)!);
    const changed = inputs.some((input, i) => input !== node.inputs[i]);
    stands.set(node, changed ? apply(node.op, inputs, node.attrs, node.name) : node);
  }
  return (node) => stands.get(node)!;
}
