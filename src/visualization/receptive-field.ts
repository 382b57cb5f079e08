/**
 * @file What one pixel of a layer sees of the image: found by asking the ops between them which rows and columns they read.
 * Sizes and steps as in Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019.
 */

import { ValueError } from '../base/errors.ts';
import { isBatched } from '../base/shape.ts';
import { type Node, topologicalOrder } from '../graph/node.ts';
import type { Cells } from '../graph/op.ts';
import type { Model } from '../models/model.ts';
import { resample2dOp } from '../ops/resample2d.ts';
import { resizeBilinearOp } from '../ops/resize-bilinear.ts';
import { findLayer, type LayerName, mapsOf, type TracedModel, traceModel } from './traced-model.ts';

export type { Cells };

/** What one pixel of a map sees, in pixels of the image, beyond its edges too where the layers pad. */
export interface FieldOfPixel {
  readonly rows: Cells;
  readonly columns: Cells;
}

/** What the pixels of a layer's maps see of the image. Numbers are pixels of the image: [rows, columns]. */
export interface ReceptiveField {
  /** How much one pixel sees, the borders of zeros included; of maps where that differs, in the middle. */
  readonly size: readonly [number, number];
  /** From one pixel's field to the next one's. Below 1 where maps were enlarged. */
  readonly strides: readonly [number, number];
  /** Where the first pixel's field begins; negative where the layers pad. */
  readonly start: readonly [number, number];
  /** True when every pixel depends on the whole image besides, by means over whole maps and the like. */
  readonly whole: boolean;
}

/** As `ReceptiveField`, with the field of each pixel. */
export interface LocatedField extends ReceptiveField {
  /** The field of the pixel in that row and column of the maps. */
  at(row: number, column: number): FieldOfPixel;
}

/** The cells of `image` that cells of `maps` are computed from, along one axis; null when none are told apart. */
interface Read {
  readonly cells: Cells | null;
  readonly whole: boolean;
}

