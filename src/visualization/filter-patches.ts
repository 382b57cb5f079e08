/** @file The parts of a data set's images that excite each filter of a layer most. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, wholeNumberOption } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Cells } from '../graph/op.ts';
import type { Model } from '../models/model.ts';
import { type DatasetLike, isDataset, toTensors } from '../models/training/data-types.ts';
import { type CompiledView, compiledView, type View } from './compiled-views.ts';
import { explainedInput } from './explained-input.ts';
import { filtersOption } from './filters-option.ts';
import { checkFinite } from './finite-results.ts';
import { batchOf } from './model-input.ts';
import { fieldOf, type LocatedField } from './receptive-field.ts';
import { findLayer, type LayerName, mapsOf, type TracedModel, traceModel } from './traced-model.ts';

/** A part of an image, and where it is. */
export interface FilterPatch {
  /** `[height, width, channels]`, in the data set's own numbers, cut off at the image's border. */
  readonly patch: Tensor;
  /** The filter's answer to it. */
  readonly score: number;
  /** Which of the samples it is from, counted over all batches. */
  readonly sample: number;
  /** Where the answer is in the filter's map. */
  readonly position: readonly [row: number, column: number];
  /** Where the patch is in the image. */
  readonly rows: Cells;
  readonly columns: Cells;
}

/** The patches of one filter, the strongest first. None of a filter that is the same everywhere, in all images. */
export interface FilterPatches {
  readonly filter: number;
  readonly patches: readonly FilterPatch[];
}

/** Options of `filterPatches`. */
export interface FilterPatchesOptions {
  /** A layer with maps: its name, its path, or the layer itself. */
  readonly layer: LayerName;
  /** Numbers of filters. Default: the first 64. */
  readonly filters?: readonly number[];
  /** Patches of each filter, each from another image. Default 9. */
  readonly top?: number;
  /** Which of several inputs the patches are cut from, by name or index. Needed when more than one takes images. */
  readonly input?: string | number;
  /** Images of a Tensor that are looked at together; data sets have their own batches. Default 32. */
  readonly batchSize?: number;
  /** Told after each batch how many samples were looked at, and how many there are, where that is known. */
  readonly onProgress?: (progress: { readonly samples: number; readonly total: number | null }) => void;
}

/** Images: a Tensor, one for each of several inputs, or a data set. */
export type FilterPatchesData = Tensor | readonly Tensor[] | DatasetLike;

const HOW = 'filterPatches';
const OPTIONS: readonly (keyof FilterPatchesOptions)[] = [
  'layer',
  'filters',
  'top',
  'input',
  'batchSize',
  'onProgress',
];

/** The inputs' part of a batch of a data set, which may have targets besides. */
function inputsOf(batch: unknown, { model, inputs }: TracedModel): readonly Tensor[] {
  // Where the model has several inputs, a list of Tensors is the inputs, and targets follow after a list.
  const isInputs = !Array.isArray(batch) || (inputs.length > 1 && batch[0] instanceof Tensor);
  const given: unknown = isInputs ? batch : batch[0];
  if (inputs.length > 1) return toTensors(given, { names: model.inputNames }, `${HOW}: a batch`);
  if (given instanceof Tensor) return [given];
  throw new ValueError(
    `${HOW}: expected batches of images, Tensors or lists that begin with one, received ${describeValue(given)}.`,
  );
}

function isList(data: readonly Tensor[] | DatasetLike): data is readonly Tensor[] {
  return Array.isArray(data);
}

/** Batches of all inputs. `data`: a data set, or a Tensor for each input. */
async function* batchesOf(
  data: readonly Tensor[] | DatasetLike,
  batchSize: number,
  traced: TracedModel,
): AsyncGenerator<readonly Tensor[]> {
  if (!isList(data)) {
    for await (const batch of data) yield inputsOf(batch, traced);
    return;
  }
  const samples = data[0]!.shape[0]!;
  for (let first = 0; first < samples; first += batchSize) {
    yield data.map((one) => one.slice(first, Math.min(batchSize, samples - first)));
  }
}

/**
 * A Tensor for each input, each with the axis of the batch; data sets as they are. Throws ValueError for anything else and
 * another number of Tensors, ShapeError for different numbers of samples.
 */
function checkedData(
  data: FilterPatchesData,
  { model, inputs }: TracedModel,
): readonly Tensor[] | DatasetLike {
  if (isDataset(data)) return data;
  const list: readonly unknown[] = Array.isArray(data) ? data : [data];
  if (list.length !== inputs.length || !list.every((one) => one instanceof Tensor)) {
    const expected =
      inputs.length === 1 ? 'a Tensor' : `${inputs.length} Tensors, for ${model.inputNames.join(', ')},`;
    throw new ValueError(`${HOW}: expected ${expected} or a data set, received ${describeValue(data)}.`);
  }
  const tensors = list as readonly Tensor[];
  const batches = tensors.map((one, i) =>
    one.rank === inputs[i]!.shape.length - 1 ? one.reshape([1, ...one.shape]) : one,
  );
  const counts = batches.map(({ shape }) => shape[0] ?? 0);
  if (counts.every((count) => count === counts[0])) return batches;
  throw new ShapeError(`${HOW}: the inputs have ${counts.join(', ')} samples; expected equally many.`);
}

/** The place of a filter's strongest answer in an image's maps; null where all places answer alike. */
function strongest(
  maps: Float32Array,
  filter: number,
  filters: number,
): { at: number; score: number } | null {
  let [at, score, least] = [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = filter; i < maps.length; i += filters) {
    const value = maps[i]!;
    if (value < least) least = value;
    if (value > score) [at, score] = [(i - filter) / filters, value];
  }
  return maps.length > filters && score === least ? null : { at, score };
}

