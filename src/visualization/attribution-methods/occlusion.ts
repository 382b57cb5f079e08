/**
 * @file Occlusion: how far the score falls when a window of the image is covered. Source: Zeiler & Fergus 2013, "Visualizing and
 * Understanding Convolutional Networks" (arXiv 1311.2901).
 */

import { ShapeError } from '../../base/errors.ts';
import { numberOption, wholeNumberOption } from '../../base/options.ts';
import { formatShape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import type { AttributionRule, AttributionSample, PixelValues } from './pixels.ts';

/** Options of `occlusion`. */
export interface OcclusionOptions {
  /** The window's height and width in pixels. Default: an eighth of the image's shorter side. */
  readonly window?: number;
  /** Pixels from window to window. Default: half the window. */
  readonly stride?: number;
  /** What the window is filled with, in the units of the model's input. Default 0. */
  readonly value?: number;
}

/** Where windows begin along an axis; the last one ends with the image. */
function startsAlong(extent: number, window: number, stride: number): readonly number[] {
  const last = Math.max(0, extent - window);
  const starts = Array.from({ length: Math.ceil(last / stride) }, (_, i) => i * stride);
  return [...starts, last];
}

/** A pixel's value is the mean over the windows that cover it: [h, w, 1]. */
async function explain(sample: AttributionSample, options: OcclusionOptions): Promise<PixelValues> {
  const { image, question, input } = sample;
  if (image.rank !== 4) {
    throw new ShapeError(
      `occlusion: expected an image [h, w, c], received an input of shape ${formatShape(image.shape.slice(1))}.`,
    );
  }
  const [height, width, channels] = image.shape.slice(1) as [number, number, number];
  const window = wholeNumberOption(
    'occlusion',
    'window',
    options.window,
    Math.ceil(Math.min(height, width) / 8),
    1,
  );
  const stride = wholeNumberOption('occlusion', 'stride', options.stride, Math.ceil(window / 2), 1);
  const value = numberOption('occlusion', 'value', options.value, 0);
  const columns = startsAlong(width, window, stride);
  const corners = startsAlong(height, window, stride).flatMap((top) => columns.map((left) => [top, left]));
  const sums = new Float64Array(height * width);
  const counts = new Float64Array(height * width);
  const forWindow = (corner: number, body: (place: number) => void) => {
    const [top, left] = corners[corner] as [number, number];
    for (let row = top; row < Math.min(top + window, height); row++)
      for (let column = left; column < Math.min(left + window, width); column++) body(row * width + column);
  };
  const { classes } = await question.ask('scores', () => []);
  const answered = classes[0]!;
  await question.only(0, answered.target).variants('scores', () => [], {
    count: corners.length,
    varied: input,
    write: (corner, numbers) =>
      forWindow(corner, (place) => numbers.fill(value, place * channels, (place + 1) * channels)),
    read: (corner, score) =>
      forWindow(corner, (place) => {
        sums[place]! += answered.score - score;
        counts[place]!++;
      }),
  });
  const map = Float32Array.from(sums, (sum, place) => (counts[place] === 0 ? 0 : sum / counts[place]!));
  return { answered, map: new Tensor([height, width, 1], 'float32', map) };
}

export const occlusion: AttributionRule<OcclusionOptions> = {
  options: ['window', 'stride', 'value'],
  explain,
};
