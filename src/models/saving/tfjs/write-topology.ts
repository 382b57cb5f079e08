/** @file A model for TensorFlow.js: layers and how they are joined, in the form of Keras 2. */

import { type Config, type ConfigValue, isKerasObject } from '../../../base/config.ts';
import { isOperationObject } from '../../../operations/from-config.ts';
import { isRecord, sortedNames } from '../../structure.ts';
import { cannotWrite, tfjsConfig } from './write-layer.ts';

/** `class_name` and `config`. Throws UnsupportedError, naming the layer, for what TensorFlow.js does not have. */
export function tfjsTopology(object: Config): Config {
  const { class_name: className, config } = object as { class_name: string; config: Config };
  if (className === 'Sequential') return { class_name: className, config: sequentialConfig(config) };
  // TensorFlow.js 1 has this name alone.
  if (className === 'Functional') return { class_name: 'Model', config: graphConfig(config) };
  if (isOperationObject(object)) {
    throw cannotWrite(
      `'${String(config.name)}' (the operation ${className})`,
      'it has layers alone, such as layers.add() and layers.rescaling()',
    );
  }
  const { [className]: pooling } = KEEPING_DIMS;
  if (pooling !== undefined && config.keepdims === true) {
    return { class_name: pooling, config: tfjsConfig(pooling, poolingOfMap(object)) };
  }
  return { class_name: className, config: tfjsConfig(className, withKnownShape(object)) };
}

/** TensorFlow.js has no `keepdims`: a window as large as the map gives the same. */
const KEEPING_DIMS: Readonly<Record<string, string | undefined>> = {
  GlobalAveragePooling2D: 'AveragePooling2D',
  GlobalMaxPooling2D: 'MaxPooling2D',
};

/** The options of pooling over the whole map. Throws UnsupportedError for a layer of several calls, whose maps may differ in size. */
function poolingOfMap({
  class_name: className,
  config,
  build_config: build,
  inbound_nodes: calls,
}: Config): Config {
  const { keepdims: _keepdims, ...options } = config as Config;
  if (Array.isArray(calls) && calls.length > 1) {
    throw cannotWrite(
      `'${String(options.name)}' (${String(className)})`,
      'keepdims is there for maps of one size alone, and the layer is called several times',
    );
  }
  const [, height, width] = (build as { readonly input_shape: readonly number[] }).input_shape;
  const size = [height!, width!];
  return { ...options, pool_size: size, strides: size, padding: 'valid' };
}

/** TensorFlow.js does not find out an extent that a Reshape leaves open, which layers behind it may need. */
function withKnownShape({ class_name: className, config, build_config: build }: Config): Config {
  const options = config as Config;
  const input = (build as Config | undefined)?.input_shape;
  if (className !== 'Reshape' || !Array.isArray(input)) return options;
  const target = options.target_shape as readonly number[];
  const product = (extents: readonly number[]) => extents.reduce((a, b) => a * b, 1);
  const open = product(input.slice(1) as number[]) / product(target.filter((extent) => extent >= 0));
  return { ...options, target_shape: target.map((extent) => (extent < 0 ? open : extent)) };
}

/** The first layer has the shape of the inputs: TensorFlow.js has no input layers in its lists. */
function sequentialConfig({ name, layers }: Config): Config {
  const list = layers as readonly Config[];
  const [first, ...others] = list;
  const hasInput = first?.class_name === 'InputLayer' && others.length > 0;
  const written = (hasInput ? others : list).map(tfjsTopology);
  if (hasInput && !isModelObject(written[0]!)) {
    const { batch_shape: shape } = first.config as Config;
    written[0] = { ...written[0], config: { batch_input_shape: shape!, ...(written[0]!.config as Config) } };
  }
  return { name: name!, layers: written };
}

function graphConfig({ name, layers, input_layers: inputs, output_layers: outputs }: Config): Config {
  const list = layers as readonly Config[];
  const models = new Set(list.filter(isModelObject).map((layer) => layer.name));
  /** A model's making is its call 0 there. */
  const place = ([layer, call, output]: Place): ConfigValue[] => [
    layer,
    call + (models.has(layer) ? 1 : 0),
    output,
  ];
  const written = list.map((layer): ConfigValue => {
    const calls = (layer.inbound_nodes as readonly Config[]).map((call) =>
      tensorsOf(call.args!, layer).map((tensor) => [...place(tensor), {}]),
    );
    return { name: layer.name!, ...tfjsTopology(layer), inbound_nodes: calls };
  });
  const functional = new Set(
    list.filter(({ class_name }) => class_name === 'Functional').map((layer) => layer.name),
  );
  // In these lists of Keras 3 the calls of a Functional count from 1 already.
  const end = ([layer, call, output]: Place) =>
    place([layer, call - (functional.has(layer) ? 1 : 0), output]);
  return {
    name: name!,
    layers: written,
    input_layers: endsOf(inputs!).map(end),
    output_layers: endsOf(outputs!).map(end),
  };
}

/** Layer, call of the layer, output of the call. */
type Place = readonly [layer: string, call: number, output: number];

function isModelObject({ class_name: className }: Config): boolean {
  return className === 'Sequential' || className === 'Functional' || className === 'Model';
}

/** The places of the tensors of a call in their order. */
function tensorsOf(args: ConfigValue, layer: Config): Place[] {
  if (Array.isArray(args)) return args.flatMap((item) => tensorsOf(item, layer));
  if (isKerasObject(args) && args.class_name === '__keras_tensor__')
    return [(args.config as Config).keras_history as unknown as Place];
  // Models take records in the order of their names.
  if (isRecord(args) && !isKerasObject(args))
    return sortedNames(args).flatMap((name) => tensorsOf(args[name] as ConfigValue, layer));
  throw cannotWrite(
    `'${String(layer.name)}' (${String(layer.class_name)})`,
    'it is called with something else than tensors',
  );
}

/** The model's ends: one place, or a list or record of places. */
function endsOf(value: ConfigValue): Place[] {
  if (Array.isArray(value) && typeof value[0] === 'string') return [value as unknown as Place];
  const items = Array.isArray(value)
    ? value
    : sortedNames(value as Config).map((name) => (value as Config)[name]!);
  return items.flatMap(endsOf);
}
