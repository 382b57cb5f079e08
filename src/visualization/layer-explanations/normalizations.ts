/** @file Layers with a few numbers for each channel: normalizations. */

import type { Layer } from '../../layers/layer.ts';
import { BatchNormalization } from '../../layers/normalization/batch-normalization.ts';
import { GroupNormalization } from '../../layers/normalization/group-normalization.ts';
import { LayerNormalization } from '../../layers/normalization/layer-normalization.ts';
import { RMSNormalization } from '../../layers/normalization/rms-normalization.ts';
import { anyParameters } from './any-layer.ts';
import { explains, extents, type ParameterCount, product, type SeenLayer } from './layer-explainer.ts';

/** All weights of such a layer have one shape. */
function parameters(seen: SeenLayer<Layer>): ParameterCount {
  const { layer, say } = seen;
  const { ownWeights } = layer;
  if (ownWeights.length === 0) return anyParameters(seen);
  const { shape, size } = ownWeights[0]!;
  const names = ownWeights.map(({ name }) => name.slice(name.lastIndexOf('/') + 1)).join(', ');
  const trained = ownWeights.filter(({ trainable }) => trainable).length * size;
  const formula = `${ownWeights.length}·${product(shape)}`;
  const places = shape.length === 1 ? say.channels(shape[0]!) : say.places(extents(shape));
  const words = say.normalization(places, names, trained, layer.countParams() - trained);
  return { formula, words: say.text([words, say.total(formula, layer.countParams())]) };
}

export const NORMALIZATIONS = [
  BatchNormalization,
  GroupNormalization,
  LayerNormalization,
  RMSNormalization,
].map((Class) => explains(Class, { parameters }));
