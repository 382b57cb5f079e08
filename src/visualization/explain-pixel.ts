/** @file `explainPixel`: how one number of a layer's output comes about. */

import type { ActivationFunction } from '../activations/functions.ts';
import { linear } from '../activations/index.ts';
import { InternalError, UnsupportedError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import type { Model } from '../models/model.ts';
import { compiledView } from './compiled-views.ts';
import { checkFinite } from './finite-results.ts';
import { type ModelImage, oneImage } from './model-input.ts';
import type { ExplainPixelOptions, PixelExplanation, PixelOrigin, PixelTerm } from './pixel-explanation.ts';
import { activated, activationName, isElementwise } from './pixels/apply-activation.ts';
import { asMaps, checkedPixel } from './pixels/checked-pixel.ts';
import { CONVOLUTIONS } from './pixels/convolutions.ts';
import { MERGES } from './pixels/merges.ts';
import { MOVES } from './pixels/moves.ts';
import { POOLINGS } from './pixels/poolings.ts';
import { SCALINGS } from './pixels/scalings.ts';
import { placeInMaps, seenImage } from './pixels/seen-image.ts';
import { SINGLE_PLACES } from './pixels/single-places.ts';
import {
  type LayerMaps,
  numberAt,
  type Origin,
  type PixelExplainer,
  type WeightedWindow,
} from './pixels/weighted-window.ts';
import { findCalls, type TracedLayer, type TracedModel, traceModel } from './traced-model.ts';

const HOW = 'explainPixel';
const TERMS = 10;

const EXPLAINERS = new Map<unknown, PixelExplainer>(
  [...CONVOLUTIONS, ...POOLINGS, ...SINGLE_PLACES, ...SCALINGS, ...MERGES, ...MOVES].map((explainer) => [
    explainer.of,
    explainer,
  ]),
);

function explainerOf({ layers }: TracedModel, { layer, path }: TracedLayer): PixelExplainer {
  const explainer = EXPLAINERS.get(layer.constructor);
  if (explainer !== undefined) return explainer;
  const known = layers.filter((each) => EXPLAINERS.has(each.layer.constructor));
  const others = [...new Set(known.map((each) => each.path))];
  const classes = [...EXPLAINERS.values()].map(
    ({ of }) => (of as unknown as { className: string }).className,
  );
  throw new UnsupportedError(
    `${HOW}: layer '${path}' is a ${layer.className}, whose numbers cannot be explained. Choose one of ` +
      `${others.length > 0 ? others.join(', ') : `another model: it has none of ${classes.join(', ')}`}.`,
  );
}

/** The places of the window in the order of the kernel; null past the edges. */
function seenPlaces({ rows, columns, channels, origins }: WeightedWindow): (Origin | null)[] {
  if (origins !== undefined && origins.length > 0) return [...origins];
  return rows.flatMap((row) =>
    columns.flatMap((column) =>
      channels.map((channel) =>
        row === null || column === null ? null : { input: 0, row, column, channel },
      ),
    ),
  );
}

/** What the window sees, in the order of the kernel. */
function seenNumbers(maps: LayerMaps, window: WeightedWindow): Float32Array {
  return Float32Array.from(seenPlaces(window), (place) => (place === null ? 0 : numberAt(maps, place)));
}

/** The sum of the products, and the sizes of all of them added up. */
function summed(window: Float32Array, { kernel, bias }: WeightedWindow) {
  const products = kernel.map((weight, i) => weight * window[i]!);
  let [sum, size] = [0, Math.abs(bias)];
  for (const product of products) {
    sum += product;
    size += Math.abs(product);
  }
  return { products, sum, size };
}

/** Throws InternalError when the model's number is not what follows from its weights. */
function checkAgreement(
  path: string,
  output: number,
  results: { readonly value: number; readonly lowest: number; readonly highest: number },
): void {
  const { value, lowest, highest } = results;
  const slack = 1e-5 * Math.max(1, Math.abs(value)) + Math.abs(highest - lowest);
  if (Math.abs(output - value) <= slack) return;
  throw new InternalError(`${HOW}: layer '${path}' gives ${output}, and ${value} follows from its weights.`);
}

/** The result for this filter, and for sums that are a rounding error smaller and larger. */
function resultOf(
  activation: ActivationFunction,
  own: { readonly filter: number; readonly before: number; readonly error: number },
  sumOf: (filter: number) => number,
  filters: number,
) {
  const { before, error } = own;
  const alone = isElementwise(activation);
  const all = alone ? [before] : Array.from({ length: filters }, (_, filter) => sumOf(filter));
  const place = alone ? 0 : own.filter;
  const [lowest, value, highest] = [-error, 0, error].map((moved) => {
    const numbers = all.map((number, i) => (i === place ? before + moved : number));
    return activated(activation, numbers)[place]!;
  });
  return { value: value!, lowest: lowest!, highest: highest! };
}

function strongestTerms(own: WeightedWindow, window: Float32Array): PixelTerm[] {
  const { rows, columns, channels, kernel, origins } = own;
  const terms = Array.from(kernel, (weight, i): PixelTerm => {
    const place = Math.floor(i / channels.length);
    return {
      input: 0,
      row: rows[Math.floor(place / columns.length)]!,
      column: columns[place % columns.length]!,
      channel: channels[i % channels.length]!,
      ...origins?.[i],
      value: window[i]!,
      weight,
      product: weight * window[i]!,
    };
  });
  return terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, TERMS);
}

