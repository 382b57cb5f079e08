/** @file From Keras' JSON back to layers and models (`serialization_lib.py`, `models/functional.py`). */

import { type Config, type ConfigValue, isKerasObject } from '../../base/config.ts';
import { FormatError, FoveaError, UnsupportedError } from '../../base/errors.ts';
import { automaticNumber } from '../../base/names.ts';
import { describeValue } from '../../base/options.ts';
import type { Shape } from '../../base/shape.ts';
import { checkDType } from '../../layers/dtype-policy.ts';
import { InputLayer } from '../../layers/input-layer.ts';
import type { Layer } from '../../layers/layer.ts';
import { LAYERS } from '../../layers/registry.ts';
import { isOperationObject, operationFromObject } from '../../operations/from-config.ts';
import { Functional } from '../functional.ts';
import { Model } from '../model.ts';
import { Sequential } from '../sequential.ts';
import { isRecord } from '../structure.ts';
import { buildGraph, type OpenModel } from './graph-from-config.ts';
import { currentConfig } from './old-config.ts';
import { hasOpenSize, withInputShape, withSizes } from './open-sizes.ts';

/** Layers by `shared_object_id`: entries with the same id become one layer. */
type SharedLayers = Map<number, Layer>;

/**
 * The model that a file's config describes, built but with fresh weights. Throws UnsupportedError, naming the layer,
 * for classes and options that only Keras has, FormatError for anything that is not a model. `inputShape`: the shape of a sample
 * where the file leaves it open; throws as `withInputShape` does.
 */
export function modelFromConfig(config: Config, inputShape: readonly number[] | null = null): Model {
  const current = currentConfig(config);
  const layer = readLayer(inputShape === null ? current : withInputShape(current, inputShape), new Map());
  if (layer instanceof Model) {
    if (!layer.isGraph) buildAsSaved(layer, config);
    return layer;
  }
  throw new FormatError(`The file holds a layer '${layer.name}' (${layer.className}), no model.`);
}

/** Builds a model of a user's own class for the shapes that the saved one was built for. */
function buildAsSaved(model: Model, { build_config: build }: Config): void {
  const shape = isRecord(build) ? build.input_shape : null;
  if (Array.isArray(shape)) model.build(shape as Shape);
}

function readLayer(object: ConfigValue | undefined, shared: SharedLayers): Layer {
  if (!isKerasObject(object)) {
    throw new FormatError(`Expected a layer with 'class_name' and 'config', found ${describeValue(object)}.`);
  }
  const { class_name: className } = object;
  // Until version 2.2 Keras wrote a Sequential as the list of its layers.
  const isList = className === 'Sequential' && Array.isArray(object.config);
  const config: ConfigValue | undefined = isList ? { layers: object.config as ConfigValue[] } : object.config;
  const id = object.shared_object_id;
  const known = typeof id === 'number' ? shared.get(id) : undefined;
  if (known !== undefined) return known;
  if (typeof className !== 'string' || !isRecord(config)) {
    throw new FormatError(
      `A layer has class_name=${describeValue(className)} and config=${describeValue(config)}.`,
    );
  }
  const label = `Layer '${String(config.name)}' (${className})`;
  const layer = makeLayer({ ...object, config } as Config, label, shared);
  // Files have all names; those that Keras gives by itself count as not chosen.
  layer.hasAutomaticName = automaticNumber(layer.className, layer.name) !== null;
  if (typeof id === 'number') shared.set(id, layer);
  return layer;
}

function makeLayer(object: Config, label: string, shared: SharedLayers): Layer {
  const { class_name: className, registered_name: registered } = object;
  const config = object.config as Config;
  if (className === 'Sequential') return readSequential(config, label, shared);
  if (className === 'Functional' || className === 'Model') return readFunctional(config, label, shared);
  if (isOperationObject(object)) return inFile(label, true, () => operationFromObject(object));
  const name = String(className);
  const own = typeof registered === 'string' && registered.includes('>') ? registered : null;
  const isKnown = LAYERS.find(own ?? name) !== undefined;
  if (own !== null && !isKnown) {
    throw new UnsupportedError(
      `${label} is of a class of its author's own, '${own}'. Give the class to loadModel(path, { customObjects: { ${name} } }), ` +
        'or call register(Class) before loading.',
    );
  }
  return inFile(label, isKnown, () => LAYERS.fromObject(object));
}

