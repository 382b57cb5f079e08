/** @file The part of the image that a number of a layer's output depends on. */

import type { Tensor } from '../../base/tensor.ts';
import type { Node } from '../../graph/node.ts';
import type { PixelExplanation } from '../pixel-explanation.ts';
import { fieldOf } from '../receptive-field.ts';
import type { TracedLayer, TracedModel } from '../traced-model.ts';
import type { Pixel, WeightedWindow } from './weighted-window.ts';

type SeenImage = Pick<PixelExplanation, 'image' | 'receptiveField'>;

const isImage = ({ shape }: { readonly shape: readonly unknown[] }) => shape.length === 4;

/** Maps of the traced model, and a place in them. */
interface PlaceInMaps {
  readonly maps: Node;
  readonly row: number;
  readonly column: number;
}

/** The pixel's place; of a moved number the place that it comes from, and null for a border's zero. */
export function placeInMaps(
  { inputs, outputs }: TracedLayer,
  { row, column }: Pixel,
  { kind, origins }: WeightedWindow,
): PlaceInMaps | null {
  if (kind !== 'moved') return { maps: outputs[0]!, row, column };
  const [origin] = origins!;
  return origin === undefined
    ? null
    : { maps: inputs[origin.input]!, row: origin.row, column: origin.column };
}

/** The image and the part of it, for the first input that is an image and of which a part belongs to the place. */
export function seenImage(
  traced: TracedModel,
  inputs: readonly Tensor[],
  place: PlaceInMaps | null,
): SeenImage {
  const images = inputs.map((input) => (isImage(input) ? input.reshape(input.shape.slice(1)) : null));
  const first = images.find((image) => image !== null);
  if (first == null) return { image: null, receptiveField: null };
  if (place === null) {
    return { image: first, receptiveField: { top: 0, left: 0, height: 0, width: 0, whole: false } };
  }
  const { maps, row, column } = place;
  for (const [i, image] of images.entries()) {
    const field = image === null || !isImage(maps) ? null : fieldOf(traced, maps, i);
    if (image === null || field === null) continue;
    const [height, width] = image.shape as readonly [number, number, number];
    const { rows, columns } = field.at(row, column);
    const [top, left] = [Math.max(0, rows.from), Math.max(0, columns.from)];
    const [bottom, right] = [Math.min(height, rows.to), Math.min(width, columns.to)];
    // A pixel that sees nothing but padding has an empty part.
    const extent = { height: Math.max(0, bottom - top), width: Math.max(0, right - left) };
    return { image, receptiveField: { top, left, ...extent, whole: field.whole } };
  }
  const [height, width] = first.shape as readonly [number, number, number];
  return { image: first, receptiveField: { top: 0, left: 0, height, width, whole: true } };
}
