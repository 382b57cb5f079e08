/**
 * @file A picture as a list of shapes. It is described once, and written as SVG (write-svg.ts) or drawn into pixels
 * (draw-pixels.ts). Lengths are in pixels at scale 1, y downwards.
 */

import type { Tensor } from '../base/tensor.ts';
import type { Language } from './language.ts';
import type { Paint } from './palette.ts';

export type Point = readonly [x: number, y: number];

/** A filled rectangle. */
export interface RectShape {
  readonly kind: 'rect';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: Paint;
  /** 0 to 1; 1 unless given. */
  readonly opacity?: number;
}

/** A line through two or more points, with round ends and joins. */
export interface LineShape {
  readonly kind: 'line';
  readonly points: readonly Point[];
  readonly stroke: Paint;
  readonly width: number;
  readonly opacity?: number;
  /** Length of dashes and of the gaps between them; without it the line is whole. */
  readonly dash?: number;
}

/** A disc (`fill`), a ring (`stroke`), or both. */
export interface CircleShape {
  readonly kind: 'circle';
  readonly center: Point;
  readonly radius: number;
  readonly fill?: Paint;
  readonly stroke?: Paint;
  /** Width of the stroke. */
  readonly width?: number;
  readonly opacity?: number;
}

/** One line of text. */
export interface TextShape {
  readonly kind: 'text';
  readonly text: string;
  /** Where the text starts, has its middle, or ends, on its baseline. */
  readonly at: Point;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Height of the font: the em. */
  readonly size: number;
  readonly fill: Paint;
  /** Degrees that the text is turned about `at`, clockwise; 0 unless given. */
  readonly angle?: number;
}

/** A picture in a picture: each of its pixels is a rectangle. */
export interface ImageShape {
  readonly kind: 'image';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** uint8 [rows, columns, 3]. */
  readonly pixels: Tensor;
  /** The same pixels as the bytes of a PNG file. */
  readonly png: Uint8Array;
}

export type Shape = RectShape | LineShape | CircleShape | TextShape | ImageShape;

/** Shapes on a sheet of paper, the first at the bottom, with words for people who cannot see them. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** What the picture is, in a few words. */
  readonly title: string;
  /** What can be seen in it. */
  readonly description: string;
  readonly shapes: readonly Shape[];
  /** The language of its texts; English unless given. Our own font, which pixels are drawn with, has no Chinese letters. */
  readonly lang?: Language;
}
