/** @file What the sections of a report show: everything that was found, before it is put into words and pictures. */

import type { Tensor } from '../base/tensor.ts';
import type { Curves } from '../charts/history-series.ts';
import type { Language } from '../drawing/language.ts';
import type { ValueRange } from '../images/to-bytes.ts';
import type { Model } from '../models/model.ts';
import type { Judged } from './measures.ts';
import type { Texts } from './texts.ts';

export interface ReportContent {
  readonly lang: Language;
  readonly texts: Texts;
  readonly model: Model;
  readonly title: string;
  readonly classNames: readonly string[];
  readonly judged: readonly Judged[];
  /** Small pictures of images, by their index in the data; not of all. */
  readonly pictures: ReadonlyMap<number, Tensor>;
  /** Images as the model took them, of the most confident mistakes. */
  readonly inputs: ReadonlyMap<number, Tensor>;
  /** Which values of images are black and white; undefined for bytes. */
  readonly range: ValueRange | undefined;
  /** The name of an image, by its index in the data. */
  nameOf(index: number): string;
  /** Names of files that could not be read. */
  readonly skipped: readonly string[];
  readonly history: Curves | null;
  /** What spoke for the predicted class, laid over the picture; null where that cannot be shown. */
  heat(image: Tensor, predicted: number): Promise<Tensor | null>;
}

/** The longer side of small pictures, in pixels. */
export const THUMBNAIL = 112;

/** How many of each the page shows. */
export const SHOWN = { perCell: 24, mistakes: 12, labels: 24, pairs: 20, classes: 40, skipped: 10 } as const;
