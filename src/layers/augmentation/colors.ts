/** @file Colours: ranges of values, shades of grey, and hue, saturation and value. Formulas are those of TensorFlow's kernels. */

import { ShapeError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import {
  abs,
  add,
  clip,
  concatenate,
  constant,
  div,
  equal,
  greater,
  less,
  max,
  mul,
  slice,
  sub,
  sum,
  where,
} from '../../ops/index.ts';
import type { Range } from './factor.ts';

/** The values that pixels have in most transformations. */
export const BYTES: Range = [0, 255];

/** Pixels of the range `from` in the range `to`. */
export function moveRange(images: Node, from: Range, to: Range): Node {
  if (from[0] === to[0] && from[1] === to[1]) return images;
  const scale = (to[1] - to[0]) / (from[1] - from[0]);
  const scaled = mul(from[0] === 0 ? images : sub(images, constant(from[0])), constant(scale));
  return to[0] === 0 ? scaled : add(scaled, constant(to[0]));
}

/** Throws ShapeError unless images have red, green and blue (or, where that will do, a single channel). */
export function checkColors(name: string, { shape }: Node, grayToo: boolean): void {
  if (shape[3] === 3 || (grayToo && shape[3] === 1)) return;
  throw new ShapeError(
    `Layer '${name}' expects images with 3 channels${grayToo ? ', or 1' : ''}; received shape ${formatShape(shape)}.`,
  );
}

/** Shades of grey [n, h, w, 1], weighted as Keras does; images of one channel are shades of grey already. */
export function grayscale(images: Node): Node {
  if (images.shape[3] === 1) return images;
  const weights = constant({ values: [0.2989, 0.587, 0.114], shape: [3] });
  return sum(mul(images, weights), { axes: [3], keepDims: true });
}

/** Hue, saturation and value, each [n, h, w, 1]. */
export interface Hsv {
  readonly hue: Node;
  readonly saturation: Node;
  readonly value: Node;
}

function channel(images: Node, index: number): Node {
  const [n, h, w] = images.shape;
  return slice(images, [0, 0, 0, index], [n!, h!, w!, 1]);
}

/** Of colours in 0…1: hue and saturation in 0…1, value the largest of the three. */
export function rgbToHsv(images: Node): Hsv {
  const [red, green, blue] = [0, 1, 2].map((index) => channel(images, index)) as [Node, Node, Node];
  const [zero, one] = [constant(0), constant(1)];
  const value = max(images, { axes: [3], keepDims: true });
  const least = sub(zero, max(sub(zero, images), { axes: [3], keepDims: true }));
  const spread = sub(value, least);
  const colored = greater(spread, zero);
  const norm = div(constant(1 / 6), where(colored, spread, one));
  const between = (a: Node, b: Node, third: number) => add(mul(norm, sub(a, b)), constant(third / 3));
  const fromGreen = where(equal(green, value), between(blue, red, 1), between(red, green, 2));
  const turn = where(equal(red, value), between(green, blue, 0), fromGreen);
  const hue = where(colored, where(less(turn, zero), add(turn, one), turn), zero);
  const bright = greater(value, zero);
  return { hue, saturation: where(bright, div(spread, where(bright, value, one)), zero), value };
}

/** Colours [n, h, w, 3] again. */
export function hsvToRgb({ hue, saturation, value }: Hsv): Node {
  const sixths = mul(hue, constant(6));
  const [one, two] = [constant(1), constant(2)];
  const near = (place: number) => abs(sub(sixths, constant(place)));
  const parts = [sub(near(3), one), sub(two, near(2)), sub(two, near(4))];
  const white = sub(one, saturation);
  return concatenate(
    parts.map((part) => mul(add(white, mul(saturation, clip(part, 0, 1))), value)),
    3,
  );
}
