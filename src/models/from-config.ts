/** @file Models from the configs of Keras 3 files, and the whole object that files hold for a model. */

import { type Config, type ConfigValue, isKerasObject } from '../base/config.ts';
import { FormatError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { layerFromConfig } from '../layers/index.ts';
import type { Layer, SymbolicTensor } from '../layers/layer.ts';
import { serializeLoss } from '../losses/index.ts';
import { serializeMetric } from '../metrics/index.ts';
import { serializeOptimizer } from '../optimizers/index.ts';
import { model } from './functional.ts';
import type { Model } from './model.ts';
import { Sequential } from './sequential.ts';
import { serializeLayer } from './serialize.ts';
import { isRecord, type Structure } from './structure.ts';
import type { CompileOptions } from './training/compile-options.ts';

const MODEL_CLASSES = ['Sequential', 'Functional', 'Model'];

/** The model as `config.json` of a `.keras` file has it. Throws UnsupportedError for losses and metrics that are functions. */
export function serializeModel(model: Model): Config {
  return { ...serializeLayer(model), compile_config: compileConfig(model.compiled?.options, model) };
}

function compileConfig(options: CompileOptions | undefined, model: Model): Config {
  if (options === undefined || model.compiled === null) return {};
  const { loss = null, lossWeights = null, metrics = null } = options;
  return {
    optimizer: serializeOptimizer(model.compiled.optimizer),
    loss: mapTree(loss, serializeLoss),
    loss_weights: lossWeights as ConfigValue,
    metrics: mapTree(metrics, serializeMetric),
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

function mapTree<T>(option: unknown, serialize: (identifier: T) => ConfigValue): ConfigValue {
  if (option === null || option === undefined) return null;
  if (Array.isArray(option)) return option.map((item) => mapTree(item, serialize));
  if (isRecord(option) && !isKerasObject(option)) {
    return Object.fromEntries(Object.entries(option).map(([name, item]) => [name, mapTree(item, serialize)]));
  }
  return serialize(option as T);
}

/**
 * The model of a Keras object, compiled if the object says how. Throws FormatError when the object is no such model,
 * ValueError or UnsupportedError for layers and options that Fovea does not have.
 */
export function modelFromConfig(object: Config): Model {
  const layer = layerFromObject(object);
  if (!isModel(layer)) {
    throw new FormatError(
      `The file holds a ${layer.className} and not a model: expected a Sequential or a Functional model.`,
    );
  }
  const compile = object.compile_config;
  if (isRecord(compile) && compile.optimizer !== undefined) compileFrom(layer, compile);
  return layer;
}

function isModel(layer: Layer): layer is Model {
  return 'graph' in layer;
}

function compileFrom(model: Model, config: Readonly<Record<string, unknown>>): void {
  const { optimizer, loss, loss_weights: lossWeights, metrics, weighted_metrics: weightedMetrics } = config;
  // How Keras runs a step (run_eagerly, jit_compile, steps_per_execution) changes no result and is left out.
  model.compile({ optimizer, loss, lossWeights, metrics, weightedMetrics } as CompileOptions);
}

function layerFromObject(object: unknown): Layer {
  if (!isRecord(object) || typeof object.class_name !== 'string' || !isRecord(object.config)) {
    throw new FormatError(
      `Expected an object with 'class_name' and 'config', found ${describeValue(object)}.`,
    );
  }
  const config = object.config as Config;
  if (!MODEL_CLASSES.includes(object.class_name)) return layerFromConfig(object.class_name, config);
  return object.class_name === 'Sequential' ? sequentialFromConfig(config) : functionalFromConfig(config);
}

function listOf(config: Config, key: string): readonly ConfigValue[] {
  const list = config[key];
  if (Array.isArray(list)) return list;
  throw new FormatError(`The model's config has no list '${key}', found ${describeValue(list)}.`);
}

function nameOptions(config: Config): { name?: string } {
  return typeof config.name === 'string' ? { name: config.name } : {};
}

function sequentialFromConfig(config: Config): Sequential {
  const layers = listOf(config, 'layers').map(layerFromObject);
  const net = new Sequential({ ...nameOptions(config), layers });
  const shape = config.build_input_shape;
  if (net.graph === null && Array.isArray(shape) && layers.length > 0) net.build(shape as Shape);
  if (config.trainable === false) net.trainable = false;
  return net;
}

/** A call that waits for its inputs. */
interface PendingCall {
  readonly layer: Layer;
  readonly inputs: readonly (readonly [name: string, call: number, output: number])[];
}

function functionalFromConfig(config: Config): Model {
  const layers = new Map<string, Layer>();
  const pending: PendingCall[] = [];
  for (const item of listOf(config, 'layers')) {
    const layer = layerFromObject(item);
    layers.set(layer.name, layer);
    for (const call of listOf(item as Config, 'inbound_nodes'))
      pending.push({ layer, inputs: callInputs(call) });
  }
  // A nested model has calls of its own only once it is applied; an input has one from the start.
  connect(layers, pending);
  const place = (value: ConfigValue): SymbolicTensor => {
    const [name, call, output] = placeOf(value);
    const first = layers.get(name)?.className === 'Functional' ? 1 : 0;
    const tensor = layers.get(name)?.inboundCalls[call - first]?.outputs[output];
    if (tensor === undefined)
      throw new FormatError(
        `The model's config names an output ${name}[${call}][${output}] that is not there.`,
      );
    return tensor;
  };
  const net = model({
    ...nameOptions(config),
    inputs: placesOf(config.input_layers, place),
    outputs: placesOf(config.output_layers, place),
  });
  if (config.trainable === false) net.trainable = false;
  return net;
}

/** Makes all calls, each as soon as its inputs are there; a layer's calls stay in order. */
function connect(layers: ReadonlyMap<string, Layer>, pending: readonly PendingCall[]): void {
  let waiting = pending;
  while (waiting.length > 0) {
    const blocked = new Set<Layer>();
    const left = waiting.filter((call) => {
      const inputs = call.inputs.map(
        ([name, index, output]) => layers.get(name)?.inboundCalls[index]?.outputs[output],
      );
      if (blocked.has(call.layer) || inputs.includes(undefined)) {
        blocked.add(call.layer);
        return true;
      }
      call.layer.applyAll(inputs as SymbolicTensor[]);
      return false;
    });
    if (left.length === waiting.length) {
      const names = [...new Set(left.map(({ layer }) => layer.name))].join(', ');
      throw new FormatError(`The model's config has loops or missing inputs: ${names} cannot be connected.`);
    }
    waiting = left;
  }
}

function callInputs(call: ConfigValue): PendingCall['inputs'] {
  if (!isRecord(call) || !Array.isArray(call.args)) {
    throw new FormatError(`A call in the model's config has no 'args', found ${describeValue(call)}.`);
  }
  const found: (readonly [string, number, number])[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isKerasObject(value) && value.class_name === '__keras_tensor__') {
      found.push(placeOf((value.config as Config).keras_history));
    }
  };
  visit(call.args);
  return found;
}

function placeOf(value: ConfigValue | undefined): readonly [string, number, number] {
  if (isPlace(value)) return value;
  throw new FormatError(
    `Expected [layer, call, output] in the model's config, found ${describeValue(value)}.`,
  );
}

function isPlace(value: unknown): value is [string, number, number] {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === 'string';
}

function placesOf(
  value: ConfigValue | undefined,
  place: (value: ConfigValue) => SymbolicTensor,
): Structure<SymbolicTensor> {
  if (isPlace(value)) return place(value);
  if (Array.isArray(value)) return value.map(place);
  if (!isRecord(value))
    throw new FormatError(`Expected inputs or outputs in the model's config, found ${describeValue(value)}.`);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, place(item as ConfigValue)]));
}
