/** @file A plan of a model as a picture. */

import type { Drawing, Point, Shape } from '../drawing/drawing.ts';
import { textWidth } from '../drawing/glyphs.ts';
import type { Model } from '../models/model.ts';
import {
  type Box,
  INSET,
  LINE_HEIGHT,
  PADDING,
  type Plan,
  type PlanOptions,
  planModel,
} from './model-plan.ts';
import type { Placed } from './place-nodes.ts';

const MARGIN = 24;
const HEADING = 44;
const ARROW = 5;

/** The model as a picture. Throws ValueError while its input's shape is not known. */
export function drawModel(model: Model, options: PlanOptions): Drawing {
  const plan = planModel(model, options);
  const title = `${model.name} (${model.className})`;
  const facts = factsOf(model);
  const words = Math.max(textWidth(title, 16), textWidth(facts, 12));
  const width = Math.ceil(Math.max(plan.width, words) + 2 * MARGIN);
  const left = (width - plan.width) / 2;
  return {
    width,
    height: Math.ceil(plan.height + HEADING + 2 * MARGIN),
    title,
    description: `A graph of ${plan.boxes.length} boxes, one for each call of a layer, joined by arrows. ${facts}.`,
    shapes: [
      { kind: 'text', text: title, at: [MARGIN, MARGIN + 12], anchor: 'start', size: 16, fill: 'ink' },
      { kind: 'text', text: facts, at: [MARGIN, MARGIN + 30], anchor: 'start', size: 12, fill: 'muted' },
      ...drawPlan(plan, [left, MARGIN + HEADING], options),
    ],
  };
}

function factsOf(model: Model): string {
  const count = (values: readonly { readonly size: number }[]) =>
    values.reduce((sum, { size }) => sum + size, 0).toLocaleString('en-US');
  return `${count(model.weights)} parameters, ${count(model.trainableWeights)} of them trainable`;
}

function drawPlan(plan: Plan, [left, top]: Point, options: PlanOptions): Shape[] {
  const { boxes, placement } = plan;
  const { along } = placement.size;
  const pointOf = (at: Placed): Point => {
    const flow = options.rankdir === 'BT' || options.rankdir === 'RL' ? along - at.along : at.along;
    const upright = options.rankdir === 'TB' || options.rankdir === 'BT';
    return upright ? [left + at.across, top + flow] : [left + flow, top + at.across];
  };
  return [
    ...placement.lines.flatMap((line) => drawArrow(line.map(pointOf))),
    ...boxes.flatMap((box, i) => drawBox(box, pointOf(placement.nodes[i]!), options)),
  ];
}

function drawArrow(points: readonly Point[]): Shape[] {
  const [[fromX, fromY], [toX, toY]] = [points.at(-2)!, points.at(-1)!];
  const length = Math.hypot(toX - fromX, toY - fromY) || 1;
  const [dx, dy] = [((toX - fromX) / length) * ARROW, ((toY - fromY) / length) * ARROW];
  const head: Point[] = [
    [toX - dx - dy * 0.7, toY - dy + dx * 0.7],
    [toX, toY],
    [toX - dx + dy * 0.7, toY - dy - dx * 0.7],
  ];
  return [
    { kind: 'line', points, stroke: 'muted', width: 1.2 },
    { kind: 'line', points: head, stroke: 'muted', width: 1.2 },
  ];
}

function drawBox(box: Box, [x, y]: Point, options: PlanOptions): Shape[] {
  const { width, height, lines, accent, inner } = box;
  const [left, top] = [x - width / 2, y - height / 2];
  const corners: Point[] = [
    [left, top],
    [left + width, top],
    [left + width, top + height],
    [left, top + height],
    [left, top],
  ];
  const shapes: Shape[] = [
    { kind: 'rect', x: left, y: top, width, height, fill: 'paper' },
    {
      kind: 'line',
      points: corners,
      stroke: accent,
      width: inner === null ? 1.4 : 1,
      ...(inner && { dash: 4 }),
    },
  ];
  lines.forEach(({ text, size, fill }, i) => {
    const at: Point = [x, top + PADDING + i * LINE_HEIGHT + 12];
    shapes.push({ kind: 'text', text, at, anchor: 'middle', size, fill });
  });
  if (inner === null) return shapes;
  const start: Point = [x - inner.width / 2, top + height - INSET - inner.height];
  return [...shapes, ...drawPlan(inner, start, options)];
}
