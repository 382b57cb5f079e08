/**
 * @file The op graph: immutable nodes, one result each. Layers trace into it, autodiff extends it, the compiler reads it.
 *
 * A shape whose first extent is `null` is *batched*: one slice per sample. All other shapes are *whole*: weights,
 * scalars, and sums over the batch.
 */

import { InternalError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import type { Node, Op } from './op.ts';

export type { Node } from './op.ts';

let nextId = 0;
let scope = '';

/** Throws ValueError unless `value` is a node. `who` made or takes it, for the message. */
export function checkNode(who: string, value: unknown): asserts value is Node {
  if (typeof value === 'object' && value !== null && 'op' in value && 'inputs' in value) return;
  throw new ValueError(
    `${who}: expected a node, as functions of ops give, received ${describeValue(value)}. ` +
      "ops.constant(…) makes one of a number, ops.variable(…) of a layer's weight.",
  );
}

/** Applies `op`: infers the shape (which throws ShapeError when the inputs do not fit) and makes the node. Throws ValueError for inputs that are none. */
export function apply<A>(op: Op<A>, inputs: readonly Node[], attrs: A, name?: string): Node<A> {
  for (const input of inputs) checkNode(op.name, input);
  const shapes = inputs.map((input) => input.shape);
  const shape = op.infer(shapes, attrs);
  if (shape.slice(1).includes(null)) {
    throw new InternalError(
      `${op.name} inferred ${formatShape(shape)}: only the first extent may be unknown.`,
    );
  }
  return { id: nextId++, op, inputs, attrs, shape, name: name ?? scope };
}

/** Runs `body` with `name` given to the nodes it makes, so that dumps and errors can name the layer. */
export function withScope<T>(name: string, body: () => T): T {
  const outer = scope;
  scope = name;
  try {
    return body();
  } finally {
    scope = outer;
  }
}

let literal = false;

/**
 * Runs `body`, in which ops do just what they are asked for. Else they may rearrange what they are applied to, where the result
 * is the same; then results of layers are not always on the way to what is computed from them.
 */
export function asWritten<T>(body: () => T): T {
  const outer = literal;
  literal = true;
  try {
    return body();
  } finally {
    literal = outer;
  }
}

/** Whether an op may rearrange what it is applied to. */
export function mayRearrange(): boolean {
  return !literal;
}

/**
 * All nodes that `outputs` depend on, inputs before users, each once.
 *
 * @param ends Nodes whose inputs are left out.
 */
export function topologicalOrder(outputs: readonly Node[], ends?: { has(node: Node): boolean }): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const output of outputs) {
    if (!seen.has(output)) {
      seen.add(output);
      stack.push({ node: output, next: 0 });
    }
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = ends?.has(top.node) ? undefined : top.node.inputs[top.next++];
      if (input === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}
