/** @file What the code of a kernel depends on, as text, so that layers of one form share their code. */

import { formatShape } from '../base/shape.ts';
import { attributesKey } from '../graph/attributes-key.ts';
import type { Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { holdsBytes } from '../graph/storage.ts';
import type { KernelGroup } from './groups.ts';

/** Numbers of ops, since two ops may share a name. */
const numbers = new WeakMap<Op, number>();
let nextNumber = 0;

function numberOf(op: Op): number {
  const number = numbers.get(op) ?? nextNumber++;
  numbers.set(op, number);
  return number;
}

/** The same text for groups with equal kernels: these depend on ops, attributes and the forms of operands and results. */
export function kernelKey({ producer, window, value, epilogue }: KernelGroup): string {
  const inside = new Map<Node, number>([value, ...epilogue].map((node, i) => [node, i]));
  const operand = (input: Node) =>
    inside.get(input) ?? `${formatShape(input.shape)}${holdsBytes(input) ? ' bytes' : ''}`;
  const one = ({ op, attrs, shape, inputs }: Node) =>
    [numberOf(op), attributesKey(attrs), ...inputs.map(operand), formatShape(shape)].join(' ');
  return [attributesKey(window), ...[producer, ...epilogue].map(one)].join('\n');
}
