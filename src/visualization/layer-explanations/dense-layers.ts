/** @file Dense layers. */

import { Dense } from '../../layers/dense.ts';
import { explains, timesOutputs } from './layer-explainer.ts';

const dense = explains(Dense, {
  parameters: ({ layer, inputs, say }) => {
    const { units, useBias } = layer;
    const width = inputs[0]!.at(-1)!;
    const formula = timesOutputs(`${width}`, useBias, units);
    const words = [
      say.unit(width, units),
      ...(useBias ? [say.bias()] : []),
      say.total(formula, layer.countParams()),
    ];
    return { formula, words: say.text(words) };
  },
  shape: ({ layer, inputs, say }) => say.lastAxis(inputs[0]!.at(-1)!, layer.units),
});

export const DENSE_LAYERS = [dense];
