/** @file From layer calls to op graph: runs a model's calls on nodes, or on shapes alone. */

import { InternalError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { CallContext, LayerCall, SymbolicTensor } from '../layers/layer.ts';
import type { LayerGraph } from './layer-graph.ts';

function runCalls<T>(
  graph: LayerGraph,
  inputs: readonly T[],
  step: (call: LayerCall, inputs: readonly T[]) => readonly T[],
): T[] {
  const values = new Map<SymbolicTensor, T>();
  graph.inputs.forEach((tensor, i) => {
    values.set(tensor, inputs[i]!);
  });
  const valueFor = (tensor: SymbolicTensor): T => {
    const value = values.get(tensor);
    if (value === undefined) throw new InternalError(`'${tensor.name}' is used before it is computed.`);
    return value;
  };
  for (const call of graph.levels.flat()) {
    // Inputs are given, also those that are results of calls.
    if (call.outputs.every((tensor) => values.has(tensor))) continue;
    const results = step(call, call.inputs.map(valueFor));
    call.outputs.forEach((tensor, i) => {
      values.set(tensor, results[i]!);
    });
  }
  return graph.outputs.map(valueFor);
}

/** The nodes of the outputs for the nodes of the inputs. Throws what the layers throw. */
export function traceGraph(graph: LayerGraph, inputs: readonly Node[], context: CallContext): Node[] {
  return runCalls(graph, inputs, (call, nodes) => call.layer.trace(nodes, context));
}

/** The outputs' shapes for the inputs' shapes. Throws ShapeError when a layer cannot take its input. */
export function traceShapes(graph: LayerGraph, inputs: readonly Shape[]): Shape[] {
  return runCalls(graph, inputs, (call, shapes) => {
    call.layer.checkInputs(shapes.map((shape) => ({ shape })));
    return call.layer.computeOutputShapes(shapes);
  });
}
