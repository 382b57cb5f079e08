/** @file The maps that a heatmap is made of: those of the last convolution, or of a layer that is asked for. */

import { ValueError } from '../base/errors.ts';
import { type Node, topologicalOrder } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { conv2dInputGradientOp, conv2dOp } from '../ops/conv2d.ts';
import { depthwiseConv2dOp, depthwiseInputGradientOp } from '../ops/depthwise-conv2d.ts';
import { crop2dOp } from '../ops/pad2d.ts';
import { winogradConv2dOp } from '../ops/winograd-conv2d.ts';
import type { Score } from './model-score.ts';
import { findLayer, type LayerName, mapsOf, type TracedModel } from './traced-model.ts';

/** Transposed convolutions are gradients of convolutions. */
const CONVOLUTIONS: ReadonlySet<Op> = new Set<Op>([
  conv2dOp,
  winogradConv2dOp,
  depthwiseConv2dOp,
  conv2dInputGradientOp,
  depthwiseInputGradientOp,
]);

/** Maps, and the path of the layer that gives them. */
export interface LayerMaps {
  readonly path: string;
  readonly maps: Node;
}

/** Whether maps have more than one pixel: one alone says nothing about where. */
function showsPlaces({ shape }: Node): boolean {
  return shape.length === 4 && (shape[1] as number) * (shape[2] as number) > 1;
}

/**
 * The maps of `layer`; without one those of the last convolution with more than one pixel, after the normalization, activation,
 * sum or concatenation that follows it: the last maps of that size. Throws ValueError, with what can be done, where there are
 * none.
 */
export function explainedMaps(
  how: string,
  traced: TracedModel,
  { origin }: Score,
  layer?: LayerName,
): LayerMaps {
  const before = topologicalOrder([origin]).filter((node) => node !== origin);
  return layer === undefined ? lastMaps(how, traced, before) : mapsOfLayer(how, traced, before, layer);
}

function mapsOfLayer(how: string, traced: TracedModel, before: readonly Node[], layer: LayerName): LayerMaps {
  const found = findLayer(how, traced, layer);
  const maps = mapsOf(how, found);
  if (!showsPlaces(maps)) {
    throw new ValueError(
      `${how}: layer '${found.path}' gives maps of 1 × 1 pixels, which say nothing about where. Choose a layer before the ` +
        'pooling over whole maps.',
    );
  }
  if (before.includes(maps)) return { path: found.path, maps };
  throw new ValueError(
    `${how}: the score does not come from layer '${found.path}'. Choose a layer between the input and the output that is explained.`,
  );
}

function lastMaps(how: string, { model, layers }: TracedModel, before: readonly Node[]): LayerMaps {
  const convolutions = before.filter(({ op }) => CONVOLUTIONS.has(op));
  for (const convolution of convolutions.filter(showsPlaces).reverse()) {
    const after = ofSameSize(convolution, before);
    const last = layers.findLast(({ outputs }) => outputs.length === 1 && after.has(outputs[0]!));
    if (last === undefined) continue;
    const maps = last.outputs[0]!;
    // A model that is used as a layer gives what its last layer gives.
    const first = layers.find(({ outputs }) => outputs.length === 1 && outputs[0] === maps)!;
    return { path: first.path, maps };
  }
  throw new ValueError(
    `${how}: ${
      convolutions.length === 0
        ? `the score of '${model.name}' comes from no convolution inside of it`
        : `all convolutions of '${model.name}' that the score comes from give maps of 1 × 1 pixels`
    }, so there are no maps that say where. visualization.attribution() explains the pixels of any model.`,
  );
}

/** The convolution's maps and all that is computed from them pixel by pixel. */
function ofSameSize(convolution: Node, order: readonly Node[]): Set<Node> {
  const found = new Set([convolution]);
  for (const node of order) {
    const { op, shape } = node;
    const follows = node.inputs.some((input) => {
      const kept = op === crop2dOp || (input.shape[1] === shape[1] && input.shape[2] === shape[2]);
      return found.has(input) && kept;
    });
    if (follows && showsPlaces(node)) found.add(node);
  }
  return found;
}
