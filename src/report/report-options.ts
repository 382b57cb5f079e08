/** @file Options of `modelReport`. */

import type { Curves } from '../charts/history-series.ts';
import type { Language } from '../drawing/language.ts';
import type { ValueRange } from '../images/to-bytes.ts';

/** Options of `modelReport`. */
export interface ModelReportOptions {
  /** What the data is called in the heading; 'the data', in the page's language, unless given. */
  readonly dataName?: string;
  /** Names of the classes; the model's own, else their numbers, unless given. */
  readonly classNames?: readonly string[];
  /** What `fit` returned: `history.history`. Without it the page has no curves. */
  readonly history?: Curves;
  /** Names of the images, such as their files, in the data's order; their numbers unless given. */
  readonly imageNames?: readonly string[];
  /**
   * Files that could not be read, and so are not in the data: the page says how many, and names the first ones. The list may grow
   * while the data is read.
   */
  readonly skipped?: readonly { readonly file: string }[];
  /** The values that stand for black and white in the images; judged by the first image unless given. */
  readonly range?: ValueRange;
  /** 'en' or 'zh'; 'en' unless given. */
  readonly lang?: Language;
  /** Told now and then how many images are done. */
  readonly progress?: (images: number) => void;
}
