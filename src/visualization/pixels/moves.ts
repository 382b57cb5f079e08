/** @file Numbers of layers that only move numbers: each is one of an input's, or a zero of a border. */

import { UnsupportedError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { evaluate } from '../../graph/evaluate.ts';
import { Identity } from '../../layers/identity.ts';
import type { Layer } from '../../layers/layer.ts';
import { Concatenate } from '../../layers/merging/concatenate.ts';
import { CenterCrop } from '../../layers/preprocessing/center-crop.ts';
import { ActivityRegularization } from '../../layers/regularization/activity-regularization.ts';
import { AlphaDropout } from '../../layers/regularization/alpha-dropout.ts';
import { Dropout } from '../../layers/regularization/dropout.ts';
import { GaussianDropout } from '../../layers/regularization/gaussian-dropout.ts';
import { GaussianNoise } from '../../layers/regularization/gaussian-noise.ts';
import { SpatialDropout2D } from '../../layers/regularization/spatial-dropout2d.ts';
import { StochasticDepth } from '../../layers/regularization/stochastic-depth.ts';
import { Cropping2D } from '../../layers/reshaping/cropping2d.ts';
import { Flatten } from '../../layers/reshaping/flatten.ts';
import { Permute } from '../../layers/reshaping/permute.ts';
import { RepeatVector } from '../../layers/reshaping/repeat-vector.ts';
import { Reshape } from '../../layers/reshaping/reshape.ts';
import { UpSampling2D } from '../../layers/reshaping/up-sampling2d.ts';
import { ZeroPadding2D } from '../../layers/reshaping/zero-padding2d.ts';
import { StepContext } from '../../layers/step-context.ts';
import { placeholder } from '../../ops/leaf.ts';
import {
  explainsPixels,
  type LayerMaps,
  type Origin,
  type Pixel,
  type WeightedWindow,
} from './weighted-window.ts';

/**
 * Where the number comes from; null where it comes from none. The layer itself says so: it gets the places, counted from 1
 * through all inputs, instead of their numbers.
 */
function originOf(layer: Layer, { inputs, shapes, dst }: LayerMaps, pixel: Pixel): Origin | null {
  const nodes = shapes.map((shape, i) => placeholder({ shape, name: `places${i}` }));
  const starts = inputs.map((_, i) => inputs.slice(0, i).reduce((sum, { size }) => sum + size, 1));
  const places = new Map(
    nodes.map((node, i) => {
      const shape = [1, ...shapes[i]!.slice(1)] as number[];
      return [
        node,
        { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, at) => starts[i]! + at) },
      ];
    }),
  );
  const result = layer.call(nodes, new StepContext(false));
  const moved = evaluate([Array.isArray(result) ? result[0] : result], (leaf) => places.get(leaf), 1)[0]!;
  const place = moved.data[(pixel.row * dst[1] + pixel.column) * dst[2] + pixel.filter]!;
  if (place === 0) return null;
  const input = starts.findLastIndex((start) => start <= place);
  const [, width, channels] = inputs[input]!.shape as readonly [number, number, number];
  const at = place - starts[input]!;
  const cell = Math.floor(at / channels);
  return { input, row: Math.floor(cell / width), column: cell % width, channel: at % channels };
}

function movedNumber(layer: Layer, maps: LayerMaps, pixel: Pixel): WeightedWindow {
  const origin = originOf(layer, maps, pixel);
  return {
    kind: 'moved',
    rows: [origin?.row ?? null],
    columns: [origin?.column ?? null],
    channels: [origin?.channel ?? pixel.filter],
    kernel: Float64Array.of(1),
    bias: 0,
    origins: origin === null ? [] : [origin],
  };
}

function moves<L extends Layer>(
  of: new (...options: never[]) => L,
  number: (layer: L, maps: LayerMaps, pixel: Pixel) => WeightedWindow = movedNumber,
) {
  return explainsPixels(of, number);
}

const upSampling = moves(UpSampling2D, (layer, maps, pixel) => {
  if (layer.interpolation === 'nearest') return movedNumber(layer, maps, pixel);
  throw new UnsupportedError(
    `explainPixel: layer '${layer.name}' interpolates ('${layer.interpolation}') between pixels; only 'nearest' can be explained. ` +
      'Explain the layer before it.',
  );
});

const centerCrop = moves(CenterCrop, (layer, maps, pixel) => {
  const [height, width] = maps.src.shape as readonly [number, number, number];
  if (height >= layer.height && width >= layer.width) return movedNumber(layer, maps, pixel);
  throw new UnsupportedError(
    `explainPixel: layer '${layer.name}' enlarges images of ${height} × ${width} pixels, and only cropping can be explained. ` +
      'Explain the layer before it.',
  );
});

export const MOVES = [
  moves(Concatenate),
  moves(Flatten),
  moves(Reshape),
  moves(Permute),
  moves(RepeatVector),
  moves(Cropping2D),
  moves(ZeroPadding2D),
  upSampling,
  centerCrop,
  // In prediction these change nothing.
  moves(Identity),
  moves(Dropout),
  moves(SpatialDropout2D),
  moves(AlphaDropout),
  moves(GaussianDropout),
  moves(GaussianNoise),
  moves(StochasticDepth),
  moves(ActivityRegularization),
];
