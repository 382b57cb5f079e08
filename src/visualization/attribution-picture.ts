/** @file Attribution maps, which are signed and have channels, as pictures. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, numberOption } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Tensor } from '../base/tensor.ts';
import { type ColorMapName, colorize } from './color-maps.ts';

/** How a map is drawn. */
export interface AttributionPictureOptions {
  /**
   * 'signed' (default): the channels added up; the middle colour is 0. 'absolute': the largest |number| of the channels, from
   * dark to light, as Simonyan et al. draw saliency.
   */
  readonly show?: 'signed' | 'absolute';
  /** This percentile of the absolute numbers, and all above, has the strongest colour; a few outliers would leave the rest pale. Default 99. */
  readonly percentile?: number;
  /** Default 'coolwarm' (blue against the class, red for it), of absolute numbers 'inferno'. */
  readonly colorMap?: ColorMapName;
}

const PERCENT = {
  holds: (value: number) => value > 0 && value <= 100,
  expected: 'a number above 0 up to 100',
};

/** One number for each place. */
function flatten({ shape, data }: Tensor, absolute: boolean): Float64Array {
  const channels = shape[2] ?? 1;
  return Float64Array.from({ length: shape[0]! * shape[1]! }, (_, place) => {
    let value = 0;
    for (let i = place * channels; i < (place + 1) * channels; i++) {
      value = absolute ? Math.max(value, Math.abs(data[i]!)) : value + data[i]!;
    }
    return value;
  });
}

function percentileOf(values: Float64Array, percent: number): number {
  const sorted = values.map(Math.abs).sort();
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1]!;
}

/**
 * The map as a picture: uint8 [h, w, 3]. A map of zeros has the colour of 0 everywhere.
 *
 * @param map [h, w, c] or [h, w], as `attribution` gives it.
 * @throws ShapeError for another shape, ValueError for numbers that are not finite and bad options.
 */
export function attributionPicture(map: Tensor, options: AttributionPictureOptions = {}): Tensor {
  const who = 'attributionPicture';
  if (!(map instanceof Tensor)) {
    throw new ValueError(`${who}: expected a map as a Tensor, received ${describeValue(map)}.`);
  }
  checkOptionNames(who, options, ['show', 'percentile', 'colorMap']);
  const { show = 'signed' } = options;
  if (show !== 'signed' && show !== 'absolute') throw unknownNameError('show', show, ['signed', 'absolute']);
  const percent = numberOption(who, 'percentile', options.percentile, 99, PERCENT);
  if ((map.rank !== 3 && map.rank !== 2) || map.size === 0) {
    throw new ShapeError(`${who}: expected a map [h, w, c] or [h, w], received ${formatShape(map.shape)}.`);
  }
  if (!map.allFinite()) throw new ValueError(`${who}: the map has numbers that are not finite.`);
  const absolute = show === 'absolute';
  const values = flatten(map, absolute);
  // Where nearly all numbers are 0, the largest is what there is to see.
  const most = percentileOf(values, percent) || percentileOf(values, 100) || 1;
  const [height, width] = map.shape as [number, number];
  return colorize(new Tensor([height, width], 'float64', values), {
    colorMap: options.colorMap ?? (absolute ? 'inferno' : 'coolwarm'),
    range: absolute ? [0, most] : [-most, most],
  });
}
