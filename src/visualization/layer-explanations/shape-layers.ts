/** @file Layers that rearrange, cut, enlarge or join what they get. */

import type { Layer } from '../../layers/layer.ts';
import { Concatenate } from '../../layers/merging/concatenate.ts';
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from '../../layers/merging/element-wise.ts';
import { Cropping2D } from '../../layers/reshaping/cropping2d.ts';
import { Flatten } from '../../layers/reshaping/flatten.ts';
import { Permute } from '../../layers/reshaping/permute.ts';
import { RepeatVector } from '../../layers/reshaping/repeat-vector.ts';
import { Reshape } from '../../layers/reshaping/reshape.ts';
import { UpSampling2D } from '../../layers/reshaping/up-sampling2d.ts';
import { ZeroPadding2D } from '../../layers/reshaping/zero-padding2d.ts';
import { explains, extents, type SeenLayer, sumOf } from './layer-explainer.ts';

const flatten = explains(Flatten, {
  shape: ({ inputs, outputs, say }) => {
    const [before, after] = [inputs[0]!, outputs[0]![0]!];
    return say.flattened(before.length < 2 ? `${after}` : `${before.join('·')} = ${after}`);
  },
});

const rearranging = [Reshape, Permute].map((Class) =>
  explains<Layer>(Class, {
    shape: ({ inputs, outputs, say }) => say.sameNumbers(extents(inputs[0]!), extents(outputs[0]!)),
  }),
);

const repeatVector = explains(RepeatVector, { shape: ({ layer, say }) => say.repeated(layer.n) });

const upSampling = explains(UpSampling2D, {
  shape: ({ layer, inputs, say }) => {
    const axis = (i: 0 | 1) => `${inputs[0]![i]}·${layer.size[i]} = ${inputs[0]![i]! * layer.size[i]}`;
    return say.text([say.around(axis(0), axis(1)), say.channelsStay(inputs[0]![2]!)]);
  },
});

/** Rows and columns that are added around the maps, or taken away. */
function around(seen: SeenLayer, sides: readonly (readonly [number, number])[], sign: 1 | -1): string {
  const { inputs, say } = seen;
  const axis = (i: 0 | 1) => sumOf([inputs[0]![i]!, sign * sides[i]![0], sign * sides[i]![1]]);
  return say.text([say.around(axis(0), axis(1)), say.channelsStay(inputs[0]![2]!)]);
}

const zeroPadding = explains(ZeroPadding2D, { shape: (seen) => around(seen, seen.layer.padding, 1) });
const cropping = explains(Cropping2D, { shape: (seen) => around(seen, seen.layer.cropping, -1) });

const concatenate = explains(Concatenate, {
  shape: ({ layer, inputs, say }) => {
    const rank = inputs[0]!.length + 1;
    const axis = layer.axis < 0 ? layer.axis + rank : layer.axis;
    return say.joined(axis, sumOf(inputs.map((shape) => shape[axis - 1]!)));
  },
});

const elementWise = [Add, Average, Maximum, Minimum, Multiply, Subtract].map((Class) =>
  explains<Layer>(Class, {
    shape: ({ inputs, outputs, say }) =>
      say.text([say.eachPlace(inputs.length), say.shapeStays(extents(outputs[0]!))]),
  }),
);

export const SHAPE_LAYERS = [
  flatten,
  ...rearranging,
  repeatVector,
  upSampling,
  zeroPadding,
  cropping,
  concatenate,
  ...elementWise,
];
