/** @file Drawings as pixels. */

import { UnsupportedError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import { Canvas } from './canvas.ts';
import type {
  CircleShape,
  Drawing,
  ImageShape,
  LineShape,
  Point,
  RectShape,
  Shape,
  TextShape,
} from './drawing.ts';
import { textContours, textWidth } from './glyphs.ts';
import { type Paint, rgbOf, type Theme } from './palette.ts';

type Contours = Point[][];

/** One thing to fill. */
interface Filling {
  readonly contours: Contours;
  readonly paint: Paint;
}

/** A circle as a polygon, clockwise, or counter-clockwise as a hole. */
function circle([x, y]: Point, radius: number, hole = false): Point[] {
  const sides = Math.max(12, Math.ceil(radius * 8));
  const turn = ((hole ? -2 : 2) * Math.PI) / sides;
  return Array.from({ length: sides }, (_, i) => [
    x + radius * Math.cos(i * turn),
    y + radius * Math.sin(i * turn),
  ]);
}

function rectContours({ x, y, width, height }: RectShape): Contours {
  return [
    [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ],
  ];
}

/** The line's pieces between gaps. */
function dashes(points: readonly Point[], dash: number): Point[][] {
  const pieces: Point[][] = [];
  let [left, drawn] = [dash, true];
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1]!, points[i]!];
    const length = Math.hypot(x1 - x0, y1 - y0);
    for (let done = 0; done < length; ) {
      const step = Math.min(left, length - done);
      const at = (distance: number): Point => [
        x0 + ((x1 - x0) * distance) / length,
        y0 + ((y1 - y0) * distance) / length,
      ];
      if (drawn) pieces.push([at(done), at(done + step)]);
      done += step;
      left -= step;
      if (left <= 0) [left, drawn] = [dash, !drawn];
    }
  }
  return pieces;
}

/** A band along each piece and a disc at each point. All run clockwise, so that they add up where they overlap. */
function strokeContours(points: readonly Point[], width: number): Contours {
  const contours: Contours = points.map((point) => circle(point, width / 2));
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1]!, points[i]!];
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length === 0) continue;
    const [nx, ny] = [((y1 - y0) / length) * (width / 2), ((x0 - x1) / length) * (width / 2)];
    contours.push([
      [x0 + nx, y0 + ny],
      [x1 + nx, y1 + ny],
      [x1 - nx, y1 - ny],
      [x0 - nx, y0 - ny],
    ]);
  }
  return contours;
}

function lineContours({ points, width, dash }: LineShape): Contours {
  // Dashes have straight ends: a disc at each would close the gaps.
  if (dash === undefined) return strokeContours(points, width);
  return dashes(points, dash).map((piece) => strokeContours(piece, width).at(-1)!);
}

function circleFillings({ center, radius, fill, stroke, width = 1 }: CircleShape): Filling[] {
  const fillings: Filling[] = [];
  if (fill !== undefined) fillings.push({ contours: [circle(center, radius)], paint: fill });
  if (stroke !== undefined) {
    const ring = [circle(center, radius + width / 2), circle(center, Math.max(0, radius - width / 2), true)];
    fillings.push({ contours: ring, paint: stroke });
  }
  return fillings;
}

function textShapeContours({ text, at: [x, y], anchor, size, angle = 0 }: TextShape): Contours {
  const shift = { start: 0, middle: 0.5, end: 1 }[anchor] * textWidth(text, size);
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return textContours(text, size).map((contour) =>
    contour.map(([px, py]) => [x + (px - shift) * cos - py * sin, y + (px - shift) * sin + py * cos]),
  );
}

function fillingsOf(shape: Exclude<Shape, ImageShape>): Filling[] {
  switch (shape.kind) {
    case 'rect':
      return [{ contours: rectContours(shape), paint: shape.fill }];
    case 'line':
      return [{ contours: lineContours(shape), paint: shape.stroke }];
    case 'circle':
      return circleFillings(shape);
    case 'text':
      return [{ contours: textShapeContours(shape), paint: shape.fill }];
  }
}

/** Draws a text with its baseline from (x, y) on, without a drawing around it. */
export function drawText(canvas: Canvas, text: Omit<TextShape, 'kind'>, theme: Theme): void {
  canvas.fill(textShapeContours({ ...text, kind: 'text' }), rgbOf(text.fill, theme));
}

/**
 * The drawing as uint8 `[height · scale, width · scale, 3]`. Throws UnsupportedError for Chinese texts, whose letters our font
 * does not have.
 */
export function drawPixels(drawing: Drawing, theme: Theme, scale: number): Tensor {
  if (drawing.lang === 'zh') {
    throw new UnsupportedError(
      'Chinese letters cannot be drawn into pixels: our font does not have them. Write the picture as SVG, whose viewer has ' +
        "the letters, or make it with lang: 'en'.",
    );
  }
  const [width, height] = [Math.round(drawing.width * scale), Math.round(drawing.height * scale)];
  const canvas = new Canvas(width, height, rgbOf('paper', theme));
  for (const shape of drawing.shapes) {
    if (shape.kind === 'image') {
      const { pixels, x, y, width, height } = shape;
      canvas.paint(pixels, x * scale, y * scale, width * scale, height * scale);
      continue;
    }
    const opacity = shape.kind === 'text' ? 1 : (shape.opacity ?? 1);
    for (const { contours, paint } of fillingsOf(shape)) {
      const scaled = contours.map((contour) => contour.map(([x, y]): Point => [x * scale, y * scale]));
      canvas.fill(scaled, rgbOf(paint, theme), opacity);
    }
  }
  return canvas.toTensor();
}
