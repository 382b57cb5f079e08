/** @file The layer calls of a Functional model, made again from its config (`functional_from_config`). */

import { type ConfigValue, isKerasObject } from '../../base/config.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import type { Shape } from '../../base/shape.ts';
import { InputLayer } from '../../layers/input-layer.ts';
import { Layer, type SymbolicTensor } from '../../layers/layer.ts';
import { tensorsOfCall } from '../../operations/from-config.ts';
import { Operation } from '../../operations/operation.ts';
import { isRecord, type Structure, sortedNames } from '../structure.ts';
import { isModel } from './saved-layers.ts';

/** A model that takes images of any size: it is made when the first tensor that it is called with is there. */
export interface OpenModel {
  readonly className: string;
  make(inputs: readonly Shape[]): Layer;
}

/** A layer of the config and its calls, not yet made. */
export interface ConfiguredLayer {
  readonly name: string;
  readonly layer: Layer | OpenModel;
  readonly nodes: readonly ConfigValue[];
}

/** The layers of a config by name, each with the index of its first call in this model. */
type LayersByName = ReadonlyMap<string, NumberedLayer>;

interface NumberedLayer {
  readonly name: string;
  layer: Layer | OpenModel;
  /** The index that the layer's call 0 has, or would have, when calls are counted as the file does. */
  readonly first: number;
  /** What the first call is in the lists of the model's ends. */
  readonly firstEnd: number;
}

/** A tensor's address: layer, call of the layer, output of the call. */
type Place = readonly [name: string, call: number, output: number];

/**
 * Makes the calls in an order in which their inputs are there, and returns the model's ends. Throws FormatError when an
 * input is missing or calls need each other in a circle, UnsupportedError for calls with arguments besides tensors.
 */
export function buildGraph(
  layers: readonly ConfiguredLayer[],
  inputPlaces: ConfigValue | undefined,
  outputPlaces: ConfigValue | undefined,
): { inputs: Structure<SymbolicTensor>; outputs: Structure<SymbolicTensor> } {
  // A layer of several models has calls of the others already.
  const calls = layers.flatMap(({ nodes }) => nodes.filter(Array.isArray));
  const isKeras2 = calls.length > 0;
  const last = lastCalls([...calls, inputPlaces, outputPlaces]);
  const byName: LayersByName = new Map(
    layers.map(({ name, layer, nodes }) => {
      const isOpen = !(layer instanceof Layer);
      const made = isOpen || layer instanceof InputLayer ? 0 : layer.inboundCalls.length;
      // Keras 2 counts a model's calls from 1, since its making is call 0; Keras 3 those of a Functional in the lists of ends.
      const fromOne = isKeras2 && (isOpen || isModel(layer)) && (last.get(name) ?? 0) >= nodes.length;
      const inEnds = isKeras2 ? fromOne : layer.className === 'Functional';
      return [
        name,
        { name, layer, first: made - Number(fromOne), firstEnd: Number(inEnds) - Number(fromOne) },
      ] as const;
    }),
  );
  const waiting = layers.flatMap(({ name, layer, nodes }): WaitingCalls[] =>
    layer instanceof InputLayer ? [] : [{ called: byName.get(name)!, nodes, next: 0 }],
  );
  makeCalls(waiting, byName);
  const stuck = waiting
    .filter(({ nodes, next }) => next < nodes.length)
    .map(({ called }) => `'${called.name}'`);
  if (stuck.length > 0) {
    throw new FormatError(
      `the calls of ${stuck.join(', ')} wait for inputs that never come: the graph has a loop or a gap.`,
    );
  }
  return { inputs: readEnds(inputPlaces, byName), outputs: readEnds(outputPlaces, byName) };
}

