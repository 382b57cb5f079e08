/** @file Layers and graphs of layers in the form of Keras 3 files (`saving/serialization_lib.py`, `models/functional.py`). */

import { type Config, type ConfigValue, kerasObject } from '../base/config.ts';
import { InputLayer } from '../layers/input-layer.ts';
import type { Layer, LayerCall, SymbolicTensor } from '../layers/layer.ts';
import { LAYERS } from '../layers/registry.ts';
import { Operation } from '../operations/operation.ts';
import type { LayerGraph } from './layer-graph.ts';
import { arrange, type Flattened } from './structure.ts';

/** A layer, or a model, as files have it: class, config and the shape it was built for. */
export function serializeLayer(layer: Layer): Config {
  const { className, buildShapes } = layer;
  if (layer instanceof Operation) {
    const object = kerasObject(layer.kind.module, className, layer.getConfig());
    return { ...object, registered_name: className };
  }
  if (className === 'Functional') {
    return {
      ...kerasObject('keras.src.models.functional', className, layer.getConfig()),
      registered_name: className,
      build_config: { input_shape: null },
    };
  }
  const object =
    className === 'Sequential' ? kerasObject('keras', className, layer.getConfig()) : LAYERS.serialize(layer);
  if (buildShapes === null || layer instanceof InputLayer) return object;
  const shape: ConfigValue = buildShapes.length === 1 ? buildShapes[0]! : buildShapes;
  return { ...object, build_config: { input_shape: shape } };
}

/** Numbers the calls of each layer that belong to the graph; files do not count other calls. */
function callNumbers(graph: LayerGraph): Map<LayerCall, number> {
  const inGraph = new Set(graph.levels.flat());
  const numbers = new Map<LayerCall, number>();
  for (const layer of graph.layers) {
    layer.inboundCalls
      .filter((call) => inGraph.has(call))
      .forEach((call, index) => {
        numbers.set(call, index);
      });
  }
  return numbers;
}

/** `layers`, `input_layers` and `output_layers` of a Functional model's config. */
export function graphConfig(
  graph: LayerGraph,
  inputForm: Flattened<unknown>['form'],
  outputForm: Flattened<unknown>['form'],
): Config {
  const numbers = callNumbers(graph);
  const tensorConfig = ({ shape, dtype, producer, index }: SymbolicTensor): ConfigValue => ({
    class_name: '__keras_tensor__',
    config: { shape, dtype, keras_history: [producer.layer.name, numbers.get(producer)!, index] },
  });
  const callConfig = ({ layer, inputs }: LayerCall): ConfigValue => {
    const tensors = inputs.map(tensorConfig);
    if (layer instanceof Operation) return layer.callConfig(tensors);
    const names =
      'inputForm' in layer ? (layer as Layer & { inputForm: Flattened<unknown>['form'] }).inputForm : null;
    const form = Array.isArray(names) ? names : inputs.length === 1 ? 'one' : 'list';
    const shaped = (values: readonly ConfigValue[]) => arrange(values, form) as ConfigValue;
    const kwargs: Config = names === null ? {} : { mask: shaped(inputs.map(() => null)) };
    return { args: [shaped(tensors)], kwargs };
  };
  const layers = graph.layers.map((layer): ConfigValue => {
    const calls = layer.inboundCalls.filter((call) => numbers.has(call) && call.inputs.length > 0);
    return { ...serializeLayer(layer), name: layer.name, inbound_nodes: calls.map(callConfig) };
  });
  // In these lists the calls of a Functional model inside count from 1, as Keras writes and reads them.
  const place = ({ producer, index }: SymbolicTensor): ConfigValue => {
    const first = producer.layer.className === 'Functional' ? 1 : 0;
    return [producer.layer.name, numbers.get(producer)! + first, index];
  };
  return {
    layers,
    input_layers: arrange(graph.inputs.map(place), inputForm) as ConfigValue,
    output_layers: arrange(graph.outputs.map(place), outputForm) as ConfigValue,
  };
}
