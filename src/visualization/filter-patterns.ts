/** @file What excites each filter of a layer most: pictures made by gradient ascent. */

import { ShapeError, ValueError } from '../base/errors.ts';
import {
  checkOptionNames,
  describeValue,
  NOT_NEGATIVE,
  numberOption,
  POSITIVE,
  wholeNumberOption,
} from '../base/options.ts';
import { checkSeed, nextSeed, RandomGenerator } from '../base/random.ts';
import { formatShape } from '../base/shape.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Tensor } from '../base/tensor.ts';
import { currentBackend } from '../engine/backend.ts';
import { topologicalOrder } from '../graph/node.ts';
import { checkRange, type ValueRange } from '../images/to-bytes.ts';
import { Normalization } from '../layers/preprocessing/normalization.ts';
import { Rescaling } from '../layers/preprocessing/rescaling.ts';
import type { Model } from '../models/model.ts';
import { type Ascent, climb, enlarged } from './ascent.ts';
import { answersOf } from './ascent-graph.ts';
import { filtersOption } from './filters-option.ts';
import { checkFinite } from './finite-results.ts';
import { type TracedFront, traceFront } from './front-trace.ts';
import { findLayer, type LayerName, type TracedLayer, type TracedModel, traceModel } from './traced-model.ts';

/** Options of `filterPatterns`. */
export interface FilterPatternsOptions {
  /** Numbers of filters, or of units of a dense layer, where each is a class. Default: the first 64. */
  readonly filters?: readonly number[];
  /** Steps of ascent, at each of the octaves. Default 40. */
  readonly steps?: number;
  /** How far a step changes a pixel in the mean, in 255ths of the range. Default 1. */
  readonly stepSize?: number;
  /** Height and width of the pictures, one number or both. Default: those of the model's images. */
  readonly size?: number | readonly [height: number, width: number];
  /**
   * The numbers that stand for black and white in the model's images: [0, 1], [-1, 1], [0, 255]. Default [0, 255] of a model
   * that rescales or normalizes images itself, in its first layer; [0, 1] of others.
   */
  readonly range?: ValueRange;
  /** The order of the model's colours: 'rgb', or 'bgr' as VGG16 and others from Caffe have it. Default 'rgb'. */
  readonly colors?: 'rgb' | 'bgr';
  /** With the same seed the pictures are the same. Default: a new one, which follows from `utils.setRandomSeed`. */
  readonly seed?: number;
  /** Images are shifted by up to so many pixels in each step, which takes fine patterns away that depend on the place. Default 0. */
  readonly jitter?: number;
  /** Deviation, in pixels, of a Gaussian that blurs the pictures after each step. 0.5 is much. Default 0. */
  readonly blur?: number;
  /** How much smoothness counts beside the filter: 0.3 gives larger, softer patterns. Default 0. */
  readonly totalVariation?: number;
  /** Sizes at which the ascent is made, from the smallest to `size`, so that patterns have large and small parts. Default 1. */
  readonly octaves?: number;
  /** How much larger each octave is than the one before. Default 1.4. */
  readonly octaveScale?: number;
}

const HOW = 'filterPatterns';
/** Images for each thread that climb together: as many as keep it busy, and as few as stay in its cache. */
const IMAGES_PER_THREAD = 8;
const OPTIONS: readonly (keyof FilterPatternsOptions)[] = [
  'filters',
  'steps',
  'stepSize',
  'size',
  'range',
  'colors',
  'seed',
  'jitter',
  'blur',
  'totalVariation',
  'octaves',
  'octaveScale',
];

const AT_LEAST_ONE = { holds: (value: number) => value > 1, expected: 'a number above 1' };

/** The only input of the model that the layer is computed from, by its index. */
function imageInput({ model, inputs }: TracedModel, { path, outputs }: TracedLayer): number {
  const order = new Set(topologicalOrder(outputs.slice(0, 1)));
  const used = inputs.flatMap((input, i) => (order.has(input) ? [i] : []));
  if (outputs.length !== 1 || used.length !== 1) {
    throw new ValueError(
      `${HOW}: layer '${path}' has ${outputs.length} output(s) and is computed from ${used.length} of the inputs of ` +
        `'${model.name}'; expected one of each.`,
    );
  }
  const { shape } = inputs[used[0]!]!;
  if (shape.length === 4 && outputs[0]!.shape.length >= 2) return used[0]!;
  throw new ShapeError(
    `${HOW}: '${model.name}' takes samples of shape ${formatShape(shape.slice(1))}, and no images of height, width and ` +
      'channels, of which pictures could be made.',
  );
}