function joined(a: Cells | undefined, b: Cells): Cells {
  return a === undefined ? b : { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

/** What `node` reads of its input: null for all of it. */
function readOf(node: Node, input: number, axis: 1 | 2, cells: Cells): Cells | null {
  const from = node.inputs[input]!.shape;
  if (node.shape.length < 3 || from.length < 3) return null;
  if (node.op.reads !== undefined) return node.op.reads(node, { cells, axis, input });
  if (node.op.lowering.kind !== 'elementwise' || from.length !== node.shape.length) return null;
  return from[axis] === node.shape[axis] ? cells : { from: 0, to: 1 };
}

/** `order` ends with the maps and has all nodes that they are computed from. */
function readAlong(order: readonly Node[], image: Node, axis: 1 | 2, of: Cells): Read {
  const found = new Map<Node, Cells>([[order.at(-1)!, of]]);
  const whole = new Set<Node>();
  for (const node of [...order].reverse()) {
    const cells = found.get(node);
    node.inputs.forEach((input, i) => {
      if (!isBatched(input.shape)) return;
      if (whole.has(node)) whole.add(input);
      if (cells === undefined) return;
      const read = readOf(node, i, axis, cells);
      if (read === null) whole.add(input);
      else if (read.from < read.to) found.set(input, joined(found.get(input), read));
    });
  }
  return { cells: found.get(image) ?? null, whole: whole.has(image) };
}

/** So many pixels further on is a whole number of steps of any layer that enlarges or takes steps. */
const FAR = 5040;

/** Cells of an input from one cell of `node` to the next, in the mean; 0 where all cells read the same ones, or not these. */
function stepOf(node: Node, input: number, axis: 1 | 2): number {
  const { op, attrs, shape } = node;
  // What fits its windows to a size ends with the maps.
  if (op === resample2dOp || op === resizeBilinearOp || Object.hasOwn(Object(attrs), 'outputSize')) {
    return (node.inputs[input]!.shape[axis] as number) / (shape[axis] as number);
  }
  const [near, far] = [0, FAR].map((from) => readOf(node, input, axis, { from, to: from + 1 }));
  return near === null || far === null ? 0 : (far!.from - near!.from) / FAR;
}

/** Pixels of `image` between neighbouring cells; null where ways of different steps lead there, or none. */
function stepAlong(order: readonly Node[], image: Node, axis: 1 | 2): number | null {
  const steps = new Map<Node, number | null>([[image, 1]]);
  for (const node of order) {
    node.inputs.forEach((input, i) => {
      const before = steps.get(input);
      if (before === undefined || !isBatched(node.shape)) return;
      const own = stepOf(node, i, axis);
      if (own === 0) return;
      const step = before === null ? null : before * own;
      const other = steps.get(node);
      const agrees =
        other === undefined || (step !== null && other !== null && Math.abs(other - step) < 1e-9);
      steps.set(node, agrees ? step : null);
    });
  }
  return steps.get(order.at(-1)!) ?? null;
}

/**
 * The fields of the pixels of `maps`, a node of the traced model, on its input of that index. Null when no part of the image
 * belongs to a pixel, since the way leads through a layer that reads whole images, or none leads to this input.
 */
export function fieldOf(traced: TracedModel, maps: Node, input = 0): LocatedField | null {
  const image = traced.inputs[input]!;
  const order = topologicalOrder([maps]);
  const known = [new Map<number, Read>(), new Map<number, Read>()] as const;
  const read = (axis: 1 | 2, from: number): Read => {
    const one = known[axis - 1]!.get(from) ?? readAlong(order, image, axis, { from, to: from + 1 });
    known[axis - 1]!.set(from, one);
    return one;
  };
  const [, height, width] = maps.shape as readonly [null, number, number, number];
  const along = [height, width].map((extent, i) => {
    const axis = i === 0 ? 1 : 2;
    const [first, middle, last] = [0, extent >> 1, extent - 1].map((place) => read(axis, place));
    if (first!.cells === null || middle!.cells === null || last!.cells === null) return null;
    // Where ways of different steps meet: the mean; one pixel has no neighbour, so the step that one more would make.
    const [after, steps] = extent > 1 ? [last!, extent - 1] : [read(axis, 1), 1];
    const mean = ((after.cells ?? first!.cells).from - first!.cells.from) / steps;
    return {
      size: middle!.cells.to - middle!.cells.from,
      stride: stepAlong(order, image, axis) ?? mean,
      start: first!.cells.from,
      whole: middle!.whole,
    };
  });
  const [rows, columns] = along;
  if (rows === null || columns === null || rows === undefined || columns === undefined) return null;
  return {
    size: [rows.size, columns.size],
    strides: [rows.stride, columns.stride],
    start: [rows.start, columns.start],
    whole: rows.whole || columns.whole,
    at: (row, column) => ({ rows: read(1, row).cells!, columns: read(2, column).cells! }),
  };
}

/**
 * What one pixel of a layer's maps sees of the image, in any graph of convolutions, poolings, paddings and the like.
 *
 * @param layer A layer with maps: its name, its path (`vgg16/block5_conv3`), or the layer itself.
 * @example
 * visualization.receptiveField(net, 'conv2d_2');  // { size: [18, 18], strides: [4, 4], start: [0, 0], whole: false }
 * @throws ValueError for no such layer, a layer without maps, and when its pixels belong to no part of the image.
 */
export function receptiveField(net: Model, layer: LayerName): ReceptiveField {
  const how = 'receptiveField';
  const traced = traceModel(how, net);
  const found = findLayer(how, traced, layer);
  const fields = traced.inputs.map((_, i) => fieldOf(traced, mapsOf(how, found), i));
  const field = fields.find((one) => one !== null);
  if (field == null) {
    throw new ValueError(
      `${how}: the pixels of layer '${found.path}' belong to no part of the image, since a layer before it mixes whole images ` +
        '(a flatten, a dense layer, or an own reshaping). Choose an earlier layer.',
    );
  }
  const { size, strides, start, whole } = field;
  return { size, strides, start, whole };
}