function inside({ from, to }: Cells, extent: number): Cells {
  return { from: Math.max(0, from), to: Math.min(extent, to) };
}

/** Keeps the strongest patches of each filter, and of their images only these patches. */
class Best {
  readonly found: FilterPatch[][];
  readonly #filters: readonly number[];
  readonly #top: number;
  readonly #field: LocatedField | null;

  constructor(filters: readonly number[], top: number, field: LocatedField | null) {
    this.found = filters.map(() => []);
    this.#filters = filters;
    this.#top = top;
    this.#field = field;
  }

  /** Looks at the image `[h, w, c]` of that number, with its maps `[h, w, filters]`. */
  see(image: Tensor, sample: number, maps: Tensor): void {
    const [, width, filters] = maps.shape as [number, number, number];
    this.#filters.forEach((filter, i) => {
      const best = strongest(maps.data as Float32Array, filter, filters);
      const list = this.found[i]!;
      if (best === null || (list.length === this.#top && best.score <= list.at(-1)!.score)) return;
      const position = [Math.floor(best.at / width), best.at % width] as const;
      // Equal scores in the order of the data set.
      const place = list.findIndex(({ score }) => score < best.score);
      const patch = this.#cut(image, position);
      list.splice(place < 0 ? list.length : place, 0, { ...patch, score: best.score, sample, position });
      list.length = Math.min(list.length, this.#top);
    });
  }

  #cut(image: Tensor, [row, column]: readonly [number, number]) {
    const [height, width, channels] = image.shape as [number, number, number];
    const seen = this.#field?.at(row, column);
    const rows = inside(seen?.rows ?? { from: 0, to: height }, height);
    const columns = inside(seen?.columns ?? { from: 0, to: width }, width);
    const patch = image.slice(
      [rows.from, columns.from, 0],
      [rows.to - rows.from, columns.to - columns.from, channels],
    );
    return { patch, rows, columns };
  }
}

async function look(
  traced: TracedModel,
  path: string,
  view: CompiledView<View>,
  batch: readonly Tensor[],
  { cut, first }: { readonly cut: number; readonly first: number },
  best: Best,
): Promise<number> {
  const { inputs, samples } = batchOf(HOW, traced, batch);
  const [maps] = await view.run(inputs, samples);
  checkFinite(HOW, traced, path, maps!);
  const images = batch[cut]!;
  const sampleShape = traced.inputs[cut]!.shape.slice(1) as number[];
  for (let i = 0; i < samples; i++) {
    const image = images.rank === sampleShape.length ? images : images.slice(i, 1).reshape(sampleShape);
    best.see(image, first + i, maps!.slice(i, 1).reshape(maps!.shape.slice(1)));
  }
  return samples;
}

/** The index of the input that patches are cut from. Throws ShapeError when it takes no images. */
function cutInput(traced: TracedModel, wanted: string | number | undefined): number {
  const index = explainedInput(HOW, traced, wanted);
  const { shape } = traced.inputs[index]!;
  if (shape.length === 4) return index;
  throw new ShapeError(
    `${HOW}: patches are cut from images, and input '${traced.model.inputNames[index]}' of '${traced.model.name}' takes ` +
      `${formatShape(shape)}.`,
  );
}

/**
 * The patches of images that excite each filter of a layer most: what one pixel of its maps sees, around the strongest answer in
 * each image. Goes through the data batch by batch and keeps only the patches. Where a pixel sees no certain part, as behind
 * layers that mix whole images, the patch is the whole image.
 *
 * @param data Images `[samples, h, w, c]`, for models of several inputs a list of Tensors, one for each; or batches of them, with or
 * without targets. A data set is iterated once.
 * @example
 * const [first] = await visualization.filterPatches(net, test.images, { layer: 'conv2d_2' });
 * await images.saveImage('patches.png', images.grid(first.patches.map(({ patch }) => patch), { range: [0, 1], scale: 4 }));
 * @throws ValueError for no such layer or filter, a layer without maps, several inputs of images without
 * `input`, and data that is none; ShapeError for images that the model does not take, and an input that takes none.
 */
export async function filterPatches(
  net: Model,
  data: FilterPatchesData,
  options: FilterPatchesOptions,
): Promise<FilterPatches[]> {
  checkOptionNames(HOW, options ?? {}, OPTIONS);
  const traced = traceModel(HOW, net);
  const found = findLayer(HOW, traced, options?.layer);
  const maps = mapsOf(HOW, found);
  const cut = cutInput(traced, options.input);
  const checked = checkedData(data, traced);
  const filters = filtersOption(HOW, options.filters, maps.shape[3]!, found.path);
  const top = wholeNumberOption(HOW, 'top', options.top, 9, 1);
  const batchSize = wholeNumberOption(HOW, 'batchSize', options.batchSize, 32, 1);
  const best = new Best(filters, top, fieldOf(traced, maps, cut));
  const view = compiledView(traced, `maps of ${maps.id}`, () => ({ read: [maps] }));
  const total = isList(checked) ? checked[0]!.shape[0]! : null;
  let samples = 0;
  for await (const batch of batchesOf(checked, batchSize, traced)) {
    samples += await look(traced, found.path, view, batch, { cut, first: samples }, best);
    options.onProgress?.({ samples, total });
  }
  if (samples === 0) throw new ValueError(`${HOW}: the data has no images; expected at least one.`);
  return filters.map((filter, i) => ({ filter, patches: best.found[i]! }));
}
