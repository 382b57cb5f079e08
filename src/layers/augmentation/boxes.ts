/** @file Boxes in images: where they begin and end, and which pixels lie inside. */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, constant, greaterEqual, less, logicalAnd, mul, sub } from '../../ops/index.ts';
import type { Draws } from './draws.ts';

/** Ends of boxes, each [n, 1, 1, 1]: from x0 up to but without x1, and so on. */
export type Boxes = {
  readonly x0: Node;
  readonly x1: Node;
  readonly y0: Node;
  readonly y1: Node;
};

/** The two ends of parts of `length` as long as `ratio` says, at places drawn at random. */
export function drawPart(length: number, ratio: Node, draws: Draws): readonly [Node, Node] {
  const size = mul(ratio, constant(length));
  const start = mul(draws.uniform([0, 1]), sub(constant(length), size));
  return [start, add(start, size)];
}

function places(count: number, shape: readonly number[]): Node {
  return constant({ values: Array.from({ length: count }, (_, i) => i), shape });
}

/** 1 for each pixel [n, h, w, 1] inside its image's box, 0 for others. */
export function insideBoxes([, height, width]: Shape, { x0, x1, y0, y1 }: Boxes): Node {
  const x = places(width as number, [1, width as number, 1]);
  const y = places(height as number, [height as number, 1, 1]);
  const columns = logicalAnd(greaterEqual(x, x0), less(x, x1));
  const rows = logicalAnd(greaterEqual(y, y0), less(y, y1));
  return logicalAnd(columns, rows);
}
