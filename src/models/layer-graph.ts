/**
 * @file The graph of layer calls between a model's inputs and outputs, ordered as Keras orders it (`ops/function.py`):
 * the order of `model.layers`, of summaries and of files.
 */

import { ValueError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import { InputLayer } from '../layers/input-layer.ts';
import { type Layer, type LayerCall, SymbolicTensor } from '../layers/layer.ts';

/** The calls of a model. */
export interface LayerGraph {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** The calls in an order in which they can be computed; those with the same distance from the outputs together. */
  readonly levels: readonly (readonly LayerCall[])[];
  /** The layers, each once, inputs first. */
  readonly layers: readonly Layer[];
}

/** The calls between `inputs` and `outputs`, each after what it needs, and the layers in the order of first sight. */
export function collectCalls(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): { calls: LayerCall[]; seen: Map<Layer, number> } {
  const given = new Set(inputs);
  const found = new Set<LayerCall>();
  const calls: LayerCall[] = [];
  const seen = new Map<Layer, number>();
  // The calls that are open, and how many of their inputs were visited. No recursion: graphs may be thousands of calls deep.
  const open: { readonly call: LayerCall; next: number }[] = [];
  const enter = (tensor: SymbolicTensor): void => {
    const call = tensor.producer;
    if (found.has(call)) return;
    found.add(call);
    if (call.inputs.length > 0 && given.has(tensor)) return;
    if (!seen.has(call.layer)) seen.set(call.layer, seen.size);
    open.push({ call, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const input = top.call.inputs[top.next++];
      if (input !== undefined) enter(input);
      else calls.push(open.pop()!.call);
    }
  }
  return { calls, seen };
}

/**
 * Distances from the outputs, of calls and of layers. The distance of a call is 1 more than the largest distance of its
 * users.
 */
function measure(calls: readonly LayerCall[]) {
  const inGraph = new Set(calls);
  const ofCalls = new Map<LayerCall, number>();
  const ofLayers = new Map<Layer, number>();
  for (const call of [...calls].reverse()) {
    // A shared layer has the largest distance of its calls, and its later calls get that distance too.
    const depth = Math.max(ofCalls.get(call) ?? 0, ofLayers.get(call.layer) ?? 0);
    ofLayers.set(call.layer, depth);
    ofCalls.set(call, depth);
    for (const { producer } of call.inputs) {
      if (inGraph.has(producer)) ofCalls.set(producer, Math.max(depth + 1, ofCalls.get(producer) ?? 0));
    }
  }
  return { ofCalls, ofLayers };
}

function groupByDepth<T>(depths: ReadonlyMap<T, number>): T[][] {
  const groups = new Map<number, T[]>();
  for (const [item, depth] of depths) {
    const group = groups.get(depth);
    if (group === undefined) groups.set(depth, [item]);
    else group.push(item);
  }
  return [...groups].sort(([a], [b]) => b - a).map(([, items]) => items);
}

/**
 * The graph from `inputs` to `outputs`. Throws ValueError when an output needs an input that is not given, when a list
 * is empty, and when two layers have the same name.
 */
export function mapGraph(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): LayerGraph {
  if (inputs.length === 0) throw new ValueError('`inputs` argument cannot be empty.');
  if (outputs.length === 0) throw new ValueError('`outputs` argument cannot be empty.');
  const { calls, seen } = collectCalls(inputs, outputs);
  const { ofCalls, ofLayers } = measure(calls);
  for (const { producer } of inputs) {
    // Inputs that no output uses belong to the model all the same.
    if (ofLayers.has(producer.layer)) continue;
    ofLayers.set(producer.layer, 0);
    ofCalls.set(producer, 0);
    seen.set(producer.layer, -1);
  }
  const layers = groupByDepth(ofLayers).flatMap((group) => group.sort((a, b) => seen.get(a)! - seen.get(b)!));
  const levels = groupByDepth(ofCalls);
  checkConnected(inputs, outputs, calls);
  checkNames(layers);
  return { inputs, outputs, levels, layers };
}

function checkConnected(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
  calls: readonly LayerCall[],
): void {
  const given = new Set(inputs);
  const isMissing = (call: LayerCall) => call.inputs.length === 0 && !given.has(call.outputs[0]!);
  const missing = calls.find(isMissing);
  if (missing === undefined) return;
  const index = outputs.findIndex((output) => collectCalls(inputs, [output]).calls.includes(missing));
  throw new ValueError(
    `Output with path \`${outputs.length > 1 ? index : ''}\` is not connected to \`inputs\`: it needs ` +
      `'${missing.layer.name}' (${missing.layer.className}), which is not among them. ` +
      'Add the tensor of that input to the inputs of the model.',
  );
}

function checkNames(layers: readonly Layer[]): void {
  const counts = new Map<string, number>();
  for (const { name } of layers) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [name, count] of counts) {
    if (count === 1) continue;
    throw new ValueError(
      `The name "${name}" is used ${count} times in the model. All operation names should be unique. ` +
        'Give one of them another `name`.',
    );
  }
}

/** True when the calls form a sequence: each call has one input, and no layer is called twice. */
export function isSequence(graph: LayerGraph): boolean {
  const calls = graph.levels.flat();
  const single = graph.levels.every((level) => level.length === 1 && level[0]!.inputs.length <= 1);
  return single && new Set(calls.map((call) => call.layer)).size === calls.length;
}

/** `tensors` and `outputs` with new inputs in place of tensors that are not inputs of their own: the calls are repeated. */
export function detach(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): { inputs: readonly SymbolicTensor[]; outputs: readonly SymbolicTensor[] } {
  if (inputs.every((tensor) => tensor.producer.inputs.length === 0)) return { inputs, outputs };
  const { calls } = collectCalls(inputs, outputs);
  const copies = new Map<SymbolicTensor, SymbolicTensor>();
  for (const tensor of inputs) {
    const own = tensor.producer.inputs.length === 0;
    const copy = own
      ? tensor
      : new InputLayer({ batchShape: tensor.shape, name: `${tensor.name}CLONE` }).output;
    copies.set(tensor, copy);
  }
  const copyOf = (tensor: SymbolicTensor) => copies.get(tensor) ?? tensor;
  for (const call of calls) {
    if (call.inputs.length === 0) continue;
    const results = call.layer.applyAll(call.inputs.map(copyOf));
    call.outputs.forEach((output, i) => {
      if (!copies.has(output)) copies.set(output, results[i]!);
    });
  }
  return { inputs: inputs.map(copyOf), outputs: outputs.map(copyOf) };
}

/** The graph of one call of a layer that is a model by itself. */
export function graphOfCall(
  layer: Layer,
  names: readonly string[],
  inputShapes: readonly Shape[],
  outputShapes: readonly Shape[],
): LayerGraph {
  const inputs = inputShapes.map((batchShape, i) => new InputLayer({ batchShape, name: names[i]! }).output);
  const outputs: SymbolicTensor[] = [];
  const call: LayerCall = { layer, index: 0, inputs, outputs };
  outputShapes.forEach((shape, i) => {
    outputs.push(new SymbolicTensor(shape, `output_${i + 1}`, call, i));
  });
  return { inputs, outputs, levels: [inputs.map(({ producer }) => producer), [call]], layers: [layer] };
}

/** The calls in an order in which they can be computed, those of a level in the order in which the outputs name them. */
export function callsInOrder({ inputs, outputs, levels }: LayerGraph): LayerCall[] {
  const { calls } = collectCalls(inputs, outputs);
  const order = new Map(calls.map((call, i) => [call, i] as const));
  const place = (call: LayerCall) => order.get(call) ?? calls.length;
  return levels.flatMap((level) => [...level].sort((a, b) => place(a) - place(b)));
}
