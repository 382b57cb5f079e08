/** @file Resizing of nodes, and what keeps the proportions of images: cutting them, and borders around them. */

import { type KerasInterpolation, resizeSpans } from '../../base/resize-spans.ts';
import type { Node } from '../../graph/node.ts';
import { broadcastTo, concatenate, constant, matmul, pad2d, slice, transpose } from '../../ops/index.ts';
import { resizeBilinear, weightsMatrix } from '../../ops/resize-bilinear.ts';

/** Height and width. */
export type Size = readonly [number, number];

function sizeOfImages({ shape }: Node): Size {
  return [shape[1] as number, shape[2] as number];
}

/** As TensorFlow computes proportions: in float32, then without the fraction. */
function proportional(extent: number, to: number, from: number): number {
  return Math.trunc(Math.fround(Math.fround(extent * to) / from));
}

function half(extent: number): number {
  return Math.trunc(extent / 2);
}

/** Extents of the largest part of images with these extents that has the proportions of `size`. */
export function sizeInRatio([h, w]: Size, size: Size): Size {
  const height = Math.max(1, Math.min(h, proportional(w, size[0], size[1])));
  return [height, Math.max(1, Math.min(w, proportional(h, size[1], size[0])))];
}

/** The largest part in the middle of images that has the proportions of `size`. */
export function cropToRatio(images: Node, size: Size): Node {
  const [h, w] = sizeOfImages(images);
  const [height, width] = sizeInRatio([h, w], size);
  const start = [0, half(h - height), half(w - width), 0];
  return slice(images, start, [null, height, width, null]);
}

/** Images with borders of `fill` that give them, to a pixel, the proportions of `size`. */
export function padToRatio(images: Node, size: Size, fill: number): Node {
  const [h, w] = sizeOfImages(images);
  const rows = half(Math.max(h, proportional(w, size[0], size[1])) - h);
  const columns = half(Math.max(w, proportional(h, size[1], size[0])) - w);
  if (fill === 0) return pad2d(images, { top: rows, bottom: rows, left: columns, right: columns });
  return [rows, columns].reduce((framed, border, i) => {
    if (border === 0) return framed;
    const shape = framed.shape.map((extent, axis) => (axis === i + 1 ? border : extent));
    const strip = broadcastTo(constant(fill), shape);
    return concatenate([strip, framed, strip], i + 1);
  }, images);
}

/** Images of another size [n, height, width, c], as Keras resizes them. */
export function resize(
  images: Node,
  size: Size,
  { interpolation, antialias }: { readonly interpolation: KerasInterpolation; readonly antialias: boolean },
): Node {
  const [h, w] = sizeOfImages(images);
  if (h === size[0] && w === size[1]) return images;
  if (interpolation === 'bilinear' && !antialias) return resizeBilinear(images, ...size);
  const spans = (from: number, to: number) =>
    weightsMatrix(from, resizeSpans(from, to, interpolation, antialias));
  // An axis comes last to be multiplied by its weights: [n, h, c, w], then [n, w, c, h].
  const wide = w === size[1] ? null : spans(w, size[1]);
  const columns =
    wide === null ? images : transpose(matmul(transpose(images, [0, 1, 3, 2]), wide), [0, 1, 3, 2]);
  if (h === size[0]) return columns;
  return transpose(matmul(transpose(columns, [0, 2, 3, 1]), spans(h, size[0])), [0, 3, 1, 2]);
}
