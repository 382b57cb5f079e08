/** @file The sentence that says how to mend data of another shape than a model was made for. */

import { formatShape, type Shape } from '../base/shape.ts';

/** How to mend data of another shape than a model was made for. */
export function shapeHint(expected: Shape): string {
  const sample = formatShape(expected.slice(1));
  const images =
    expected.length === 4 ? ', for images with layers.resizing() or loadImage(…, { targetSize })' : '';
  return `Bring the samples to shape ${sample}${images}, or make the model with another inputShape.`;
}
