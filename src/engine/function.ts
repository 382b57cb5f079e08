/** @file Compiled functions of op-graph nodes: what the book's `K.function` and `K.gradients` did. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { type Dim, formatShape, isBatched, type Shape, sampleSize } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import { currentBackend } from './backend.ts';
import type { Backend, Executable } from './executable.ts';

/** Computes the outputs for values of the inputs, in their order. */
export type CompiledFunction = (...values: readonly Tensor[]) => Promise<Tensor[]>;

/**
 * A function from `inputs` (placeholders) to `outputs`, compiled on its first call and kept. Batched inputs take
 * tensors of one common number of samples; every output comes back as a float32 Tensor.
 *
 * Throws ValueError for a wrong number of tensors or no samples, ShapeError for a tensor that does not fit its
 * placeholder or numbers of samples that differ.
 */
export function compileFunction(options: {
  inputs: readonly Node[];
  outputs: readonly Node[];
}): CompiledFunction {
  const { inputs, outputs } = options;
  const notFed = inputs.find(
    (node) => node.op.lowering.kind !== 'leaf' || node.op.lowering.source !== 'feed',
  );
  if (notFed !== undefined) {
    throw new ValueError(
      `The inputs of a function must be placeholders; received a '${notFed.op.name}' node.`,
    );
  }
  let made: { backend: Backend; executable: Executable } | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  const executableFor = async (samples: number): Promise<Executable> => {
    const backend = await currentBackend();
    if (made !== null && made.backend === backend && made.executable.capacity >= samples)
      return made.executable;
    if (made !== null && made.backend === backend) made.executable.dispose();
    const graph = { name: 'function', feeds: inputs, outputs, updates: [] };
    made = { backend, executable: await backend.compile(graph, { capacity: samples }) };
    return made.executable;
  };
  const call = async (values: readonly Tensor[]): Promise<Tensor[]> => {
    const samples = checkValues(inputs, values);
    const executable = await executableFor(samples);
    inputs.forEach((node, i) => executable.feed(node).set(values[i]!.data as ArrayLike<number>));
    await executable.run(samples);
    return outputs.map((node) => resultOf(executable, node, samples));
  };
  return (...values) => {
    // Calls share one executable: one after another.
    const result = queue.then(() => call(values));
    queue = result.catch(() => undefined);
    return result;
  };
}

function resultOf(executable: Executable, node: Node, samples: number): Tensor {
  const shape = node.shape.map((dim) => dim ?? samples);
  const size = sampleSize(node.shape) * (isBatched(node.shape) ? samples : 1);
  return new Tensor(shape, 'float32', executable.output(node).slice(0, size));
}

/** The common number of samples; 1 when nothing is batched. */
function checkValues(inputs: readonly Node[], values: readonly Tensor[]): number {
  if (values.length !== inputs.length) {
    throw new ValueError(`The function takes ${inputs.length} tensors, received ${values.length}.`);
  }
  let samples: number | null = null;
  inputs.forEach((node, i) => {
    const shape: Shape = values[i]!.shape;
    const fits =
      shape.length === node.shape.length &&
      node.shape.every((dim: Dim, axis) => dim === null || dim === shape[axis]);
    if (!fits) {
      throw new ShapeError(
        `Input ${i} ('${node.name}') expects a tensor of shape ${formatShape(node.shape)}, received ${formatShape(shape)}.`,
      );
    }
    if (!isBatched(node.shape)) return;
    if (samples !== null && samples !== shape[0]) {
      throw new ShapeError(
        `All inputs must have the same number of samples; received ${samples} and ${shape[0]}.`,
      );
    }
    samples = shape[0] as number;
  });
  if (samples === 0) throw new ValueError('The function was called on 0 samples; pass at least one.');
  return samples ?? 1;
}
