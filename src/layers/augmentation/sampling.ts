/**
 * @file Sampling images by projections. Images that were sampled and are sampled again in the same way are sampled once,
 * by the product of both projections: that is faster, and not blurred twice.
 */

import type { Node } from '../../graph/node.ts';
import { affineSample } from '../../ops/index.ts';
import { oneOf } from '../../options/kinds.ts';
import { coefficientsNode, compose, type Projection } from './projection.ts';

/** How values between pixels and outside of images are found. */
export interface SamplingStyle {
  readonly interpolation: 'nearest' | 'bilinear';
  readonly fillMode: 'constant' | 'nearest' | 'reflect' | 'wrap';
  /** The value outside, of `fillMode` 'constant'. */
  readonly fillValue: number;
}

/** Options of layers that sample. */
export const interpolation = () => oneOf('bilinear', 'nearest');
export const fillMode = () => oneOf('reflect', 'constant', 'nearest', 'wrap');

/** What a sampled node shows. */
interface Sampled {
  readonly source: Node;
  readonly projection: Projection;
  /** Null when each pixel shows exactly one pixel, so that the style makes no difference. */
  readonly style: SamplingStyle | null;
}

const EXACT: SamplingStyle = { interpolation: 'nearest', fillMode: 'nearest', fillValue: 0 };

/** By result: what it was made of, for the next sampling. */
const known = new WeakMap<Node, Sampled>();

function sameStyle(a: SamplingStyle, b: SamplingStyle): boolean {
  const sameFill = a.fillMode !== 'constant' || a.fillValue === b.fillValue;
  return a.interpolation === b.interpolation && a.fillMode === b.fillMode && sameFill;
}

/**
 * `images` sampled by `projection`, in the same shape. `style` is null for projections that move whole pixels inside of
 * the image, such as flips.
 *
 * When `images` are the result of this function, with the same style or with one of both null, their source is sampled by
 * both projections at once. Pixels that the first sampling pushed out of the image and the second brings back are then
 * the image's own, and not filled.
 */
export function sample(images: Node, projection: Projection, style: SamplingStyle | null): Node {
  const before = known.get(images);
  const joins =
    before !== undefined && (before.style === null || style === null || sameStyle(before.style, style));
  const sampled: Sampled = joins
    ? {
        source: before.source,
        projection: compose(before.projection, projection),
        style: before.style ?? style,
      }
    : { source: images, projection, style };
  const { source } = sampled;
  const transform = coefficientsNode(sampled.projection);
  const result = affineSample({ src: source, transform, ...(sampled.style ?? EXACT) });
  known.set(result, sampled);
  return result;
}
