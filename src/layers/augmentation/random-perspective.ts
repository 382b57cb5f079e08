/** @file RandomPerspective: images are seen from another side (Keras' `random_perspective.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { fraction, number } from '../../options/kinds.ts';
import type { Draws } from './draws.ts';
import { factor, UNIT } from './factor.ts';
import { type Coefficient, normalized, onlyWhere, plus, product, times } from './projection.ts';
import { RandomImageLayer } from './random-image-layer.ts';
import { interpolation, sample } from './sampling.ts';

type Point = readonly [Coefficient, Coefficient];

const minus = (a: Coefficient, b: Coefficient) => plus(a, times(-1, b));

/**
 * The matrix, up to a factor, that maps the unit square's corners (0, 0), (1, 0), (0, 1), (1, 1) to four points, the
 * first of which is (0, 0) (Heckbert 1989, Fundamentals of Texture Mapping and Image Warping, 2.2.3).
 */
function fromSquare([x1, y1]: Point, [x2, y2]: Point, [x3, y3]: Point): Coefficient[] {
  const [dx1, dx2] = [minus(x1, x3), minus(x2, x3)];
  const [dy1, dy2] = [minus(y1, y3), minus(y2, y3)];
  const [sx, sy] = [minus(minus(x3, x1), x2), minus(minus(y3, y1), y2)];
  const cross = (a: Coefficient, b: Coefficient, c: Coefficient, d: Coefficient) =>
    minus(times(a, d), times(b, c));
  const k = cross(dx1, dx2, dy1, dy2);
  const [g, h] = [cross(sx, dx2, sy, dy2), cross(dx1, sx, dy1, sy)];
  const column = (at: Coefficient, side: Coefficient) => times(plus(k, side), at);
  return [column(x1, g), column(x2, h), 0, column(y1, g), column(y2, h), 0, g, h, k];
}

/** The inverse of a matrix, up to a factor. */
function adjugate(m: readonly Coefficient[]): Coefficient[] {
  const minor = (a: number, b: number, c: number, d: number) =>
    minus(times(m[a]!, m[d]!), times(m[b]!, m[c]!));
  return [
    ...[minor(4, 5, 7, 8), minor(2, 1, 8, 7), minor(1, 2, 4, 5)],
    ...[minor(5, 3, 8, 6), minor(0, 2, 6, 8), minor(2, 0, 5, 3)],
    ...[minor(3, 4, 6, 7), minor(1, 0, 7, 6), minor(0, 1, 3, 4)],
  ];
}

/** In some images the right and the lower corners move, and the image with them; the shape stays. */
export class RandomPerspective extends withOptions(RandomImageLayer, {
  /** The probability, 0 to 1, or the ends that it is drawn from: one number is the upper end, and the lower is 0. Default [0, 1]. */
  factor: factor(UNIT, 1),
  /** How far corners move at most: half of `scale` of their coordinates, 0 to 1. Default 1. */
  scale: fraction(1),
  /** How values between pixels are found. Default 'bilinear'. */
  interpolation: interpolation(),
  /** The value outside of the image. Default 0. */
  fillValue: number(0),
}) {
  static override readonly className = 'RandomPerspective';

  override draw(_images: Shape, draws: Draws) {
    const move = () => draws.uniform([-this.scale / 2, this.scale / 2], { shape: [1] });
    const moves = { rightX: move(), lowerY: move(), cornerX: move(), cornerY: move() };
    return { applyPerspective: draws.chance(this.factor, { shape: [1] }), ...moves };
  }

  /**
   * By how much of their coordinates [n, 1] corners move: the upper right one's x, the lower left one's y, and both of the
   * lower right one. Their other coordinates are 0.
   */
  override transform(
    images: Node,
    parameters: { applyPerspective: Node; rightX: Node; lowerY: Node; cornerX: Node; cornerY: Node },
  ): Node {
    const [, height, width] = images.shape as readonly [null, number, number];
    // Corners of an image of one row or column would be one point, which no projection moves to two.
    const [right, lower] = [Math.max(width - 1, 1), Math.max(height - 1, 1)];
    const { applyPerspective, rightX, lowerY, cornerX, cornerY } = parameters;
    const moved = (coordinate: number, move: Node) => plus(coordinate, times(coordinate, move));
    const corners = [
      [moved(right, rightX), 0],
      [0, moved(lower, lowerY)],
      [moved(right, cornerX), moved(lower, cornerY)],
    ] as const;
    const toSquare = adjugate(fromSquare(...corners));
    const projection = normalized(product([right, 0, 0, 0, lower, 0, 0, 0, 1], toSquare));
    const { interpolation, fillValue } = this;
    return sample(images, onlyWhere(applyPerspective, projection), {
      interpolation,
      fillMode: 'constant',
      fillValue,
    });
  }
}

/** Random perspective while training. */
export const randomPerspective = factory(RandomPerspective);
