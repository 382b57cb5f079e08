/** @file What can be said of any layer, from its weights, its parts and the shapes of its call. */

import type { Variable } from '../../graph/variable.ts';
import type { Layer } from '../../layers/layer.ts';
import { extents, type ParameterCount, product, type SeenLayer } from './layer-explainer.ts';
import type { Words } from './words.ts';

/** Sums of more terms than this are written as one number. */
const MOST_TERMS = 8;

/** The layers inside of a layer, and inside of these, that have weights of their own; each once. */
function partsWithWeights(layer: Layer): Layer[] {
  const inside = layer.subLayers.flatMap((part) => [part, ...partsWithWeights(part)]);
  return [...new Set(inside)].filter(({ ownWeights }) => ownWeights.length > 0);
}

/** 'conv2d/kernel' → 'kernel'. */
function shortName({ name }: Variable): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Numbers of several weights. */
function sizes(weights: readonly Variable[]): number {
  return weights.reduce((sum, { size }) => sum + size, 0);
}

function describeWeights(weights: readonly Variable[], say: Words): string[] {
  return weights.map((weight) => say.weight(shortName(weight), extents(weight.shape), weight.trainable));
}

/** The parameters from the shapes of all weights: always right, for users' layers and models too. */
export function anyParameters({ layer, say }: SeenLayer): ParameterCount {
  const { ownWeights } = layer;
  const own = ownWeights.map(({ shape }) => product(shape));
  const parts = partsWithWeights(layer);
  if (parts.length === 0) {
    if (own.length === 0) return { formula: '0', words: say.noWeights() };
    return { formula: own.join(' + '), words: say.text(describeWeights(ownWeights, say)) };
  }
  const terms = [...own, ...parts.map((part) => sizes(part.ownWeights))];
  const formula = terms.length > MOST_TERMS ? `${layer.countParams()}` : terms.join(' + ');
  const words = own.length === 0 ? [] : [say.ownWeights(), ...describeWeights(ownWeights, say)];
  return { formula, words: say.text([...words, say.inside(parts.length)]) };
}

/** The shape before and after. */
export function anyShape({ inputs, outputs, say }: SeenLayer): string {
  const list = (shapes: readonly (readonly number[])[]) => shapes.map(extents).join(', ');
  const [before, after] = [list(inputs), list(outputs)];
  return before === after ? say.shapeStays(after) : say.shapeBecomes(before, after);
}
