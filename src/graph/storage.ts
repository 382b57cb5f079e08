/** @file How the numbers of a node lie in memory: those of views are their source's, those of fed bytes are bytes. */

import type { Node } from './op.ts';

/** The node whose numbers `node` shows under another shape: `node` itself unless it is a view. */
export function viewed(node: Node): Node {
  let source = node;
  while (source.op.lowering.kind === 'view') source = source.inputs[0]!;
  return source;
}

/** True when the node's numbers are kept as bytes: it is a feed of bytes, or a view of one. */
export function holdsBytes(node: Node): boolean {
  const { lowering } = viewed(node).op;
  return lowering.kind === 'leaf' && lowering.bytes === true;
}