/** Whether the model brings bytes to its own range: its first layer says so. */
function takesBytes({ layers, inputs }: TracedModel, input: number): boolean {
  return layers.some(
    ({ layer, inputs: [first] }) =>
      first === inputs[input] && (layer instanceof Rescaling || layer instanceof Normalization),
  );
}

function sizeOption(size: unknown, [, height, width]: readonly (number | null)[]): [number, number] {
  const list: unknown = size === undefined ? [height, width] : Array.isArray(size) ? size : [size, size];
  const fits = (list as unknown[]).length === 2;
  if (fits && (list as unknown[]).every((extent) => Number.isSafeInteger(extent) && (extent as number) > 0)) {
    return list as [number, number];
  }
  throw new ValueError(
    `${HOW}: size must be a number of pixels, or [height, width], received ${describeValue(size)}.`,
  );
}

/** The option values that the ascent needs, in numbers of the model's input. */
function ascentOf(options: FilterPatternsOptions, unit: number): Ascent {
  const number = (name: 'blur' | 'totalVariation') => numberOption(HOW, name, options[name], 0, NOT_NEGATIVE);
  const smoothness = number('totalVariation');
  return {
    steps: wholeNumberOption(HOW, 'steps', options.steps, 40, 1),
    stepSize: numberOption(HOW, 'stepSize', options.stepSize, 1, POSITIVE) * unit,
    smoothness,
    smooth: smoothness > 0,
    blur: number('blur'),
    jitter: wholeNumberOption(HOW, 'jitter', options.jitter, 0, 0),
    seed: checkSeed(options.seed ?? nextSeed()),
  };
}

/** Grey noise, from 128 to 148 of 255, as the book begins: [1, h, w, c]. */
function noise(shape: readonly number[], [black]: ValueRange, unit: number, seed: number): Tensor {
  const random = new RandomGenerator(seed);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = black + random.uniform(128, 148) * unit;
  return new Tensor([1, ...shape], 'float32', data);
}

/** The three colours of an image's pixels [pixels, channels]; of other numbers of channels than 3 or 4 their mean, as grey. */
function colorsOf(values: Float32Array, channels: number, colors: 'rgb' | 'bgr'): Float32Array {
  if (channels === 3 && colors === 'rgb') return values;
  const shown = new Float32Array((values.length / channels) * 3);
  const order = colors === 'rgb' ? [0, 1, 2] : [2, 1, 0];
  for (let from = 0, to = 0; from < values.length; from += channels, to += 3) {
    if (channels === 3 || channels === 4)
      for (let c = 0; c < 3; c++) shown[to + c] = values[from + order[c]!]!;
    else shown.fill(values.subarray(from, from + channels).reduce((a, b) => a + b) / channels, to, to + 3);
  }
  return shown;
}

/** Mean and deviation of an image's numbers. */
function momentsOf(values: Float32Array): { mean: number; deviation: number } {
  // By places, since walking along typed arrays takes several times as long.
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++) {
    const difference = values[i]! - mean;
    squares += difference * difference;
  }
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/**
 * The images as pictures, by the book's `deprocess_image`: each one's mean becomes grey, a deviation a tenth of the range.
 * Exported for tests.
 */
export function asPictures(images: Tensor, unit: number, colors: 'rgb' | 'bgr'): Tensor {
  const [count, height, width, channels] = images.shape as [number, number, number, number];
  const pixels = new Uint8Array(count * height * width * 3);
  const size = height * width * channels;
  for (let image = 0, at = 0; image < count; image++) {
    const values = images.data.subarray(image * size, (image + 1) * size) as Float32Array;
    const { mean, deviation } = momentsOf(values);
    const scale = 0.1 / unit / (deviation / unit + 1e-5);
    const shown = colorsOf(values, channels, colors);
    for (let i = 0; i < shown.length; i++) {
      // Whole numbers, which are clipped in a fraction of the time.
      const level = (((shown[i]! - mean) * scale + 0.5) * 255) | 0;
      pixels[at++] = Math.min(255, Math.max(0, level));
    }
  }
  return new Tensor([count, height, width, 3], 'uint8', pixels);
}

