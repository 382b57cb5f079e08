/** @file Numbers of layers that look at one place: dense layers at all of its channels, others at one. */

import type { ActivationFunction } from '../../activations/functions.ts';
import { leakyRelu } from '../../activations/index.ts';
import { UnsupportedError } from '../../base/errors.ts';
import type { Node } from '../../graph/node.ts';
import { Activation } from '../../layers/activations/activation.ts';
import { ELU } from '../../layers/activations/elu.ts';
import { LeakyReLU } from '../../layers/activations/leaky-relu.ts';
import { PReLU } from '../../layers/activations/p-relu.ts';
import { ReLU } from '../../layers/activations/relu.ts';
import { Softmax } from '../../layers/activations/softmax.ts';
import { Dense } from '../../layers/dense.ts';
import type { Layer } from '../../layers/layer.ts';
import { BatchNormalization } from '../../layers/normalization/batch-normalization.ts';
import {
  explainsPixels,
  kernelNumbers,
  type LayerMaps,
  oneNumber,
  type Pixel,
  repeatedAt,
  upTo,
  type WeightedWindow,
  weightOf,
} from './weighted-window.ts';

const dense = explainsPixels(
  Dense,
  (layer, { src }, { row, column, filter }): WeightedWindow => {
    const inputs = src.shape[2]!;
    const weights = weightOf(layer, 'kernel')!;
    return {
      kind: 'dense',
      rows: [row],
      columns: [column],
      channels: upTo(inputs),
      kernel: kernelNumbers([1, 1, inputs], (_kh, _kw, ic) => weights[ic * layer.units + filter]!),
      bias: weightOf(layer, 'bias')?.[filter] ?? 0,
    };
  },
  ({ activation }) => activation,
);

const batchNormalization = explainsPixels(BatchNormalization, (layer, _maps, pixel): WeightedWindow => {
  const { epsilon, axis, buildShapes } = layer;
  if (axis !== -1 && axis !== buildShapes![0]!.length - 1) {
    throw new UnsupportedError(
      `explainPixel: layer '${layer.name}' normalizes along axis ${axis}; only the last one, the channels, can be explained.`,
    );
  }
  const of = (name: string, without: number) => weightOf(layer, name)?.[pixel.filter] ?? without;
  const [mean, variance] = [of('moving_mean', 0), of('moving_variance', 1)];
  const [gamma, beta] = [of('gamma', 1), of('beta', 0)];
  const factor = gamma / Math.sqrt(variance + epsilon);
  return {
    kind: 'normalization',
    ...oneNumber(pixel, factor),
    bias: beta - mean * factor,
    normalization: { mean, variance, epsilon, gamma, beta },
  };
});

function unchanged(_layer: Layer, _maps: LayerMaps, pixel: Pixel): WeightedWindow {
  return { kind: 'activation', ...oneNumber(pixel, 1), bias: 0 };
}

const activation = explainsPixels(Activation, unchanged, (layer) => layer.activation);

/** What a layer without weights does, as a function of the name of its class. */
function functionOf(layer: Layer & { call(inputs: readonly Node[]): Node }): ActivationFunction {
  const { className } = layer;
  return { [className]: (x: Node) => layer.call([x]) }[className]!;
}

const softmax = explainsPixels(
  Softmax,
  (layer, maps, pixel) => {
    if (layer.axis.every((axis) => axis === -1)) return unchanged(layer, maps, pixel);
    throw new UnsupportedError(
      `explainPixel: layer '${layer.name}' adds up along axis ${layer.axis.join(', ')}; only the last one, -1, can be explained.`,
    );
  },
  functionOf,
);

const rectifiers = [
  explainsPixels(ReLU, unchanged, functionOf),
  explainsPixels(LeakyReLU, unchanged, functionOf),
  explainsPixels(ELU, unchanged, functionOf),
];

const pRelu = explainsPixels(
  PReLU,
  (layer, maps, pixel) => {
    const [alpha] = layer.ownWeights;
    const slope = repeatedAt(alpha!.shape, alpha!.view(), pixel);
    return { ...unchanged(layer, maps, pixel), slope };
  },
  (_layer, { slope }) => ({ PReLU: (x: Node) => leakyRelu(x, { negativeSlope: slope! }) }).PReLU,
);

export const SINGLE_PLACES = [dense, batchNormalization, activation, softmax, ...rectifiers, pRelu];
