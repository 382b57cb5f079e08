/** @file One panel of the training curves: a loss or metric over the epochs. */

import type { Point, Shape } from '../drawing/drawing.ts';
import { shortenText, textWidth } from '../drawing/glyphs.ts';
import type { Paint } from '../drawing/palette.ts';
import type { Best } from './best-epoch.ts';
import type { MetricCurves, Series } from './history-series.ts';
import { type Box, type Frame, LABEL_SIZE, plotFrame } from './plot-frame.ts';
import { smoothCurve } from './smooth-curve.ts';
import { shortNumber } from './ticks.ts';
import type { ChartWords } from './words.ts';

export const TRAINING: Paint = 'blue';
export const VALIDATION: Paint = 'orange';

/** Of curves of validation. */
export const LINE_WIDTH = 2.25;

const TITLE_SIZE = 15;
const TITLE_HEIGHT = 26;
const AXIS_TITLE_HEIGHT = 16;
const FAINT = 0.38;

/** The finite points of a series, cut where some are missing. */
function runs(frame: Frame, { epochs, values }: Series): Point[][] {
  const pieces: Point[][] = [[]];
  for (const [i, value] of values.entries()) {
    if (Number.isFinite(value)) pieces.at(-1)!.push(frame.place(epochs[i]!, value));
    else pieces.push([]);
  }
  return pieces.filter((piece) => piece.length > 0);
}

/** Discs that do not touch each other, and can be seen. */
function dots(frame: Frame, series: Series, opacity = 1): Shape[] {
  const radius = Math.min(3, Math.max(1, (frame.plot.width / series.epochs.length) * 0.33));
  return runs(frame, series)
    .flat()
    .map((center) => ({ kind: 'circle', center, radius, fill: TRAINING, opacity }));
}

function line(frame: Frame, series: Series, width: number, opacity = 1): Shape[] {
  return runs(frame, series).map((points) =>
    points.length === 1
      ? { kind: 'circle', center: points[0]!, radius: width, fill: VALIDATION, opacity }
      : { kind: 'line', points, stroke: VALIDATION, width, opacity },
  );
}

function curveShapes(frame: Frame, { training, validation }: MetricCurves, smooth: number): Shape[] {
  const smoothed = (series: Series): Series => ({ ...series, values: smoothCurve(series.values, smooth) });
  const shapes: Shape[] = [];
  if (smooth > 0) {
    if (training) shapes.push(...dots(frame, training, FAINT));
    if (validation) shapes.push(...line(frame, validation, 1, FAINT + 0.12));
  }
  if (training) shapes.push(...dots(frame, smoothed(training)));
  if (validation) shapes.push(...line(frame, smoothed(validation), LINE_WIDTH));
  return shapes;
}

/** A ring around the best value, a dashed line down to its epoch, and both as words at the upper right. */
function bestShapes(frame: Frame, box: Box, best: Best, text: string): Shape[] {
  const { plot } = frame;
  const center = frame.place(best.epoch, best.value);
  const paint = best.of === 'validation' ? VALIDATION : TRAINING;
  const right = box.x + box.width;
  const words: Point = [right - textWidth(text, LABEL_SIZE) - 10, box.y + TITLE_SIZE - 5];
  return [
    { kind: 'line', points: [center, [center[0], plot.y + plot.height]], stroke: 'muted', width: 1, dash: 3 },
    { kind: 'circle', center, radius: 5, stroke: paint, fill: 'paper', width: 2 },
    { kind: 'circle', center: words, radius: 4, stroke: paint, width: 1.75 },
    {
      kind: 'text',
      text,
      at: [right, box.y + TITLE_SIZE - 1],
      anchor: 'end',
      size: LABEL_SIZE,
      fill: 'muted',
    },
  ];
}

/** How a loss or metric is shown. */
export interface PanelOptions {
  /** The factor of the moving average; 0 for none. */
  readonly smooth: number;
  readonly best: Best | undefined;
  readonly words: ChartWords;
}

/** A loss or metric in `box`. */
export function metricPanel(box: Box, curves: MetricCurves, { smooth, best, words }: PanelOptions): Shape[] {
  const { name, training, validation } = curves;
  const values = [...(training?.values ?? []), ...(validation?.values ?? [])];
  const finite = values.filter(Number.isFinite);
  const epochs = (training ?? validation)!.epochs;
  const area = { ...box, y: box.y + TITLE_HEIGHT, height: box.height - TITLE_HEIGHT - AXIS_TITLE_HEIGHT };
  const frame = plotFrame(area, epochs, finite.length > 0 ? finite : [0]);
  const { plot } = frame;
  const bestText = best === undefined ? '' : words.best(shortNumber(best.value), best.epoch);
  const room = box.width - (best === undefined ? 0 : textWidth(bestText, LABEL_SIZE) + 30);
  const label = { kind: 'text', size: LABEL_SIZE, fill: 'muted' } as const;
  const bottom = box.y + box.height - 2;
  const shapes: Shape[] = [
    ...frame.shapes,
    {
      kind: 'text',
      text: shortenText(words.metric(name), TITLE_SIZE, room),
      at: [box.x, box.y + TITLE_SIZE - 1],
      anchor: 'start',
      size: TITLE_SIZE,
      fill: 'ink',
    },
    { ...label, text: words.epoch, at: [plot.x + plot.width / 2, bottom], anchor: 'middle' },
    ...curveShapes(frame, curves, smooth),
  ];
  const missing = values.length - finite.length;
  if (missing > 0) {
    shapes.push({ ...label, text: words.notFinite(missing), at: [plot.x, bottom], anchor: 'start' });
  }
  return best === undefined ? shapes : [...shapes, ...bestShapes(frame, box, best, bestText)];
}