/** The sizes of the octaves, the smallest first. */
function octaveSizes(
  [height, width]: readonly [number, number],
  options: FilterPatternsOptions,
): [number, number][] {
  const octaves = wholeNumberOption(HOW, 'octaves', options.octaves, 1, 1);
  const scale = numberOption(HOW, 'octaveScale', options.octaveScale, 1.4, AT_LEAST_ONE);
  return Array.from({ length: octaves }, (_, i) => {
    const smaller = scale ** (octaves - 1 - i);
    return [Math.max(1, Math.round(height / smaller)), Math.max(1, Math.round(width / smaller))];
  });
}

/**
 * Pictures of what excites the filters of a layer most, made by gradient ascent from grey noise: uint8 `[count, h, w, 3]`, grey
 * for models of one channel. The layer has maps, or is a dense one, whose units' patterns are those of classes;
 * of an output after softmax the score before it counts. Filters climb together, some for each thread, in one compiled function.
 *
 * The defaults are the book's recipe (listing 5.38). Deeper layers give clearer pictures with jitter, some smoothness and
 * octaves.
 *
 * @param layer Its name, its path (`vgg16/block3_conv1`), or the layer itself.
 * @example
 * const patterns = await visualization.filterPatterns(net, 'block3_conv1', { size: 64, seed: 1 });
 * await images.saveImage('patterns.png', images.grid(patterns, { columns: 8, margin: 5 }));
 * @throws ValueError for no such layer or filter and for bad options; ShapeError for models that take no images, and when a
 * layer on the way takes no images of that size.
 */
export async function filterPatterns(
  net: Model,
  layer: LayerName,
  options: FilterPatternsOptions = {},
): Promise<Tensor> {
  checkOptionNames(HOW, options, OPTIONS);
  const traced = traceModel(HOW, net);
  const target = findLayer(HOW, traced, layer);
  const input = imageInput(traced, target);
  const own = traced.inputs[input]!.shape;
  const sizes = octaveSizes(sizeOption(options.size, own.slice(0, 3)), options);
  checkRange(options.range, HOW);
  const range = options.range ?? (takesBytes(traced, input) ? [0, 255] : [0, 1]);
  const unit = (range[1] - range[0]) / 255;
  const { colors = 'rgb' } = options;
  if (colors !== 'rgb' && colors !== 'bgr')
    throw unknownNameError('order of colours', colors, ['rgb', 'bgr']);
  const filters = filtersOption(HOW, options.filters, answersOf(target).shape[1] as number, target.path);
  const ascent = ascentOf(options, unit);
  const fronts = sizes.map(([height, width]): TracedFront => {
    if (height === own[1] && width === own[2]) return { traced, target };
    const shapes = traced.inputs.map(({ shape }, i) =>
      i === input ? [null, height, width, own[3]!] : shape,
    );
    return traceFront(HOW, net, target.path, shapes);
  });
  const [[height, width]] = sizes as [[number, number]];
  const start = noise([height, width, own[3]!], range, unit, ascent.seed);
  const climbAll = async (group: readonly number[]): Promise<Tensor> => {
    let images = start.gather(group.map(() => 0));
    for (const [i, front] of fronts.entries()) {
      const [rows, columns] = sizes[i]!;
      if (i > 0) images = await enlarged(images, rows, columns);
      images = await climb(front, input, images, group, ascent);
      checkFinite(HOW, traced, target.path, images);
    }
    return images;
  };
  const groupSize = IMAGES_PER_THREAD * (await currentBackend()).describe().threads;
  const pictures: Tensor[] = [];
  let climbing = climbAll(filters.slice(0, groupSize));
  for (let next = groupSize; pictures.length < Math.ceil(filters.length / groupSize); next += groupSize) {
    const images = await climbing;
    // Pictures are made while the engine works on the next group.
    if (next < filters.length) climbing = climbAll(filters.slice(next, next + groupSize));
    pictures.push(asPictures(images, unit, colors));
  }
  return pictures[0]!.concat(pictures.slice(1));
}