/** Errors that name their layer already: models of open size are made in the middle of the graph around them. */
const named = new WeakSet<Error>();

/**
 * Runs `body`. Its errors name the layer, and become UnsupportedError where Fovea lacks something, FormatError where
 * the file is wrong.
 */
function inFile<T>(label: string, isKnown: boolean, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof FoveaError) || named.has(error)) throw error;
    const lacking = error instanceof UnsupportedError || !isKnown || error.message.startsWith('Unknown ');
    const text = `${label} of the file: ${error.message}`;
    const naming = new (lacking ? UnsupportedError : FormatError)(text, { cause: error });
    named.add(naming);
    throw naming;
  }
}

const SEQUENTIAL_KEYS = ['name', 'trainable', 'dtype', 'layers', 'build_input_shape'];
const FUNCTIONAL_KEYS = ['name', 'trainable', 'dtype', 'layers', 'input_layers', 'output_layers'];

function readSequential(config: Config, label: string, shared: SharedLayers): Sequential {
  checkModelOptions(config, SEQUENTIAL_KEYS, label);
  const { name, layers, trainable, build_input_shape: shape } = config;
  const list = listOf(layers, `${label}: layers`);
  const make = () => new Sequential({ name: name as string, trainable: trainable !== false });
  const model = inFile(label, true, make);
  // What comes out of the layers so far, for a model of open size on top of them; null while it is not known.
  let before: Shape | null = null;
  for (const item of list) {
    const fitted = before !== null && hasOpenSize(item) ? withSizes(item as Config, [before]) : item;
    const layer = readLayer(fitted, shared);
    inFile(label, true, () => model.add(layer));
    if (layer instanceof InputLayer) before = layer.batchShape;
    else before = model.built ? model.outputs[0]!.shape : null;
  }
  if (!model.built && Array.isArray(shape) && list.length > 0)
    inFile(label, true, () => model.build(shape as Shape));
  return model;
}

function readFunctional(config: Config, label: string, shared: SharedLayers): Functional {
  checkModelOptions(config, FUNCTIONAL_KEYS, label);
  const layers = listOf(config.layers, `${label}: layers`).map((object) => {
    const record = object as Config;
    const inner = record.config as Config;
    const isOpen = hasOpenSize(object);
    const layer = isOpen ? openModel(record, shared) : readLayer(object, shared);
    const name = String(record.name ?? (isOpen ? inner.name : (layer as Layer).name));
    return { name, layer, nodes: listOf(record.inbound_nodes, `inbound_nodes of '${name}'`) };
  });
  const { inputs, outputs } = inFile(label, true, () =>
    buildGraph(layers, config.input_layers, config.output_layers),
  );
  return inFile(label, true, () => {
    const model = new Functional({ inputs, outputs, name: config.name as string });
    if (config.trainable !== false) return model;
    const states = model.trainableStates;
    model.trainable = false;
    // A file says it of each layer: one that was set free in a frozen model is free again.
    for (const [layer, value] of states) if (layer !== model) layer.trainable = value;
    return model;
  });
}

function openModel(object: Config, shared: SharedLayers): OpenModel {
  return {
    className: String(object.class_name),
    make: (inputs) => readLayer(withSizes(object, inputs), shared),
  };
}

/** Throws UnsupportedError for options of a model that Fovea does not have. */
function checkModelOptions(config: Config, known: readonly string[], label: string): void {
  inFile(label, true, () => checkDType('The model', config.dtype ?? undefined));
  const unknown = Object.keys(config).find((key) => !known.includes(key) && config[key] !== null);
  if (unknown === undefined) return;
  throw new UnsupportedError(
    `${label}: the option ${unknown}=${describeValue(config[unknown])} is not supported.`,
  );
}

function listOf(value: ConfigValue | undefined, what: string): readonly ConfigValue[] {
  if (Array.isArray(value)) return value;
  throw new FormatError(`${what}: expected a list, found ${describeValue(value)}.`);
}
