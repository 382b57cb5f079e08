/** @file What spoke for a class, laid over the picture. */

import { UnsupportedError, ValueError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import type { ValueRange } from '../images/to-bytes.ts';
import type { Model } from '../models/model.ts';
import { classActivation } from '../visualization/class-activation.ts';
import { overlay } from '../visualization/overlay.ts';
import { pictureOf } from './photo.ts';
import type { ReportContent } from './report-data.ts';

/** A function that gives Grad-CAM over the picture; null for models without maps to look at. */
export function heatFor(model: Model, range: ValueRange | undefined): ReportContent['heat'] {
  // Without names for its two classes, one unit has a score for the second only.
  const isSingle = model.outputs[0]!.shape.at(-1) === 1 && model.classNames === null;
  return async (image: Tensor, predicted: number) => {
    if (isSingle && predicted === 0) return null;
    try {
      const { heatmap } = await classActivation(model, image, { target: isSingle ? 0 : predicted });
      return overlay(pictureOf(image, range), heatmap);
    } catch (error) {
      if (error instanceof ValueError || error instanceof UnsupportedError) return null;
      throw error;
    }
  };
}
