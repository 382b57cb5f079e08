/** @file The reverse walk: extends a graph by the gradients of a scalar. The rules live with the ops. */

import { ShapeError, UnsupportedError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { type Node, topologicalOrder, withScope } from '../graph/node.ts';
import type { GradientRule, Op } from '../graph/op.ts';
import { add } from '../ops/elementwise/add.ts';
import { broadcastTo } from '../ops/elementwise/broadcast-to.ts';
import { constant } from '../ops/leaf.ts';
import { sumToShape } from '../ops/reduce.ts';

/** Rules that stand for the ops' own. */
export type GradientRules = ReadonlyMap<Op, GradientRule<unknown>>;

/**
 * The gradients of `loss`, a scalar, with respect to `wrt`, each of its node's shape. A node the loss does not depend
 * on gets zeros. Throws ShapeError when `loss` is not a scalar, UnsupportedError when a path from `wrt` to `loss` goes
 * through an op without a gradient. With `rules` for some ops the results are other signals that walk the same way back,
 * such as those of guided backpropagation. Source: reverse accumulation (Linnainmaa 1970; Griewank & Walther, Evaluating
 * Derivatives, ch. 3).
 */
export function gradients(loss: Node, wrt: readonly Node[], rules: GradientRules = new Map()): Node[] {
  if (loss.shape.length !== 0) {
    throw new ShapeError(
      `A gradient is taken of a scalar; the loss has shape ${formatShape(loss.shape)}. Reduce it first.`,
    );
  }
  const order = topologicalOrder([loss]);
  const needed = dependents(order, wrt);
  const found = new Map<Node, Node>([[loss, constant(1)]]);
  for (const node of order.reverse()) {
    const dy = found.get(node);
    if (dy === undefined || !needed.has(node) || node.inputs.length === 0) continue;
    for (const [i, d] of inputGradients(node, dy, needed, rules).entries()) {
      const input = node.inputs[i]!;
      if (d === null || !needed.has(input)) continue;
      const known = found.get(input);
      const summed = sumToShape(d, input.shape);
      found.set(input, known === undefined ? summed : add(known, summed));
    }
  }
  return wrt.map((node) => found.get(node) ?? broadcastTo(constant(0), node.shape));
}

function inputGradients(
  node: Node,
  dy: Node,
  needed: ReadonlySet<Node>,
  rules: GradientRules,
): readonly (Node | null)[] {
  const rule = rules.get(node.op) ?? node.op.gradient;
  if (rule === 'none') {
    if (!node.inputs.some((input) => needed.has(input))) return [];
    throw new UnsupportedError(
      `The gradient of '${node.op.name}'${node.name === '' ? '' : ` in '${node.name}'`} is not defined. ` +
        'Cut the way with stopGradient, or use another op.',
    );
  }
  return withScope(node.name, () => rule(node, dy));
}

/** The nodes of `order` that depend on one of `wrt`, these included. */
function dependents(order: readonly Node[], wrt: readonly Node[]): Set<Node> {
  const result = new Set<Node>(wrt);
  for (const node of order) {
    if (node.inputs.some((input) => result.has(input))) result.add(node);
  }
  return result;
}