/** The names of what gives the numbers: the last layer before this one that has them as its output, or an input of the model. */
function namedOrigins(
  { model, inputs, layers }: TracedModel,
  found: TracedLayer,
  origins: readonly Origin[],
  values: Float32Array,
): PixelOrigin[] {
  const before = layers.slice(0, layers.indexOf(found));
  return origins.map((origin, i) => {
    const node = found.inputs[origin.input]!;
    const makers = before.filter(({ outputs }) => outputs.includes(node));
    const maker = makers.findLast(({ layer }) => layer.subLayers.length === 0) ?? makers.at(-1);
    const name = maker?.path ?? model.inputNames[inputs.indexOf(node)] ?? `input ${origin.input}`;
    return { ...origin, layer: name, ofVector: node.shape.length === 2, value: values[i]! };
  });
}

/** The wanted one of a layer's calls. Throws ValueError, saying how many there are, for another. */
function chosenCall(calls: readonly TracedLayer[], wanted: unknown = 0): TracedLayer {
  const call = Number.isInteger(wanted) ? calls[wanted as number] : undefined;
  if (call !== undefined) return call;
  const { path } = calls[0]!;
  const has =
    calls.length === 1
      ? `0 or be left out, since the model uses layer '${path}' once`
      : `a whole number from 0 to ${calls.length - 1}, since the model uses layer '${path}' ${calls.length} times`;
  throw new ValueError(`${HOW}: \`call\` must be ${has}; received ${describeValue(wanted)}.`);
}

/** What the layer gets, as maps. */
function mapsOf({ path, inputs }: TracedLayer, values: readonly Tensor[]) {
  const maps = inputs.map(({ shape }, i) => values[i]!.reshape(asMaps(path, shape)));
  return { src: maps[0]!, inputs: maps, shapes: inputs.map(({ shape }) => shape) };
}

/**
 * How one number of a layer's output comes about: the window of the layer's input that it sees, the kernel, their products, the
 * sum, the bias, what the activation makes of it, and which part of the image all of it depends on. For Conv2D, DepthwiseConv2D,
 * SeparableConv2D (with the product of its two kernels), Conv2DTranspose, poolings, Dense, BatchNormalization, Normalization,
 * Rescaling, LayerScale, activations that are layers (Activation, ReLU, LeakyReLU, PReLU, ELU, Softmax), layers that merge inputs
 * (Add, Subtract, Multiply, Average, Maximum, Minimum), and layers that only move numbers (Concatenate, Flatten, Reshape,
 * Permute, ZeroPadding2D, Cropping2D, UpSampling2D by repeating, …). The output is the model's own number; that it follows from
 * the others, but for float32's rounding, is checked. Of a layer that the model uses several times it is the first use, unless
 * `call` says which; the result has `call` and `calls`.
 *
 * @param image One image as the model takes it, with or without the axis of the batch.
 * @example
 * const { window, kernel, products, sum, bias, output } = await visualization.explainPixel(net, image, {
 *   layer: 'conv2d', row: 5, column: 7, filter: 3,
 * });
 * @throws ValueError for no such layer, row, column, filter or call; UnsupportedError, with the layers to choose from, for layers of
 * other classes; ShapeError for images that the model does not take.
 */
export async function explainPixel(
  net: Model,
  image: ModelImage,
  options: ExplainPixelOptions,
): Promise<PixelExplanation> {
  const traced = traceModel(HOW, net);
  checkOptionNames(HOW, options, ['layer', 'row', 'column', 'filter', 'call']);
  const calls = findCalls(HOW, traced, options.layer);
  const found = chosenCall(calls, options.call);
  const { layer, path } = found;
  const explainer = explainerOf(traced, found);
  const dst = asMaps(path, found.outputs[0]!.shape);
  const pixel = checkedPixel(found, options, dst);
  const { inputs } = oneImage(HOW, traced, image);
  const read = [found.outputs[0]!, ...found.inputs];
  const view = compiledView(traced, `${HOW}/${read.map(({ id }) => id).join(' ')}`, () => ({ read }));
  const [output, ...values] = await view.run(inputs, 1);
  checkFinite(HOW, traced, path, output!);
  const maps = { ...mapsOf(found, values), dst };
  const sumAt = (filter: number) => explainer.sum(layer as never, maps, { ...pixel, filter });
  const own = sumAt(pixel.filter);
  const seen = seenNumbers(maps, own);
  const { products, sum, size } = summed(seen, own);
  const before = sum + own.bias;
  const activation = explainer.activation?.(layer as never, own) ?? linear;
  const map = output!.reshape(dst).slice([0, 0, pixel.filter], [-1, -1, 1]).reshape([dst[0], dst[1]]);
  const value = map.data[pixel.row * dst[1] + pixel.column]!;
  const beforeOf = (filter: number) => {
    const other = sumAt(filter);
    return summed(seenNumbers(maps, other), other).sum + other.bias;
  };
  // The engine may add in another order, and by Winograd's algorithm.
  const error = 1e-5 * size;
  checkAgreement(
    path,
    value,
    resultOf(activation, { filter: pixel.filter, before, error }, beforeOf, dst[2]),
  );
  const shape = [own.rows.length, own.columns.length, own.channels.length];
  return {
    ...pixel,
    kind: own.kind,
    layer: layer.name,
    path,
    className: layer.className,
    call: calls.indexOf(found),
    calls: calls.length,
    rows: own.rows,
    columns: own.columns,
    channels: own.channels,
    window: new Tensor(shape, 'float32', seen),
    kernel: new Tensor(shape, 'float64', own.kernel),
    products: new Tensor(shape, 'float64', products),
    sum,
    bias: own.bias,
    beforeActivation: before,
    activation: activationName(activation),
    output: value,
    strongest: strongestTerms(own, seen),
    normalization: own.normalization ?? null,
    slope: own.slope ?? null,
    origins: own.origins === undefined ? null : namedOrigins(traced, found, own.origins, seen),
    ...seenImage(traced, inputs, placeInMaps(found, pixel, own)),
    map,
  };
}
