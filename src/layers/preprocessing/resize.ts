/** @file Resizing of nodes, and what keeps the proportions of images: cutting them, and borders around them. */

import { type KerasInterpolation, resizeSpans, type Span } from '../../base/resize-spans.ts';
import type { Node } from '../../graph/node.ts';
import {
  affineSample,
  broadcastTo,
  concatenate,
  constant,
  matmul,
  slice,
  transpose,
} from '../../ops/index.ts';

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
  return [rows, columns].reduce((framed, border, i) => {
    if (border === 0) return framed;
    const shape = framed.shape.map((extent, axis) => (axis === i + 1 ? border : extent));
    const strip = broadcastTo(constant(fill), shape);
    return concatenate([strip, framed, strip], i + 1);
  }, images);
}

/** The weights [from, to] of an axis: column i has those of result pixel i. */
function weightsMatrix(from: number, spans: readonly Span[]): Node {
  const values = new Array<number>(from * spans.length).fill(0);
  spans.forEach(({ first, weights }, i) => {
    weights.forEach((weight, k) => {
      values[(first + k) * spans.length + i] = weight;
    });
  });
  return constant({ values, shape: [from, spans.length] });
}

/** Images of another size [n, height, width, c], as Keras resizes them. */
export function resize(
  images: Node,
  size: Size,
  { interpolation, antialias }: { readonly interpolation: KerasInterpolation; readonly antialias: boolean },
): Node {
  const [h, w] = sizeOfImages(images);
  if (h === size[0] && w === size[1]) return images;
  if (interpolation === 'bilinear' && !antialias) return resizeBilinear(images, size);
  const spans = (from: number, to: number) =>
    weightsMatrix(from, resizeSpans(from, to, interpolation, antialias));
  // An axis comes last to be multiplied by its weights: [n, h, c, w], then [n, w, c, h].
  const wide = w === size[1] ? null : spans(w, size[1]);
  const columns =
    wide === null ? images : transpose(matmul(transpose(images, [0, 1, 3, 2]), wide), [0, 1, 3, 2]);
  if (h === size[0]) return columns;
  return transpose(matmul(transpose(columns, [0, 2, 3, 1]), spans(h, size[0])), [0, 3, 1, 2]);
}

/** Each pixel from the four around its place, as a sampling does. */
function resizeBilinear(images: Node, [oh, ow]: Size): Node {
  const [h, w] = sizeOfImages(images);
  const [x, y] = [w / ow, h / oh];
  const values = [x, 0, x / 2 - 0.5, 0, y, y / 2 - 0.5, 0, 0];
  const transform = broadcastTo(constant({ values, shape: [8] }), [null, 8]);
  return affineSample({ src: images, transform, interpolation: 'bilinear', fillMode: 'nearest', oh, ow });
}
