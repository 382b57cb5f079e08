/** @file A report about a trained classifier: one HTML page, opened from disk. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { languageOf } from '../drawing/language.ts';
import { checkRange } from '../images/to-bytes.ts';
import { Model } from '../models/model.ts';
import { heatFor } from './heat.ts';
import { judgeData, type ReportData } from './judge-data.ts';
import { reportPage } from './page.ts';
import { SHOWN, THUMBNAIL } from './report-data.ts';
import type { ModelReportOptions } from './report-options.ts';
import { TEXTS } from './texts.ts';

const WHO = 'modelReport';
const OPTIONS: readonly (keyof ModelReportOptions)[] = [
  'dataName',
  'classNames',
  'history',
  'imageNames',
  'skipped',
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

/** The names of files that could not be read, as they are when the data has been read. */
function namesOfSkipped(given: ModelReportOptions['skipped']): string[] {
  const list: unknown = given ?? [];
  const hasName = (one: unknown) => typeof (one as { file?: unknown } | null)?.file === 'string';
  if (Array.isArray(list) && list.every(hasName)) return list.map(({ file }) => file);
  throw new ValueError(
    `${WHO}: \`skipped\` must be a list of { file } with the files' names, received ${describeValue(given)}.`,
  );
}

/** The page: see index.ts. */
export async function makeReport(
  model: Model,
  data: ReportData,
  options: ModelReportOptions = {},
): Promise<string> {
  if (!((model as unknown) instanceof Model))
    throw new ValueError(`${WHO} takes a model first, received ${describeValue(model)}.`);
  checkOptionNames(WHO, options, OPTIONS);
  checkRange(options.range, WHO);
  namesOfSkipped(options.skipped);
  const lang = languageOf(options.lang);
  const texts = TEXTS[lang];
  const { dataName = texts.theData, history = null, imageNames, progress = () => undefined } = options;
  if (model.inputs.length !== 1 || model.outputs.length !== 1 || model.inputs[0]!.shape.length !== 4) {
    throw new ValueError(`${WHO}: '${model.name}' must have one input of images and one output of classes.`);
  }
  const classNames = namesFor(model, options.classNames);
  const found = await judgeData(data, {
    ...{ model, classes: classNames.length, progress, range: options.range },
    ...{ perCell: SHOWN.perCell, mistakes: SHOWN.mistakes + SHOWN.labels, side: THUMBNAIL },
  });
  const nameOf = (index: number) => imageNames?.[index] ?? texts.imageName(index);
  const heat = heatFor(model, found.range);
  const title = texts.title(model.name, dataName);
  const skipped = namesOfSkipped(options.skipped);
  const content = { ...found, skipped, lang, texts, model, title, classNames, nameOf, history, heat };
  return reportPage(content);
}
