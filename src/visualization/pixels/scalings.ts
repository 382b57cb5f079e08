/** @file Numbers of layers that multiply each number by a factor and add another. */

import { evaluate } from '../../graph/evaluate.ts';
import type { Node } from '../../graph/node.ts';
import type { Variable } from '../../graph/variable.ts';
import { LayerScale } from '../../layers/layer-scale.ts';
import { Normalization } from '../../layers/preprocessing/normalization.ts';
import { Rescaling } from '../../layers/preprocessing/rescaling.ts';
import { variableOp } from '../../ops/leaf.ts';
import { explainsPixels, oneNumber, type Pixel, repeatedAt, weightOf } from './weighted-window.ts';

/** A number for all channels, a list of one, or of one for each channel. */
function ofChannel(numbers: number | readonly number[], channel: number): number {
  return typeof numbers === 'number' ? numbers : numbers[numbers.length === 1 ? 0 : channel]!;
}

const rescaling = explainsPixels(Rescaling, ({ scale, offset }, _maps, pixel) => ({
  kind: 'scaling',
  ...oneNumber(pixel, ofChannel(scale, pixel.filter)),
  bias: ofChannel(offset, pixel.filter),
}));

const layerScale = explainsPixels(LayerScale, (layer, _maps, pixel) => ({
  kind: 'scaling',
  ...oneNumber(pixel, weightOf(layer, 'gamma')![pixel.filter]!),
  bias: 0,
}));

/** The values of nodes that are computed from weights alone, at the pixel's place. */
function valuesAt(nodes: readonly Node[], pixel: Pixel): number[] {
  const values = evaluate(
    nodes,
    ({ op, shape, attrs }) => {
      if (op !== variableOp) return undefined;
      const { variable } = attrs as { readonly variable: Variable };
      return { shape: shape as readonly number[], data: Float64Array.from(variable.view()) };
    },
    1,
  );
  return values.map(({ shape, data }) => repeatedAt(shape, data, pixel));
}

const normalization = explainsPixels(Normalization, (layer, _maps, pixel) => {
  const nodes = layer.statistics();
  const [mean, deviation] = valuesAt([nodes.mean, nodes.deviation], pixel) as [number, number];
  if (layer.invert) return { kind: 'scaling', ...oneNumber(pixel, deviation), bias: mean };
  return {
    kind: 'normalization',
    ...oneNumber(pixel, 1 / deviation),
    bias: -mean / deviation,
    normalization: { mean, variance: deviation ** 2, epsilon: 0, gamma: 1, beta: 0 },
  };
});

export const SCALINGS = [rescaling, layerScale, normalization];
