/** @file A report about a trained classifier: one HTML page, opened from disk. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { Curves } from '../charts/history-series.ts';
import { checkRange, type ValueRange } from '../images/to-bytes.ts';
import { Model } from '../models/model.ts';
import { heatFor } from './heat.ts';
import { judgeData, type ReportData } from './judge-data.ts';
import { reportPage } from './page.ts';
import { rangeOf } from './photo.ts';
import { SHOWN } from './report-data.ts';
import { type Language, TEXTS } from './texts.ts';

export type { ReportData } from './judge-data.ts';
export type { Language } from './texts.ts';

/** Options of `modelReport`. */
export interface ModelReportOptions {
  /** What the data is called in the heading; 'the data' unless given. */
  readonly dataName?: string;
  /** Names of the classes; the model's own, else their numbers, unless given. */
  readonly classNames?: readonly string[];
  /** What `fit` returned: `history.history`. Without it the page has no curves. */
  readonly history?: Curves;
  /** Names of the images, such as their files, in the data's order; their numbers unless given. */
  readonly imageNames?: readonly string[];
  /** The values that stand for black and white in the images; judged by the first image unless given. */
  readonly range?: ValueRange;
  /** 'en' or 'zh'; 'en' unless given. */
  readonly lang?: Language;
  /** Told now and then how many images are done. */
  readonly progress?: (images: number) => void;
}

const WHO = 'modelReport';
const OPTIONS: readonly (keyof ModelReportOptions)[] = [
  'dataName',
  'classNames',
  'history',
  'imageNames',
  'range',
  'lang',
  'progress',
];

/** The names of the classes that the model tells apart. */
function namesFor(model: Model, given: readonly string[] | undefined): readonly string[] {
  const names = given ?? model.classNames;
  const units = model.outputs[0]!.shape.at(-1) as number;
  const classes = units === 1 ? 2 : units;
  if (names === null || names === undefined) return Array.from({ length: classes }, (_, i) => String(i));
  if (names.length === classes) return names;
  throw new ValueError(
    `${WHO}: ${names.length} class names for a model that tells ${classes} classes apart.`,
  );
}

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
  if (!((model as unknown) instanceof Model))
    throw new ValueError(`${WHO} takes a model first, received ${describeValue(model)}.`);
  checkOptionNames(WHO, options, OPTIONS);
  checkRange(options.range, WHO);
  const {
    lang = 'en',
    dataName = 'the data',
    history = null,
    imageNames,
    progress = () => undefined,
  } = options;
  const texts = TEXTS[lang];
  if (texts === undefined) throw unknownNameError('language', lang, Object.keys(TEXTS));
  if (model.inputs.length !== 1 || model.outputs.length !== 1 || model.inputs[0]!.shape.length !== 4) {
    throw new ValueError(`${WHO}: '${model.name}' must have one input of images and one output of classes.`);
  }
  const classNames = namesFor(model, options.classNames);
  const counts = { perCell: SHOWN.perCell, mistakes: SHOWN.mistakes + SHOWN.labels };
  const { judged, images } = await judgeData(data, {
    model,
    classes: classNames.length,
    ...counts,
    progress,
  });
  const [first] = images.values();
  const range = options.range ?? rangeOf(first!);
  const nameOf = (index: number) => imageNames?.[index] ?? texts.imageName(index);
  const heat = heatFor(model, range);
  const title = texts.title(model.name, dataName);
  const content = { texts, model, title, classNames, judged, images, range, nameOf, history, heat };
  return reportPage(content, lang);
}
