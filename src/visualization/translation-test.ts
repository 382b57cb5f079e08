/** @file `translationTest`: shift an image, and watch the maps of a layer shift. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, numberOption } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import type { Model } from '../models/model.ts';
import { compiledView } from './compiled-views.ts';
import { checkFinite } from './finite-results.ts';
import { type ModelImage, oneImage } from './model-input.ts';
import { fieldOf, type LocatedField } from './receptive-field.ts';
import { findLayer, type LayerName, mapsOf, type TracedModel, traceModel } from './traced-model.ts';

/** Options of `translationTest`. */
export interface TranslationTestOptions {
  /** A layer with maps: its name, its path (`vgg16/block5_conv3`), or the layer itself. */
  readonly layer: LayerName;
  /** Pixels to shift by, down and to the right; negative ones up and to the left. One number shifts both ways. */
  readonly shift: number | readonly [rows: number, columns: number];
  /** The number of the pixels that come in at the edges; 0 unless given. */
  readonly fill?: number;
}

/** What a shift of the image does to the maps of a layer. */
export interface TranslationTest {
  readonly layer: string;
  readonly path: string;
  /** Rows and columns that the image was shifted by. */
  readonly shift: readonly [number, number];
  /** Rows and columns of the image between neighbouring places of the maps. */
  readonly strides: readonly [number, number];
  /** Places that the maps should shift by: shift / strides, rounded where `exact` is false. */
  readonly mapShift: readonly [number, number];
  /** Whether the shift is a multiple of the strides: only then can the maps shift and stay the same. */
  readonly exact: boolean;
  /** [height, width, channels]: the image before and after. */
  readonly image: Tensor;
  readonly shiftedImage: Tensor;
  /** [height, width, filters]: the maps before and after. */
  readonly maps: Tensor;
  readonly shiftedMaps: Tensor;
  /**
   * bool [height, width], in the places of `maps`: those that see, before and after, only pixels that the shift moved along
   * inside of the image, and nothing of its edges.
   */
  readonly inside: Tensor;
  /** float32 [height, width]: the largest difference of any filter after shifting back; NaN for places that went out of the maps. */
  readonly difference: Tensor;
  /** How many places are inside, and how many see an edge, of those that did not go out of the maps. */
  readonly insideCount: number;
  readonly edgeCount: number;
  /** The correlation of the numbers before and after, shifted back: 1 when they shifted along. Null for maps of one number only. */
  readonly correlation: number | null;
  /** That of the places inside; null when there are none, or they are all equal. */
  readonly insideCorrelation: number | null;
  /** The largest difference inside, as a part of the largest number of the maps; null when no place is inside. */
  readonly insideDifference: number | null;
}

const HOW = 'translationTest';

function shiftOf(shift: unknown): readonly [number, number] {
  const list: unknown = typeof shift === 'number' ? [shift, shift] : shift;
  if (
    Array.isArray(list) &&
    list.length === 2 &&
    list.every(Number.isSafeInteger) &&
    list.some((n) => n !== 0)
  ) {
    return list as unknown as readonly [number, number];
  }
  throw new ValueError(
    `${HOW}: \`shift\` must be pixels down and to the right, a whole number or two, not both 0; received ${describeValue(shift)}.`,
  );
}

/** The image with its pixels moved, and `fill` where none came from. */
function shifted(image: Tensor, [down, right]: readonly [number, number], fill: number): Tensor {
  const [height, width, channels] = image.shape as readonly [number, number, number];
  const data = new Float32Array(image.size).fill(fill);
  for (let row = Math.max(0, down); row < Math.min(height, height + down); row++) {
    for (let column = Math.max(0, right); column < Math.min(width, width + right); column++) {
      const from = ((row - down) * width + column - right) * channels;
      data.set(image.data.subarray(from, from + channels), (row * width + column) * channels);
    }
  }
  return new Tensor(image.shape, 'float32', data);
}

/** Whether the cells lie inside of the image, before and after the shift. */
function staysInside(
  { from, to }: { readonly from: number; readonly to: number },
  shift: number,
  extent: number,
): boolean {
  return Math.min(from, from + shift) >= 0 && Math.max(to, to + shift) <= extent;
}

/** Pearson's correlation of pairs; null when one side is constant, or there are none. */
class Correlation {
  readonly #sums = { n: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 };

  add(x: number, y: number): void {
    const sums = this.#sums;
    sums.n += 1;
    sums.x += x;
    sums.y += y;
    sums.xx += x * x;
    sums.yy += y * y;
    sums.xy += x * y;
  }

  get value(): number | null {
    const { n, x, y, xx, yy, xy } = this.#sums;
    const [varianceX, varianceY] = [n * xx - x * x, n * yy - y * y];
    if (n === 0 || varianceX <= 1e-12 * n * xx || varianceY <= 1e-12 * n * yy) return null;
    return (n * xy - x * y) / Math.sqrt(varianceX * varianceY);
  }
}

interface Comparison {
  readonly maps: Tensor;
  readonly shiftedMaps: Tensor;
  readonly mapShift: readonly [number, number];
  isInside(row: number, column: number): boolean;
}