/** The greatest number of a call of each layer in lists of places, which may have more behind `[layer, call, output]`. */
function lastCalls(places: readonly (ConfigValue | undefined)[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  const visit = (value: ConfigValue | undefined): void => {
    if (!Array.isArray(value)) return;
    const [name, call] = value;
    if (typeof name === 'string' && typeof call === 'number')
      last.set(name, Math.max(call, last.get(name) ?? 0));
    else value.forEach(visit);
  };
  places.forEach(visit);
  return last;
}

/** A layer's calls, in order, and how many of them are made. */
interface WaitingCalls {
  readonly called: NumberedLayer;
  readonly nodes: readonly ConfigValue[];
  next: number;
}

/** Makes every call whose inputs exist. A call is tried again only when an input that it waits for was made. */
function makeCalls(waiting: readonly WaitingCalls[], byName: LayersByName): void {
  const waitingFor = new Map<NumberedLayer, Map<number, WaitingCalls[]>>();
  // In reverse, since layers are taken from the end of the list: so they come in the file's order.
  const ready = [...waiting].reverse();
  for (let one = ready.pop(); one !== undefined; one = ready.pop()) {
    const { called } = one;
    while (one.next < one.nodes.length) {
      const places = placesOf(called, one.nodes[one.next]!);
      const inputs = places.map((place) => findTensor(byName, place));
      const missing = places[inputs.indexOf(null)];
      if (missing !== undefined) {
        const source = byName.get(missing[0])!;
        const calls = getOrMake(waitingFor, source, () => new Map<number, WaitingCalls[]>());
        getOrMake(calls, source.first + missing[1], () => []).push(one);
        break;
      }
      const layer = madeFor(called, inputs as SymbolicTensor[]);
      const made = layer.inboundCalls.length;
      layer.applyAll(inputs as SymbolicTensor[]);
      one.next++;
      ready.push(...(waitingFor.get(called)?.get(made) ?? []));
    }
  }
}

/** The layer, made for these inputs where it is a model of open size that was not called before. */
function madeFor(called: NumberedLayer, inputs: readonly SymbolicTensor[]): Layer {
  if (called.layer instanceof Layer) return called.layer;
  const layer = called.layer.make(inputs.map(({ shape }) => shape));
  called.layer = layer;
  return layer;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Keras 3: `{ args, kwargs }` with tensors as objects; Keras 2: a list of `[name, call, output, kwargs]`. */
function placesOf({ name, layer }: NumberedLayer, node: ConfigValue): Place[] {
  if (layer instanceof Operation) return tensorsOfCall(layer, node).map(placeOfTensor);
  if (Array.isArray(node)) {
    return node.map((entry) => {
      checkKeywords(name, Array.isArray(entry) ? entry[3] : undefined);
      return toPlace(Array.isArray(entry) ? entry.slice(0, 3) : entry);
    });
  }
  if (!isRecord(node)) throw new FormatError(`a call of '${name}' is ${describeValue(node)}.`);
  const { args, kwargs } = node as Record<string, ConfigValue>;
  checkKeywords(name, kwargs);
  const tensors = (value: ConfigValue | undefined): Place[] => {
    if (Array.isArray(value)) return value.flatMap(tensors);
    if (isKerasObject(value) && value.class_name === '__keras_tensor__') return [placeOfTensor(value)];
    // Models take records in the order of their names.
    if (isRecord(value) && !isKerasObject(value))
      return sortedNames(value).flatMap((name) => tensors(value[name] as ConfigValue));
    throw new UnsupportedError(`'${name}' is called with ${describeValue(value)} besides tensors.`);
  };
  return tensors(args);
}

/**
 * Throws UnsupportedError for a keyword that changes what the call computes. `training` does not: Keras notes it for every
 * layer that knows it, and sets it anew each time the model is trained or predicts.
 */
function checkKeywords(layerName: string, keywords: ConfigValue | undefined): void {
  if (keywords === undefined || keywords === null) return;
  if (!isRecord(keywords)) {
    throw new FormatError(`the keywords of a call of '${layerName}' are ${describeValue(keywords)}.`);
  }
  const given = Object.entries(keywords).find(([name, value]) => name !== 'training' && !isNothing(value));
  if (given === undefined) return;
  const [name, value] = given;
  throw new UnsupportedError(
    `'${layerName}' is called with ${name}=${describeValue(value)}; only tensors by position are supported.`,
  );
}

/** The place that a `__keras_tensor__` names. */
function placeOfTensor(tensor: ConfigValue): Place {
  const { config } = tensor as { readonly config?: ConfigValue };
  return toPlace(isRecord(config) ? (config.keras_history as ConfigValue) : config);
}

/** Null, or a list or record of nothing else, such as the masks of several tensors. */
function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isNothing);
  return value === null || (isRecord(value) && Object.values(value).every(isNothing));
}

function toPlace(value: ConfigValue | undefined): Place {
  if (isPlace(value)) return value;
  throw new FormatError(`expected a tensor's place [layer, call, output], found ${describeValue(value)}.`);
}

function isPlace(value: unknown): value is Place {
  if (!Array.isArray(value) || value.length !== 3 || typeof value[0] !== 'string') return false;
  return Number.isInteger(value[1]) && Number.isInteger(value[2]);
}

/** Null while the call is not made; throws FormatError for a layer that does not exist. */
function findTensor(byName: LayersByName, [name, call, output]: Place): SymbolicTensor | null {
  const found = byName.get(name);
  if (found === undefined)
    throw new FormatError(`a call takes the output of '${name}', but there is no such layer.`);
  if (!(found.layer instanceof Layer)) return null;
  const outputs = found.layer.inboundCalls[found.first + call]?.outputs;
  if (outputs === undefined) return null;
  const tensor = outputs[output];
  if (tensor !== undefined) return tensor;
  throw new FormatError(`a call takes output ${output} of '${name}', which has ${outputs.length}.`);
}

/** The model's inputs or outputs: one place, or a list or record of places. */
function readEnds(value: ConfigValue | undefined, byName: LayersByName): Structure<SymbolicTensor> {
  if (isPlace(value)) {
    const [name, call, output] = value;
    const tensor = findTensor(byName, [name, call - (byName.get(name)?.firstEnd ?? 0), output]);
    if (tensor !== null) return tensor;
    throw new FormatError(`the model ends at call ${call} of '${name}', which is not made.`);
  }
  if (Array.isArray(value)) return value.map((item) => readEnds(item, byName) as SymbolicTensor);
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        readEnds(item as ConfigValue, byName) as SymbolicTensor,
      ]),
    );
  }
  throw new FormatError(
    `expected the places of the model's inputs and outputs, found ${describeValue(value)}.`,
  );
}
