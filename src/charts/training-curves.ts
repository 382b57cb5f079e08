/** @file Training curves: the losses and metrics that `fit` returns, over the epochs. */

import { checkOptionNames, numberOption } from '../base/options.ts';
import type { Drawing, Shape } from '../drawing/drawing.ts';
import { type Language, languageOf } from '../drawing/language.ts';
import { type Best, bestEpoch, type Modes } from './best-epoch.ts';
import { heading, PADDING } from './heading.ts';
import { type HistoryLike, type MetricCurves, metricCurves, type ValidationFreq } from './history-series.ts';
import { legend } from './legend.ts';
import { metricPanel } from './metric-panel.ts';
import { SMOOTHING } from './smooth-curve.ts';
import { shortNumber } from './ticks.ts';
import { CHART_WORDS, type ChartWords } from './words.ts';

/** Options of `trainingCurves`. */
export interface TrainingCurvesOptions {
  /** Losses and metrics to show, in this order; all, with `loss` first, unless given. */
  readonly metrics?: readonly string[];
  /**
   * How much curves are smoothed: the factor of the exponential moving average, from 0 (not at all) to below 1. What was
   * measured is shown faintly behind. 0.8 for 20 epochs or more and 0 for fewer unless given, since a smoothed curve lags
   * behind by five epochs.
   */
  readonly smoothing?: number;
  /** Heading; none unless given. */
  readonly title?: string;
  /** The `validationFreq` that `fit` had; 1 unless given. */
  readonly validationFreq?: ValidationFreq;
  /** Whether small ('min') or large ('max') values of a metric are good; judged by its name unless given. */
  readonly mode?: Modes;
  /** The language of the words; 'en' unless given. Chinese charts can be written as SVG only. */
  readonly lang?: Language;
}

const OPTIONS: readonly (keyof TrainingCurvesOptions)[] = [
  'metrics',
  'smoothing',
  'title',
  'validationFreq',
  'mode',
  'lang',
];

const GAP = { x: 40, y: 28 };
const PANEL = { width: 400, height: 286 };
const ALONE = { width: 560, height: 340 };
const LEGEND_HEIGHT = 32;
const SMOOTHED_FROM = 20;

function describeCurves(curves: MetricCurves, best: Best | undefined, words: ChartWords): string {
  const parts: string[] = [];
  for (const of of ['training', 'validation'] as const) {
    const values = curves[of]?.values;
    if (values === undefined) continue;
    parts.push(words.course(of, shortNumber(values[0]!), shortNumber(values.at(-1)!), values.length));
  }
  const end = best === undefined ? '' : words.bestOf(best.of, shortNumber(best.value), best.epoch);
  return words.described(words.metric(curves.name), parts, end);
}

function epochCount({ training, validation }: MetricCurves): number {
  return (training ?? validation)!.epochs.length;
}

/**
 * The curves of a training run: a panel for the loss and for each metric, training as dots, validation as a line, the
 * best epoch marked. `saveChart` writes the result as SVG or PNG.
 *
 * @param history What `fit` returns, or its `history`.
 * @throws ValueError for histories without numbers, names that it does not have, and options that do not exist.
 */
export function trainingCurves(history: HistoryLike, options: TrainingCurvesOptions = {}): Drawing {
  checkOptionNames('trainingCurves', options, OPTIONS);
  const { metrics, title, validationFreq = 1, mode = {} } = options;
  const lang = languageOf(options.lang);
  const words = CHART_WORDS[lang];
  const all = metricCurves(history, metrics, validationFreq);
  const automatic = epochCount(all[0]!) >= SMOOTHED_FROM ? 0.8 : 0;
  const smooth = numberOption('trainingCurves', 'smoothing', options.smoothing, automatic, SMOOTHING);
  const size = all.length === 1 ? ALONE : PANEL;
  const columns = Math.min(2, all.length);
  const rows = Math.ceil(all.length / columns);
  const width = columns * size.width + (columns - 1) * GAP.x;
  const head = heading('trainingCurves', title, width);
  const top = PADDING + head.height;
  const shapes: Shape[] = [...head.shapes];
  const [training, validation] = [all.some((c) => c.training), all.some((c) => c.validation)];
  shapes.push(...legend([PADDING, top + 11], { training, validation, smooth }, words));
  const sentences: string[] = [];
  for (const [i, curves] of all.entries()) {
    const x = PADDING + (i % columns) * (size.width + GAP.x);
    const y = top + LEGEND_HEIGHT + Math.floor(i / columns) * (size.height + GAP.y);
    const best = bestEpoch(curves, mode);
    shapes.push(...metricPanel({ x, y, ...size }, curves, { smooth, best, words }));
    sentences.push(describeCurves(curves, best, words));
  }
  return {
    width: 2 * PADDING + width,
    height: top + LEGEND_HEIGHT + rows * size.height + (rows - 1) * GAP.y + PADDING,
    title: title ?? words.curves,
    description: sentences.join(words.between),
    lang,
    shapes,
  };
}
