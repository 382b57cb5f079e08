/**
 * @file What one pixel of a layer sees of the image: found by asking the ops between them which rows and columns they read.
 * Sizes and steps as in Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019.
 */

import { ValueError } from '../base/errors.ts';
import { isBatched } from '../base/shape.ts';
import { type Node, topologicalOrder } from '../graph/node.ts';
import type { Cells, CellsAlong } from '../graph/op.ts';
import type { Model } from '../models/model.ts';
import { matmulOp } from '../ops/matmul.ts';
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

/** Null when they lie along different axes. */
function joined(a: CellsAlong | undefined, b: CellsAlong): CellsAlong | null {
  if (a === undefined) return b;
  if (a.axis !== b.axis) return null;
  return { axis: a.axis, from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

/** What `node` reads of its input: null for all of it. */
function readOf(node: Node, input: number, { axis, from, to }: CellsAlong): CellsAlong | null {
  const src = node.inputs[input]!.shape;
  const { op, shape } = node;
  if (shape.length < 3 || src.length < 3) return null;
  if (op.readsAlong !== undefined) return op.readsAlong(node, { axis, from, to, input });
  if (op.reads !== undefined) {
    if (axis !== 1 && axis !== 2) return null;
    const cells = op.reads(node, { cells: { from, to }, axis, input });
    return cells === null ? null : { ...cells, axis };
  }
  if (op.lowering.kind !== 'elementwise' || src.length !== shape.length) return null;
  return src[axis] === shape[axis] ? { axis, from, to } : { axis, from: 0, to: 1 };
}

/** `order` ends with the maps and has all nodes that they are computed from. */
function readAlong(order: readonly Node[], image: Node, axis: 1 | 2, of: Cells): Read {
  const found = new Map<Node, CellsAlong>([[order.at(-1)!, { ...of, axis }]]);
  const whole = new Set<Node>();
  for (const node of [...order].reverse()) {
    const cells = found.get(node);
    node.inputs.forEach((input, i) => {
      if (!isBatched(input.shape)) return;
      if (whole.has(node)) whole.add(input);
      if (cells === undefined) return;
      const read = readOf(node, i, cells);
      if (read !== null && read.from >= read.to) return;
      const all = read === null ? null : joined(found.get(input), read);
      if (all === null) whole.add(input);
      else found.set(input, all);
    });
  }
  const cells = found.get(image);
  // Where rows are made of columns, no part of the image belongs to them.
  return cells === undefined || cells.axis !== axis
    ? { cells: null, whole: cells !== undefined || whole.has(image) }
    : { cells: { from: cells.from, to: cells.to }, whole: whole.has(image) };
}

/** So many pixels further on is a whole number of steps of any layer that enlarges or takes steps. */
const FAR = 5040;

/** The axis of the result whose cells are computed from cells along `axis` of the input; undefined where there is none. */
function axisAfter(node: Node, input: number, axis: number): number | undefined {
  const others = node.shape.map((_, i) => i).slice(1);
  return [axis, ...others].find((own) => readOf(node, input, { axis: own, from: 0, to: 1 })?.axis === axis);
}

/** Whether its windows are fitted to a size, so that they end with the maps. */
function isFitted({ op, attrs, shape }: Node, axis: number): boolean {
  if (op === matmulOp) return axis === shape.length - 1;
  return op === resample2dOp || op === resizeBilinearOp || Object.hasOwn(Object(attrs), 'outputSize');
}

/** Cells along `before` of an input from one cell along `axis` to the next, in the mean; 0 where all read the same ones. */
function stepOf(node: Node, input: number, axis: number, before: number): number {
  if (isFitted(node, axis)) {
    return (node.inputs[input]!.shape[before] as number) / (node.shape[axis] as number);
  }
  const [near, far] = [0, FAR].map((from) => readOf(node, input, { axis, from, to: from + 1 }));
  return near === null || far === null ? 0 : (far!.from - near!.from) / FAR;
}

/** Pixels of `image` between neighbouring cells; null where ways of different steps lead there, or none. */
function stepAlong(order: readonly Node[], image: Node, axis: 1 | 2): number | null {
  const steps = new Map<Node, { readonly axis: number; readonly step: number | null }>([
    [image, { axis, step: 1 }],
  ]);
  for (const node of order) {
    node.inputs.forEach((input, i) => {
      const before = steps.get(input);
      if (before === undefined || !isBatched(node.shape)) return;
      const after = axisAfter(node, i, before.axis);
      if (after === undefined) return;
      const own = stepOf(node, i, after, before.axis);
      if (own === 0) return;
      const step = before.step === null ? null : before.step * own;
      const other = steps.get(node);
      const agrees =
        other === undefined ||
        (step !== null && other.step !== null && other.axis === after && Math.abs(other.step - step) < 1e-9);
      steps.set(node, { axis: after, step: agrees ? step : null });
    });
  }
  return steps.get(order.at(-1)!)?.step ?? null;
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
