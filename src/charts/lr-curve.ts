/** @file The curve of a test of learning rates: the loss over the rate, and the rate that is suggested. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import type { Drawing, Point, Shape } from '../drawing/drawing.ts';
import { textWidth } from '../drawing/glyphs.ts';
import { type Language, languageOf } from '../drawing/language.ts';
import { heading, PADDING } from './heading.ts';
import { LINE_WIDTH } from './metric-panel.ts';
import { type Box, type Frame, LABEL_SIZE, plotFrame } from './plot-frame.ts';
import { powerTicks, shortNumber } from './ticks.ts';
import { CHART_WORDS, type ChartWords } from './words.ts';

/** What `lrFinder` gives. */
export interface LearningRatesLike {
  /** Growing, above 0. */
  readonly learningRates: readonly number[];
  readonly losses: readonly number[];
  readonly smoothedLosses: readonly number[];
  readonly suggestion: number;
}

/** Options of `lrCurve`. */
export interface LrCurveOptions {
  /** Heading; none unless given. */
  readonly title?: string;
  /** The language of the words; 'en' unless given. Chinese charts can be written as SVG only. */
  readonly lang?: Language;
}

const SIZE = { width: 560, height: 340 };
const TITLE_SIZE = 15;
const TITLE_HEIGHT = 26;
const AXIS_TITLE_HEIGHT = 16;
const FAINT = 0.38;
/** Losses are shown up to so many times the largest one before the least. */
const SHOWN = 1.5;

/**
 * The loss over the learning rate, whose axis is logarithmic: dots for each step, a line for the smoothed loss, and a ring at
 * the rate that is suggested. `saveChart` writes the result as SVG or PNG.
 *
 * @param found What `lrFinder` returns.
 * @throws ValueError for lists of different lengths or without numbers, and options that do not exist.
 */
export function lrCurve(found: LearningRatesLike, options: LrCurveOptions = {}): Drawing {
  checkOptionNames('lrCurve', options, ['title', 'lang']);
  checkFound(found);
  const { title } = options;
  const lang = languageOf(options.lang);
  const words = CHART_WORDS[lang];
  const head = heading('lrCurve', title, SIZE.width);
  const box = { x: PADDING, y: PADDING + head.height, ...SIZE };
  const { learningRates, losses, suggestion } = found;
  const [first, last] = [learningRates[0]!, learningRates.at(-1)!].map(shortNumber);
  return {
    width: 2 * PADDING + SIZE.width,
    height: 2 * PADDING + head.height + SIZE.height,
    title: title ?? words.rates,
    description: words.ratesDescribed(losses.length, first!, last!, shortNumber(suggestion)),
    lang,
    shapes: [...head.shapes, ...panel(box, found, words)],
  };
}

function checkFound(found: LearningRatesLike): void {
  const lists = [found?.learningRates, found?.losses, found?.smoothedLosses];
  const isCurve =
    lists.every((list) => Array.isArray(list) && list.length === lists[0]!.length && list.length > 0) &&
    lists.flat().every(Number.isFinite) &&
    lists[0]!.every((rate) => rate > 0);
  if (isCurve && found.suggestion > 0) return;
  throw new ValueError(
    'lrCurve: expected what lrFinder() returns: learningRates, losses and smoothedLosses of one length, and a suggestion; ' +
      `received ${describeValue(found)}.`,
  );
}

function panel(box: Box, found: LearningRatesLike, words: ChartWords): Shape[] {
  const { losses, smoothedLosses } = found;
  const rates = found.learningRates.map(Math.log10);
  const top = largestShown(smoothedLosses);
  const area = { ...box, y: box.y + TITLE_HEIGHT, height: box.height - TITLE_HEIGHT - AXIS_TITLE_HEIGHT };
  const shown = smoothedLosses.map((loss) => Math.min(loss, top));
  const values = [...shown, ...losses.filter((loss) => loss <= top)];
  const frame = plotFrame(area, rates, values, (first, last, width) => powerTicks(first, last, width / 60));
  const points = shown.map((loss, i) => frame.place(rates[i]!, loss));
  // Only the first point beyond the top is drawn, where the line leaves the plot.
  const leaves = smoothedLosses.findIndex((loss) => loss > top);
  return [
    ...frame.shapes,
    ...names(frame, box, words),
    ...dots(frame, rates, losses),
    ...curve(leaves < 0 ? points : points.slice(0, leaves + 1)),
    ...suggestionShapes(
      frame,
      box,
      points[nearest(rates, Math.log10(found.suggestion))]!,
      words.suggestion(shortNumber(found.suggestion)),
    ),
  ];
}

/** The names of the axes. */
function names({ plot }: Frame, box: Box, words: ChartWords): Shape[] {
  const at: Point = [plot.x + plot.width / 2, box.y + box.height - 2];
  return [
    {
      ...{ kind: 'text', text: words.loss, anchor: 'start', size: TITLE_SIZE, fill: 'ink' },
      at: [box.x, box.y + TITLE_SIZE - 1],
    },
    { kind: 'text', text: words.learningRate, at, anchor: 'middle', size: LABEL_SIZE, fill: 'muted' },
  ];
}

function curve(points: readonly Point[]): Shape[] {
  if (points.length > 1) return [{ kind: 'line', points, stroke: 'blue', width: LINE_WIDTH }];
  return [{ kind: 'circle', center: points[0]!, radius: LINE_WIDTH, fill: 'blue' }];
}

/** A little more than the losses before the least one, however large they become after it. */
function largestShown(losses: readonly number[]): number {
  const least = losses.reduce((at, loss, i) => (loss < losses[at]! ? i : at), 0);
  const before = Math.max(...losses.slice(0, least + 1));
  const room = Math.max(before - losses[least]!, Math.abs(before) * 0.2);
  return losses[least]! + SHOWN * room;
}

/** The steps' losses, but for those that the plot has no room for. */
function dots({ plot, place }: Frame, rates: readonly number[], losses: readonly number[]): Shape[] {
  const radius = Math.min(3, Math.max(1, (plot.width / rates.length) * 0.33));
  return losses
    .map((loss, i) => place(rates[i]!, loss))
    .filter(([, y]) => y >= plot.y && y <= plot.y + plot.height)
    .map((center) => ({ kind: 'circle', center, radius, fill: 'blue', opacity: FAINT }));
}

/** The place of the number that is nearest to `value`. */
function nearest(numbers: readonly number[], value: number): number {
  return numbers.reduce(
    (at, each, i) => (Math.abs(each - value) < Math.abs(numbers[at]! - value) ? i : at),
    0,
  );
}

/** A ring on the curve, a dashed line down to its rate, and the rate in words at the upper right. */
function suggestionShapes({ plot }: Frame, box: Box, center: Point, text: string): Shape[] {
  const right = box.x + box.width;
  const words: Point = [right - textWidth(text, LABEL_SIZE) - 10, box.y + TITLE_SIZE - 5];
  const at: Point = [right, box.y + TITLE_SIZE - 1];
  return [
    { kind: 'line', points: [center, [center[0], plot.y + plot.height]], stroke: 'muted', width: 1, dash: 3 },
    { kind: 'circle', center, radius: 5, stroke: 'orange', fill: 'paper', width: 2 },
    { kind: 'circle', center: words, radius: 4, stroke: 'orange', width: 1.75 },
    { kind: 'text', text, at, anchor: 'end', size: LABEL_SIZE, fill: 'muted' },
  ];
}
