/** @file Convolution in groups: each part of the result's channels sees one part of the source's. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import { concatenate } from './concatenate.ts';
import { type ConvOptions, conv2d } from './conv2d.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { reshape } from './reshape.ts';
import { slicePart } from './slice.ts';

/**
 * `groups` convolutions of neighbouring parts of `src` [n, ih, iw, ic] with `weights` [kh, kw, ic / groups, oc], their
 * results side by side. One channel a group is a depthwise convolution. Throws ValueError for a number of groups that is
 * not whole, and ShapeError as `conv2d` does, or when the groups do not divide the channels.
 */
export function groupedConv2d(
  src: Node,
  weights: Node,
  { groups, ...options }: ConvOptions & { readonly groups: number },
): Node {
  if (groups === 1) return conv2d(src, weights, options);
  for (const node of [src, weights]) checkNode('groupedConv2d', node);
  if (!Number.isSafeInteger(groups) || groups < 1)
    throw new ValueError(`groupedConv2d: groups must be a whole number from 1 up, received ${groups}.`);
  const [ic, oc] = [src.shape[3] ?? 0, weights.shape[3] ?? 0];
  const fits = src.shape.length === 4 && weights.shape.length === 4 && weights.shape[2]! * groups === ic;
  if (!fits || oc % groups !== 0) {
    throw new ShapeError(
      `groupedConv2d: with groups=${groups} an input [null, h, w, ic], a batch, and weights [kh, kw, ic / groups, oc] are ` +
        `expected, oc a multiple of groups, received ${formatShape(src.shape)} and ${formatShape(weights.shape)}.`,
    );
  }
  if (groups === ic) {
    const [kh, kw] = weights.shape as readonly [number, number];
    return depthwiseConv2d(src, reshape(weights, [kh, kw, ic, oc / groups]), options);
  }
  const part = (x: Node, size: number, group: number) => slicePart(x, { axis: 3, start: group * size, size });
  const parts = Array.from({ length: groups }, (_, group) =>
    conv2d(part(src, ic / groups, group), part(weights, oc / groups, group), options),
  );
  return concatenate(parts);
}
