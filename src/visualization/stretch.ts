/** @file Maps of one number for each place at the size of a picture. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { resizeSpans } from '../base/resize-spans.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';

/** Throws unless `heatmap` is [h, w], or [h, w, 1], of finite numbers: ShapeError, ValueError. */
export function checkHeat(who: string, heatmap: unknown): asserts heatmap is Tensor {
  if (!(heatmap instanceof Tensor)) {
    throw new ValueError(`${who}: expected a heatmap as a Tensor, received ${describeValue(heatmap)}.`);
  }
  const fits = heatmap.rank === 2 || (heatmap.rank === 3 && heatmap.shape[2] === 1);
  if (!fits || heatmap.size === 0) {
    throw new ShapeError(
      `${who}: expected a heatmap [h, w], received ${formatShape(heatmap.shape)}. Of a map with channels take one number for each ` +
        'pixel, e.g. map.abs().max(2).',
    );
  }
  if (!heatmap.allFinite()) throw new ValueError(`${who}: the heatmap has numbers that are not finite.`);
}

/** The map [h, w] or [h, w, 1] at another size, in between by bilinear interpolation (half-pixel centres): float32 [height, width]. */
export function stretch(map: Tensor, height: number, width: number): Tensor {
  const [fromHeight, fromWidth] = map.shape as [number, number];
  const source = map.data;
  const [rows, columns] = [
    resizeSpans(fromHeight, height, 'bilinear'),
    resizeSpans(fromWidth, width, 'bilinear'),
  ];
  const wide = new Float32Array(fromHeight * width);
  for (let row = 0; row < fromHeight; row++) {
    columns.forEach(({ first, weights }, column) => {
      const at = row * fromWidth + first;
      wide[row * width + column] = weights.reduce((sum, weight, i) => sum + weight * source[at + i]!, 0);
    });
  }
  const data = new Float32Array(height * width);
  rows.forEach(({ first, weights }, row) => {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * wide[(first + i) * width + column]!;
      data[row * width + column] = sum;
    }
  });
  return new Tensor([height, width], 'float32', data);
}