/** Compares each place with the place that it shifted to. */
function compare({ maps, shiftedMaps, mapShift: [down, right], isInside }: Comparison) {
  const [height, width, filters] = maps.shape as readonly [number, number, number];
  const difference = new Float32Array(height * width).fill(Number.NaN);
  const inside = new Uint8Array(height * width);
  const [all, within] = [new Correlation(), new Correlation()];
  let [insideDifference, largest, edgeCount] = [0, 0, 0];
  for (const value of maps.data) largest = Math.max(largest, Math.abs(value));
  for (let place = 0; place < height * width; place++) {
    const [row, column] = [Math.floor(place / width), place % width];
    const [toRow, toColumn] = [row + down, column + right];
    if (toRow < 0 || toRow >= height || toColumn < 0 || toColumn >= width) continue;
    const isIn = isInside(row, column);
    const [from, to] = [place * filters, (toRow * width + toColumn) * filters];
    let most = 0;
    for (let filter = 0; filter < filters; filter++) {
      const [x, y] = [maps.data[from + filter]!, shiftedMaps.data[to + filter]!];
      most = Math.max(most, Math.abs(x - y));
      all.add(x, y);
      if (isIn) within.add(x, y);
    }
    difference[place] = most;
    inside[place] = isIn ? 1 : 0;
    if (isIn) insideDifference = Math.max(insideDifference, most);
    else edgeCount++;
  }
  const insideCount = inside.reduce((a, b) => a + b, 0);
  return {
    inside: new Tensor([height, width], 'bool', inside),
    difference: new Tensor([height, width], 'float32', difference),
    insideCount,
    edgeCount,
    correlation: all.value,
    insideCorrelation: within.value,
    insideDifference: insideCount === 0 ? null : largest === 0 ? 0 : insideDifference / largest,
  };
}

/** Throws ShapeError for an image that would be shifted out of itself. */
function checkShift([rows, columns]: readonly [number, number], image: Tensor): void {
  const [height, width] = image.shape as readonly [number, number, number];
  if (Math.abs(rows) < height && Math.abs(columns) < width) return;
  throw new ShapeError(
    `${HOW}: a shift by ${rows} rows and ${columns} columns leaves nothing of an image of ${height} × ${width}.`,
  );
}

/** The first image that parts of belong to the maps' pixels: its index among the inputs. Throws ValueError where there is none. */
function seenInput(traced: TracedModel, maps: Node, path: string): { index: number; field: LocatedField } {
  for (const [index, { shape }] of traced.inputs.entries()) {
    const field = shape.length === 4 ? fieldOf(traced, maps, index) : null;
    if (field !== null) return { index, field };
  }
  throw new ValueError(
    `${HOW}: the pixels of layer '${path}' belong to no part of an image, since a layer before it mixes whole images, or no ` +
      'input is an image. Choose an earlier layer.',
  );
}

/**
 * Shifts an image by some pixels and compares the maps of a layer before and after: those of convolutions shift along by shift /
 * strides places and stay the same, except where a place sees the image's edge, and where the shift is no multiple of the
 * strides. Flatten and dense layers have no such maps. Of several inputs, the first image that the layer sees is shifted.
 *
 * @param image One image as the model takes it, with or without the axis of the batch.
 * @example
 * const { correlation, insideDifference } = await visualization.translationTest(net, image, { layer: 'conv2d', shift: [0, 4] });
 * @throws ValueError for no such layer, a layer without maps, and bad options; ShapeError for images that the model does not take
 * and shifts that leave nothing of them.
 */
export async function translationTest(
  net: Model,
  image: ModelImage,
  options: TranslationTestOptions,
): Promise<TranslationTest> {
  const traced = traceModel(HOW, net);
  checkOptionNames(HOW, options, ['layer', 'shift', 'fill']);
  const { layer, path, outputs } = findLayer(HOW, traced, options.layer);
  const node = mapsOf(HOW, { layer, path, outputs, inputs: [] });
  const shift = shiftOf(options.shift);
  const fill = numberOption(HOW, 'fill', options.fill, 0);
  const { index, field } = seenInput(traced, node, path);
  const { inputs } = oneImage(HOW, traced, image);
  const given = inputs[index]!;
  const original = given.reshape(given.shape.slice(1));
  checkShift(shift, original);
  const moved = shifted(original, shift, fill);
  const view = compiledView(traced, `maps of ${node.id}`, () => ({ read: [node] }));
  const run = async (shown: Tensor) => {
    const [result] = await view.run(inputs.with(index, shown.reshape(given.shape)), 1);
    checkFinite(HOW, traced, path, result!);
    return result!.reshape(result!.shape.slice(1));
  };
  const [maps, shiftedMaps] = [await run(original), await run(moved)];
  const places = [0, 1].map((axis) => shift[axis]! / field.strides[axis]!);
  const mapShift = [Math.round(places[0]!), Math.round(places[1]!)] as const;
  const isInside = (row: number, column: number) => {
    const { rows, columns } = field.at(row, column);
    const [height, width] = original.shape as readonly [number, number, number];
    return !field.whole && staysInside(rows, shift[0], height) && staysInside(columns, shift[1], width);
  };
  return {
    layer: layer.name,
    path,
    shift,
    strides: field.strides,
    mapShift,
    exact: places.every(Number.isInteger),
    image: original,
    shiftedImage: moved,
    maps,
    shiftedMaps,
    ...compare({ maps, shiftedMaps, mapShift, isInside }),
  };
}
