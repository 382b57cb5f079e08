/** @file The frame of a plot: its scales, grid, marks and their labels. */

import type { Point, Shape } from '../drawing/drawing.ts';
import { textWidth } from '../drawing/glyphs.ts';
import { niceTicks, type Ticks } from './ticks.ts';

/** A part of the sheet. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** From numbers to places on the sheet. */
export interface Frame {
  /** Where the curves are, without labels. */
  readonly plot: Box;
  readonly place: (x: number, y: number) => Point;
  readonly shapes: readonly Shape[];
}

export const LABEL_SIZE = 12;
/** Below the plot: the labels of the marks. */
export const LABELS_HEIGHT = 22;
const LABEL_GAP = 8;

/** Room for the curves' own width at the ends of the horizontal axis. */
const INSET = 8;

/** Values that differ by less than this part of their size differ by rounding. */
const ROUNDING = 1e-9;

/**
 * A little more than the values take, but not below zero if they are not; around values that are the same but for rounding,
 * a range of their size.
 */
function verticalRange(values: readonly number[]): [low: number, high: number] {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const size = Math.max(Math.abs(least), Math.abs(most));
  const extra = most - least <= size * ROUNDING ? size * 0.1 || 0.5 : (most - least) * 0.05;
  return [least >= 0 ? Math.max(0, least - extra) : least - extra, most + extra];
}

/** The marks of the horizontal axis, from its ends and its length in pixels. */
export type HorizontalTicks = (first: number, last: number, width: number) => Ticks;

function epochTicks(first: number, last: number, width: number): Ticks {
  if (first === last) return { values: [first], labels: [String(first)] };
  return niceTicks(first, last, width / 50, 1);
}

/**
 * A frame in `box` around the finite `values` over `positions`: epochs, unless `ticksOf` says what is at them. Labels of the
 * vertical axis stand left of the plot, in the box; those of the horizontal one below it, in its last `LABELS_HEIGHT`
 * pixels.
 */
export function plotFrame(
  box: Box,
  positions: readonly number[],
  values: readonly number[],
  ticksOf: HorizontalTicks = epochTicks,
): Frame {
  const [low, high] = verticalRange(values);
  const height = box.height - LABELS_HEIGHT;
  const vertical = niceTicks(low, high, height / 42);
  const margin = Math.max(...vertical.labels.map((label) => textWidth(label, LABEL_SIZE))) + LABEL_GAP;
  const plot = { x: box.x + margin, y: box.y, width: box.width - margin, height };
  const [first, last] = [positions[0]!, positions.at(-1)!];
  const across = (x: number) =>
    first === last
      ? plot.x + plot.width / 2
      : plot.x + INSET + ((x - first) / (last - first)) * (plot.width - 2 * INSET);
  const place = (x: number, y: number): Point => [across(x), plot.y + ((high - y) / (high - low)) * height];
  const horizontal = ticksOf(first, last, plot.width);
  return { plot, place, shapes: frameShapes(plot, place, horizontal, vertical, [first, low]) };
}

function frameShapes(
  plot: Box,
  place: Frame['place'],
  horizontal: Ticks,
  vertical: Ticks,
  [first, low]: readonly [number, number],
): Shape[] {
  const label = { kind: 'text', size: LABEL_SIZE, fill: 'muted' } as const;
  const bottom = plot.y + plot.height;
  const right = plot.x + plot.width;
  const shapes: Shape[] = [];
  for (const [i, value] of vertical.values.entries()) {
    const y = place(first, value)[1];
    shapes.push({
      kind: 'line',
      points: [
        [plot.x, y],
        [right, y],
      ],
      stroke: 'rule',
      width: 1,
    });
    shapes.push({ ...label, text: vertical.labels[i]!, at: [plot.x - LABEL_GAP, y + 4], anchor: 'end' });
  }
  shapes.push({
    kind: 'line',
    points: [
      [plot.x, bottom],
      [right, bottom],
    ],
    stroke: 'muted',
    width: 1,
  });
  for (const [i, value] of horizontal.values.entries()) {
    const x = place(value, low)[0];
    shapes.push({
      kind: 'line',
      points: [
        [x, bottom],
        [x, bottom + 4],
      ],
      stroke: 'muted',
      width: 1,
    });
    shapes.push({ ...label, text: horizontal.labels[i]!, at: [x, bottom + 18], anchor: 'middle' });
  }
  return shapes;
}
