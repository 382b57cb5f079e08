/** @file Fed bytes become floats where an op cannot read them: views and element-wise ops can, and kernels that say so. */

import { apply, type Node, topologicalOrder } from '../graph/node.ts';
import { holdsBytes } from '../graph/storage.ts';
import { floatsOfBytes } from '../ops/floats-of-bytes.ts';

function readsBytes({ op: { lowering } }: Node, input: number): boolean {
  if (lowering.kind === 'kernel') return lowering.byteInputs?.includes(input) === true;
  return lowering.kind === 'elementwise' || lowering.kind === 'view';
}

/** Maps each node that `roots` depend on to the one that stands for it. Roots are floats. */
export function convertBytes(roots: readonly Node[]): Map<Node, Node> {
  const stands = new Map<Node, Node>();
  const converted = new Map<Node, Node>();
  /** The node, or its numbers as floats when they are bytes. */
  const floats = (node: Node): Node => {
    if (!holdsBytes(node)) return node;
    let result = converted.get(node);
    if (result === undefined) {
      const isView = node.op.lowering.kind === 'view';
      result = isView ? apply(node.op, node.inputs.map(floats), node.attrs, node.name) : floatsOfBytes(node);
      converted.set(node, result);
    }
    return result;
  };
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.map((input, i) => {
      const now = stands.get(input)!;
      return readsBytes(node, i) ? now : floats(now);
    });
    const changed = inputs.some((input, i) => input !== node.inputs[i]);
    stands.set(node, changed ? { ...node, inputs } : node);
  }
  for (const root of roots) stands.set(root, floats(stands.get(root)!));
  return stands;
}
