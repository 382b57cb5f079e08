/** @file Bars, one below the other: scores of classes, counts of files. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, numberOption, POSITIVE } from '../base/options.ts';
import type { Drawing, Shape } from '../drawing/drawing.ts';
import { shortenText, textWidth } from '../drawing/glyphs.ts';
import { type Language, languageOf } from '../drawing/language.ts';
import { checkTexts, heading, PADDING } from './heading.ts';
import { shortNumber } from './ticks.ts';
import { CHART_WORDS } from './words.ts';

/** Options of `bars`. */
export interface BarsOptions {
  /** Heading; none unless given. */
  readonly title?: string;
  /** Value of a bar that fills the width; the largest value unless given. */
  readonly max?: number;
  /** What is written at the end of a bar; the number in four digits unless given. */
  readonly format?: (value: number) => string;
  /** The language of the words; 'en' unless given. Chinese charts can be written as SVG only. */
  readonly lang?: Language;
}

const TEXT_SIZE = 13;
const ROW = { height: 26, bar: 16 };
const BAR_WIDTH = 360;
const LONGEST_NAME = 240;
const GAP = 10;
const MOST = 1000;

function checkValues(names: readonly string[], values: readonly number[]): void {
  if (
    !Array.isArray(names) ||
    !Array.isArray(values) ||
    names.length !== values.length ||
    names.length === 0
  ) {
    throw new ShapeError(
      `bars: expected a list of names and as many values, received ${describeValue(names)} and ${describeValue(values)}.`,
    );
  }
  checkTexts('bars', 'names', names);
  if (names.length > MOST)
    throw new ValueError(`bars: ${names.length} values are too many to see; show at most ${MOST}.`);
  for (const [i, value] of values.entries()) {
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new ValueError(`bars: the value of '${names[i]}' is ${value}; expected a number from 0 up.`);
    }
  }
}

/**
 * A horizontal bar for each of `values`, in the order given. Throws ShapeError unless there are as many names as values,
 * ValueError for values below 0 and options that do not exist.
 */
export function bars(
  names: readonly string[],
  values: readonly number[],
  options: BarsOptions = {},
): Drawing {
  checkOptionNames('bars', options, ['title', 'max', 'format', 'lang']);
  checkValues(names, values);
  const { title, format = shortNumber } = options;
  const lang = languageOf(options.lang);
  const words = CHART_WORDS[lang];
  const max = numberOption('bars', 'max', options.max, Math.max(...values), POSITIVE);
  const shown = names.map((name) => shortenText(name, TEXT_SIZE, LONGEST_NAME));
  const texts = values.map((value) => String(format(value)));
  const widest = (list: readonly string[]) => Math.max(...list.map((text) => textWidth(text, TEXT_SIZE)));
  const left = PADDING + widest(shown) + GAP;
  const head = heading('bars', title);
  const top = PADDING + head.height;
  const shapes: Shape[] = [...head.shapes];
  for (const [i, value] of values.entries()) {
    const y = top + i * ROW.height;
    const width = max > 0 ? Math.min(1, value / max) * BAR_WIDTH : 0;
    const baseline = y + ROW.height / 2 + 4.5;
    const text = { kind: 'text', size: TEXT_SIZE } as const;
    shapes.push(
      { ...text, text: shown[i]!, at: [left - GAP, baseline], anchor: 'end', fill: 'ink' },
      { kind: 'rect', x: left, y: y + (ROW.height - ROW.bar) / 2, width, height: ROW.bar, fill: 'blue' },
      { ...text, text: texts[i]!, at: [left + width + GAP - 3, baseline], anchor: 'start', fill: 'muted' },
    );
  }
  const bottom = top + values.length * ROW.height;
  const axis = [
    [left, top],
    [left, bottom],
  ] as const;
  shapes.push({ kind: 'line', points: axis, stroke: 'muted', width: 1 });
  return {
    width: Math.ceil(Math.max(left + BAR_WIDTH + GAP + widest(texts), PADDING + head.width) + PADDING),
    height: bottom + PADDING,
    title: title ?? words.bars,
    description: words.barsDescribed(names.map((name, i) => [name, texts[i]!])),
    lang,
    shapes,
  };
}
