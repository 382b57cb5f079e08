/** @file A model as the nodes that its layers compute, those of models inside of it too. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { nearestName } from '../base/suggest.ts';
import { asWritten, type Node } from '../graph/node.ts';
import type { Callable } from '../layers/call-context.ts';
import { Layer } from '../layers/layer.ts';
import { StepContext } from '../layers/step-context.ts';
import { Model } from '../models/model.ts';
import { placeholder } from '../ops/leaf.ts';

/** One call of a layer. */
export interface TracedLayer {
  readonly layer: Layer;
  /** The names of the models and layers that it is inside of, and its own: `vgg16/block5_conv3`. */
  readonly path: string;
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

/** A model's nodes in prediction mode; each layer's result is on the way to what is computed from it. */
export interface TracedModel {
  readonly model: Model;
  /** Placeholders of floats, one for each input. */
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  /** The calls in the order of computation; those of a layer's parts stand before its own. */
  readonly layers: readonly TracedLayer[];
  /** What random layers and others must be fed, which is nothing that matters in prediction. */
  readonly seeds: readonly Node[];
}

/** What names a layer: its name, its path, or the layer itself. */
export type LayerName = string | Layer;

/** The names of the models and layers that a layer is called in, and its own. */
export function pathOf(model: Model, layer: Callable, owners: readonly Callable[]): string {
  return [...owners.filter((owner) => owner !== (model as Callable)), layer]
    .map(({ name }) => name)
    .join('/');
}

const traces = new WeakMap<Model, { readonly graph: object | null; readonly traced: TracedModel }>();

/**
 * The nodes of `model`, kept until its layers change. `how` names the caller in messages. Throws ValueError for anything but
 * a model, and for one that is not built.
 */
export function traceModel(how: string, model: Model): TracedModel {
  const given: unknown = model;
  if (!(given instanceof Model)) {
    throw new ValueError(`${how} takes a model first, received ${describeValue(given)}.`);
  }
  const { graph } = model;
  if (graph === null) {
    throw new ValueError(
      `${how}: '${model.name}' has not been built; call build(inputShape), or give its first layer inputShape.`,
    );
  }
  const known = traces.get(model);
  if (known !== undefined && known.graph === graph) return known.traced;
  const context = new StepContext(false);
  const inputs = model.inputs.map(({ shape, name }) => placeholder({ shape, name }));
  const outputs = asWritten(() => model.trace(inputs, context));
  const layers = context.calls
    .filter(({ layer }) => layer !== model)
    .map(({ layer, owners, ...nodes }) => {
      return { layer: layer as Layer, path: pathOf(model, layer, owners), ...nodes };
    });
  const traced = { model, inputs, outputs, layers, seeds: context.seeds.map(({ node }) => node) };
  traces.set(model, { graph, traced });
  return traced;
}

/** A nearby name in parentheses, or a list of some. */
function suggestion(name: string, layers: readonly TracedLayer[]): string {
  const names = [...new Set(layers.flatMap(({ layer, path }) => [layer.name, path]))];
  const nearest = nearestName(name, names);
  const some = [...new Set(layers.map(({ path }) => path))];
  const listed = some.length > 12 ? [...some.slice(0, 6), '…', ...some.slice(-5)] : some;
  return `${nearest === undefined ? '' : ` Did you mean '${nearest}'?`} Its layers are: ${listed.join(', ')}.`;
}

/** As `findCalls`: of a layer with several calls the first. */
export function findLayer(how: string, traced: TracedModel, wanted: LayerName): TracedLayer {
  return findCalls(how, traced, wanted)[0]!;
}

/**
 * The calls of a layer, which may be inside of a model that is used as a layer: by its name where only one has it, by its path
 * (`vgg16/block5_conv3`), or the layer itself. In the order of computation; there is one at least. Throws ValueError, with the
 * nearest name, when there is no such layer, or when several have the name.
 */
export function findCalls(how: string, { model, layers }: TracedModel, wanted: LayerName): TracedLayer[] {
  if (typeof wanted !== 'string' && !(wanted instanceof Layer)) {
    throw new ValueError(`${how}: expected a layer or its name, received ${describeValue(wanted)}.`);
  }
  const found =
    typeof wanted === 'string'
      ? layers.filter(({ layer, path }) => path === wanted || layer.name === wanted)
      : layers.filter(({ layer }) => layer === wanted);
  const exact = found.filter(({ path }) => path === wanted);
  if (exact.length > 0) return exact;
  const different = new Set(found.map(({ layer }) => layer));
  if (different.size === 1) return found;
  if (different.size > 1) {
    throw new ValueError(
      `${how}: '${model.name}' has ${different.size} layers of the name '${wanted}': ` +
        `${found.map(({ path }) => path).join(', ')}. Give one of these paths.`,
    );
  }
  const name = typeof wanted === 'string' ? wanted : wanted.name;
  throw new ValueError(`${how}: '${model.name}' has no layer '${name}'.${suggestion(name, layers)}`);
}

/**
 * The calls of layers that give maps [null, h, w, filters]. Models and layers of parts are left out where their last part
 * gives the same maps.
 */
export function callsWithMaps({ layers }: TracedModel): TracedLayer[] {
  const seen = new Set<Node>();
  return layers.filter(({ layer, outputs }) => {
    const [maps] = outputs;
    if (outputs.length !== 1 || maps!.shape.length !== 4) return false;
    const isRepeated = layer.subLayers.length > 0 && seen.has(maps!);
    seen.add(maps!);
    return !isRepeated;
  });
}

/** A layer's result as a batch of maps [null, h, w, filters]. Throws ValueError, naming the layer, for another. */
export function mapsOf(how: string, { path, outputs }: TracedLayer): Node {
  const [maps] = outputs;
  if (outputs.length === 1 && maps!.shape.length === 4) return maps!;
  throw new ValueError(
    `${how}: layer '${path}' gives ${outputs.map(({ shape }) => formatShape(shape)).join(', ')}, and no maps of height, width ` +
      'and filters. Choose a layer before the first flatten, pooling over whole maps, or dense layer.',
  );
}
