/** @file `explainPixel`: how one number of a layer's output comes about. */

import type { ActivationFunction } from '../activations/functions.ts';
import { linear } from '../activations/index.ts';
import { InternalError, UnsupportedError } from '../base/errors.ts';
import { checkOptionNames } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import type { Model } from '../models/model.ts';
import { compiledView } from './compiled-views.ts';
import { checkFinite } from './finite-results.ts';
import { type ModelImage, oneImage } from './model-input.ts';
import type { ExplainPixelOptions, PixelExplanation, PixelTerm } from './pixel-explanation.ts';
import { activated, activationName, isElementwise } from './pixels/apply-activation.ts';
import { asMaps, checkedPixel } from './pixels/checked-pixel.ts';
import { CONVOLUTIONS } from './pixels/convolutions.ts';
import { POOLINGS } from './pixels/poolings.ts';
import { seenImage } from './pixels/seen-image.ts';
import { SINGLE_PLACES } from './pixels/single-places.ts';
import type { LayerMaps, PixelExplainer, WeightedWindow } from './pixels/weighted-window.ts';
import { findLayer, type TracedLayer, type TracedModel, traceModel } from './traced-model.ts';

const HOW = 'explainPixel';
const TERMS = 10;

const EXPLAINERS = new Map<unknown, PixelExplainer>(
  [...CONVOLUTIONS, ...POOLINGS, ...SINGLE_PLACES].map((explainer) => [explainer.of, explainer]),
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

/** What the window sees, in the order of the kernel. */
function seenNumbers({ src }: LayerMaps, { rows, columns, channels }: WeightedWindow): Float32Array {
  const [, width, all] = src.shape as readonly [number, number, number];
  const numbers = rows.flatMap((row) =>
    columns.flatMap((column) =>
      channels.map((channel) =>
        row === null || column === null ? 0 : src.data[(row * width + column) * all + channel]!,
      ),
    ),
  );
  return Float32Array.from(numbers);
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

function strongestTerms(
  { rows, columns, channels, kernel }: WeightedWindow,
  window: Float32Array,
): PixelTerm[] {
  const terms = Array.from(kernel, (weight, i): PixelTerm => {
    const place = Math.floor(i / channels.length);
    return {
      row: rows[Math.floor(place / columns.length)]!,
      column: columns[place % columns.length]!,
      channel: channels[i % channels.length]!,
      value: window[i]!,
      weight,
      product: weight * window[i]!,
    };
  });
  return terms.sort((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, TERMS);
}

/**
 * How one number of a layer's output comes about: the window of the layer's input that it sees, the kernel, their products, the
 * sum, the bias, what the activation makes of it, and which part of the image all of it depends on. For Conv2D, DepthwiseConv2D,
 * SeparableConv2D (with the product of its two kernels), Conv2DTranspose, poolings, Dense, BatchNormalization, and activations
 * that are layers (Activation, ReLU, LeakyReLU, ELU, Softmax). The output is the model's own number; that it follows from the others, but for float32's rounding, is checked.
 *
 * @param image One image as the model takes it, with or without the axis of the batch.
 * @example
 * const { window, kernel, products, sum, bias, output } = await visualization.explainPixel(net, image, {
 *   layer: 'conv2d', row: 5, column: 7, filter: 3,
 * });
 * @throws ValueError for no such layer, row, column or filter; UnsupportedError, with the layers to choose from, for layers of
 * other classes; ShapeError for images that the model does not take.
 */
export async function explainPixel(
  net: Model,
  image: ModelImage,
  options: ExplainPixelOptions,
): Promise<PixelExplanation> {
  const traced = traceModel(HOW, net);
  checkOptionNames(HOW, options, ['layer', 'row', 'column', 'filter']);
  const found = findLayer(HOW, traced, options.layer);
  const { layer, path } = found;
  const explainer = explainerOf(traced, found);
  const [src, dst] = [asMaps(path, found.inputs[0]!.shape), asMaps(path, found.outputs[0]!.shape)];
  const pixel = checkedPixel(found, options, dst);
  const { inputs } = oneImage(HOW, traced, image);
  const view = compiledView(traced, `${HOW}/${found.outputs[0]!.id}`, () => ({
    read: [found.inputs[0]!, found.outputs[0]!],
  }));
  const [input, output] = await view.run(inputs, 1);
  checkFinite(HOW, traced, path, output!);
  const maps = { src: input!.reshape(src), dst };
  const sumAt = (filter: number) => explainer.sum(layer as never, maps, { ...pixel, filter });
  const own = sumAt(pixel.filter);
  const seen = seenNumbers(maps, own);
  const { products, sum, size } = summed(seen, own);
  const before = sum + own.bias;
  const activation = explainer.activation?.(layer as never) ?? linear;
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
    ...seenImage(traced, found, inputs, pixel),
    map,
  };
}
