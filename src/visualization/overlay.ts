/** @file A heatmap over the photo that it is about. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, FRACTION, numberOption } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import { convertColor } from '../images/color-mode.ts';
import { checkImage } from '../images/pixels.ts';
import { toBytes, type ValueRange } from '../images/to-bytes.ts';
import { type ColorMapName, colorize } from './color-maps.ts';
import { checkHeat, stretch } from './stretch.ts';

/** How a heatmap is laid over a photo. */
export interface OverlayOptions {
  /** How much of the colour is the heatmap's, from 0 to 1. Default 0.4. */
  readonly alpha?: number;
  /** Default 'jet', as in the book. */
  readonly colorMap?: ColorMapName;
  /** Which numbers of the photo are black and white: [0, 255], or [0, 1]. Needed unless the photo is uint8. */
  readonly range?: ValueRange;
}

/** The photo, of shape [h, w, c] or [1, h, w, c]. */
function onePhoto(photo: Tensor): Tensor {
  return photo.rank === 4 && photo.shape[0] === 1 ? photo.reshape(photo.shape.slice(1)) : photo;
}

function checkHeatmap(heatmap: Tensor): void {
  checkHeat('overlay', heatmap);
  const wrong = heatmap.data.find((value) => value < 0 || value > 1);
  if (wrong === undefined) return;
  throw new ValueError(
    `overlay: a heatmap has numbers from 0 to 1, received ${wrong}. Divide it by its largest number, and clip it.`,
  );
}

/**
 * The photo with the heatmap's colours over it: uint8 [h, w, 3] at the photo's own size. The heatmap is stretched to that
 * size. Each pixel is (1 - alpha) · photo + alpha · colour.
 *
 * @param photo [h, w, 1 … 4]: grey, RGB, or with alpha, which is dropped. uint8, or other numbers together with `range`.
 * @param heatmap [h, w] of numbers from 0 to 1, as `classActivation` gives it, of any size.
 * @throws ShapeError for other shapes, ValueError for numbers outside of the range and bad options.
 */
export function overlay(photo: Tensor, heatmap: Tensor, options: OverlayOptions = {}): Tensor {
  if (!(photo instanceof Tensor)) {
    throw new ValueError(`overlay: expected a photo as a Tensor, received ${describeValue(photo)}.`);
  }
  checkOptionNames('overlay', options, ['alpha', 'colorMap', 'range']);
  const alpha = numberOption('overlay', 'alpha', options.alpha, 0.4, FRACTION);
  checkHeatmap(heatmap);
  const bytes = toBytes(onePhoto(photo), options.range, 'overlay');
  checkImage(bytes, 'overlay');
  const [height, width] = bytes.shape as [number, number];
  const colored = convertColor(bytes, 'rgb').data;
  const large = stretch(heatmap, height, width);
  const colors = colorize(large, { colorMap: options.colorMap ?? 'jet', range: [0, 1] }).data;
  const mixed = Uint8Array.from(colors, (color, i) => Math.round((1 - alpha) * colored[i]! + alpha * color));
  return new Tensor([height, width, 3], 'uint8', mixed);
}
