/** @file Drawing a random transform (Keras' `get_random_transform`), number by number as Keras draws it. */

import type { NumpyRandom } from '../numpy-random.ts';
import type { TransformParameters } from './transform.ts';

/** How far images are changed. */
export interface TransformRanges {
  /** Degrees to either side. */
  readonly rotationRange: number;
  /** A part of the width to either side (below 1), or pixels (a whole number, or a list to choose from). */
  readonly widthShiftRange: number | readonly number[];
  readonly heightShiftRange: number | readonly number[];
  /** Factors between which brightness is drawn; null for none. */
  readonly brightnessRange: readonly [low: number, high: number] | null;
  /** Degrees to either side. */
  readonly shearRange: number;
  /** Factors between which the zooms of the two axes are drawn. */
  readonly zoomRange: readonly [low: number, high: number];
  readonly channelShiftRange: number;
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
}

/** Whether no image is changed by what is drawn from these ranges. */
export function changesNothing(ranges: TransformRanges): boolean {
  const { rotationRange, widthShiftRange, heightShiftRange, shearRange, channelShiftRange } = ranges;
  const spreads = [rotationRange, widthShiftRange, heightShiftRange, shearRange, channelShiftRange];
  const [low, high] = ranges.zoomRange;
  const flips = ranges.horizontalFlip || ranges.verticalFlip;
  return (
    spreads.every((range) => range === 0) &&
    low === 1 &&
    high === 1 &&
    !flips &&
    ranges.brightnessRange === null
  );
}

/** A shift in pixels. A whole number `n` stands for the list 0 … n - 1, as in `numpy.random.choice`. */
function drawShift(random: NumpyRandom, range: number | readonly number[], extent: number): number {
  const isFraction = typeof range === 'number' && !Number.isInteger(range);
  if (range === 0) return 0;
  let shift: number;
  if (isFraction) shift = random.uniform(-range, range);
  else {
    shift = typeof range === 'number' ? random.interval(range - 1) : random.choice(range);
    shift *= random.choice([-1, 1]);
  }
  const most = typeof range === 'number' ? range : Math.max(...range);
  // Adding 0 makes -0 an ordinary 0.
  return (most < 1 ? shift * extent : shift) + 0;
}

/** The transform of an image of that size. */
export function drawTransform(
  random: NumpyRandom,
  ranges: TransformRanges,
  [height, width]: readonly number[],
): TransformParameters {
  const spread = (range: number) => (range === 0 ? 0 : random.uniform(-range, range));
  const { rotationRange, shearRange, zoomRange, channelShiftRange, brightnessRange } = ranges;
  const theta = spread(rotationRange);
  const tx = drawShift(random, ranges.heightShiftRange, height!);
  const ty = drawShift(random, ranges.widthShiftRange, width!);
  const shear = spread(shearRange);
  const zooms = zoomRange[0] !== 1 || zoomRange[1] !== 1;
  const [zx, zy] = zooms ? [random.uniform(...zoomRange), random.uniform(...zoomRange)] : [1, 1];
  // Both numbers are drawn whether or not images are flipped.
  const [across, upsideDown] = [random.random() < 0.5, random.random() < 0.5];
  return {
    theta,
    tx,
    ty,
    shear,
    zx,
    zy,
    flipHorizontal: across && ranges.horizontalFlip,
    flipVertical: upsideDown && ranges.verticalFlip,
    channelShiftIntensity: channelShiftRange === 0 ? null : spread(channelShiftRange),
    brightness: brightnessRange === null ? null : random.uniform(...brightnessRange),
  };
}
