/** @file A report about a trained classifier: one HTML page, opened from disk. It is loaded when the first one is made. */

export type { Language } from '../drawing/language.ts';

import type { Model } from '../models/model.ts';
import type { ReportData } from './judge-data.ts';
import type { ModelReportOptions } from './report-options.ts';

export type { ReportData } from './judge-data.ts';
export type { ModelReportOptions } from './report-options.ts';

/**
 * One self-contained page about a classifier: accuracy with its interval, curves, measures of each class, a confusion matrix
 * whose cells open the images, the most confident mistakes with Grad-CAM, labels that may be wrong, calibration, layers.
 *
 * @param model A built model of one input of images and one output: scores of classes, or one unit for two classes.
 * @param data Images and labels: two Tensors, or a dataset of such batches. Labels are numbers of classes or one-hot rows.
 * @returns The text of the HTML page.
 * @throws ValueError and ShapeError for models, data and options that do not fit.
 */
export async function modelReport(
  model: Model,
  data: ReportData,
  options: ModelReportOptions = {},
): Promise<string> {
  const { makeReport } = await import('./model-report.ts');
  return makeReport(model, data, options);
}
