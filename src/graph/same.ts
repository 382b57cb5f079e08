/** @file Whether two graphs compute the same. */

import { attributesKey } from './attributes-key.ts';
import { type Node, topologicalOrder } from './node.ts';

/**
 * Whether `a` and `b` are the same values, given pairs of nodes that are: made by the same ops of the same values, in graphs that were
 * built in the same order. Other feeds and variables are the same as themselves only.
 */
export function sameValues(
  a: readonly Node[],
  b: readonly Node[],
  pairs: Iterable<readonly [Node, Node]>,
): boolean {
  const partners = new Map(pairs);
  const [order, others] = [topologicalOrder(a), topologicalOrder(b)];
  if (order.length !== others.length) return false;
  for (const [i, node] of order.entries()) {
    const other = others[i]!;
    const known = partners.get(node);
    if (known === undefined ? node !== other && !doSame(node, other, partners) : known !== other)
      return false;
    partners.set(node, other);
  }
  return a.length === b.length && a.every((node, i) => partners.get(node) === b[i]);
}

function doSame(a: Node, b: Node, partners: ReadonlyMap<Node, Node>): boolean {
  const { lowering } = a.op;
  if (lowering.kind === 'leaf' && (lowering.source === 'feed' || lowering.source === 'variable'))
    return false;
  return (
    a.op === b.op &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((input, i) => partners.get(input) === b.inputs[i]) &&
    attributesKey(a.attrs) === attributesKey(b.attrs)
  );
}
