/** @file What each filter of each layer answers to an image. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Model } from '../models/model.ts';
import { compiledView } from './compiled-views.ts';
import { checkFinite } from './finite-results.ts';
import { batchOf, type ModelImage } from './model-input.ts';
import {
  callsWithMaps,
  findLayer,
  type LayerName,
  mapsOf,
  type TracedLayer,
  type TracedModel,
  traceModel,
} from './traced-model.ts';

/** The maps of one layer. */
export interface FeatureMaps {
  /** The layer's path: its name, with the names of the models that it is inside of. */
  readonly layer: string;
  /** `[height, width, filters]` of one image, `[samples, height, width, filters]` of several. */
  readonly maps: Tensor;
}

/** Options of `featureMaps`. */
export interface FeatureMapsOptions {
  /** Names of layers, their paths, or the layers. Default: all that give maps, also inside of nested models. */
  readonly layers?: LayerName | readonly LayerName[];
}

const HOW = 'featureMaps';

/** Each layer once, with its first call. */
function layersWithMaps(traced: TracedModel): TracedLayer[] {
  const found = new Map<string, TracedLayer>();
  for (const one of callsWithMaps(traced)) if (!found.has(one.path)) found.set(one.path, one);
  if (found.size > 0) return [...found.values()];
  throw new ValueError(
    `${HOW}: no layer of '${traced.model.name}' gives maps of height, width and filters. Maps come from convolutions and poolings.`,
  );
}

function chosenLayers(traced: TracedModel, wanted: FeatureMapsOptions['layers']): TracedLayer[] {
  if (wanted === undefined) return layersWithMaps(traced);
  const list = Array.isArray(wanted) ? (wanted as readonly LayerName[]) : [wanted as LayerName];
  if (list.length > 0) return list.map((name) => findLayer(HOW, traced, name));
  throw new ValueError(
    `${HOW}: layers is an empty list (${describeValue(wanted)}). Name one layer, or leave it out.`,
  );
}

/**
 * The maps of layers for an image, or for a batch of images. All layers are computed in one pass.
 *
 * @param image What the model takes: a Tensor, or one for each input; one sample with or without the axis of the batch.
 * @example
 * const [first] = await visualization.featureMaps(net, image, { layers: ['conv2d'] });
 * await images.saveImage('maps.png', visualization.featureMapGrid(first));
 * @throws ValueError for no such layer (it says the nearest name), layers without maps, and maps of NaN; ShapeError for an image that the
 * model does not take.
 */
export async function featureMaps(
  net: Model,
  image: ModelImage,
  options: FeatureMapsOptions = {},
): Promise<FeatureMaps[]> {
  checkOptionNames(HOW, options, ['layers']);
  const traced = traceModel(HOW, net);
  const layers = chosenLayers(traced, options.layers);
  const read = layers.map((layer) => mapsOf(HOW, layer));
  const { inputs, samples } = batchOf(HOW, traced, image);
  const key = `maps of ${read.map(({ id }) => id).join()}`;
  const maps = await compiledView(traced, key, () => ({ read })).run(inputs, samples);
  return maps.map((each, i) => {
    checkFinite(HOW, traced, layers[i]!.path, each);
    return { layer: layers[i]!.path, maps: samples === 1 ? each.reshape(each.shape.slice(1)) : each };
  });
}
