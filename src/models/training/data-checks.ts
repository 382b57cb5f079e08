/** @file Checks of data against the model before it is fed. */

import { isFloating } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { allFinite } from '../../base/finite.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../../base/shape.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { FeedNumbers } from '../../engine/executable.ts';
import type { SymbolicTensor } from '../../layers/layer.ts';
import { shapeHint } from '../shape-hint.ts';
import type { Batch, Examples } from './batch.ts';
import { inOutput } from './in-output.ts';
import type { ModelStep } from './step-graph.ts';
import type { TrainedModel } from './trained-model.ts';

function batchedShape(tensor: Tensor): Shape {
  return [null, ...tensor.shape.slice(1)];
}

/** Builds a model that does not know its input's shape yet. Throws as `build` does. */
export function buildForData(model: TrainedModel, x: readonly Tensor[]): void {
  if (model.graph === null) model.build(x.map(batchedShape));
}

/** Throws ShapeError, naming the layer and the shapes, when an input does not have the shape the model was made for. */
export function checkInputShapes(model: TrainedModel, x: readonly Tensor[]): void {
  x.forEach((tensor, index) => {
    const expected = model.inputs[index]!;
    const shape = batchedShape(tensor);
    if (sameShape(shape, expected.shape)) return;
    askFirstLayer(model, expected, shape);
    throw new ShapeError(
      `Input ${index} with name '${expected.name}' of layer '${model.name}' is incompatible with the layer: expected ` +
        `shape=${formatShape(expected.shape)}, found shape=${formatShape(shape)}.${reshapeHint(tensor, expected)}`,
    );
  });
}

/** The layer that would get the data throws first, since its message is more exact. */
function askFirstLayer(model: TrainedModel, input: SymbolicTensor, shape: Shape): void {
  const call = model.graph?.levels
    .flat()
    .find((each) => each.inputs.length === 1 && each.inputs[0] === input);
  call?.layer.checkInputs([{ shape, name: input.name }]);
}

function reshapeHint(tensor: Tensor, expected: SymbolicTensor): string {
  const sample = expected.shape.slice(1) as readonly number[];
  const size = sizeOf(sample);
  const fits = tensor.size / tensor.shape[0]! === size;
  return fits
    ? ` Reshape the data, for example with x.reshape([${[tensor.shape[0], ...sample].join(', ')}]).`
    : ` ${shapeHint(expected.shape)}`;
}

/** The batched shapes of targets. */
export function targetShapes(data: Examples): Shape[] {
  return data.y.map(batchedShape);
}

/** Throws ShapeError or ValueError when targets cannot be labels of the model's outputs, naming the value's index. */
export function checkTargets(
  step: ModelStep,
  model: TrainedModel,
  targets: readonly number[],
  data: Examples,
): void {
  step.losses.forEach((loss, i) => {
    const place = targets[i]!;
    const output = model.outputs[place]!;
    const target = data.y[i]!;
    if (loss !== null)
      inOutput(model.outputNames[place]!, () =>
        loss.validateTargets(target.data, target.shape, output.shape),
      );
    else if (!target.allFinite())
      throw new ValueError(`The targets of '${model.outputNames[place]}' hold NaN or infinite numbers.`);
  });
  for (const weight of data.sampleWeights ?? []) {
    if (weight !== null && !weight.allFinite())
      throw new ValueError('sampleWeight holds NaN or infinite numbers.');
  }
}

/**
 * Throws ValueError when a number of the batch's inputs is NaN or infinite.
 *
 * @param where The batch, for the message: `epoch 1, batch 3`.
 */
export function checkFinite(batch: Batch, index: number, values: FeedNumbers, where: string): void {
  const tensor = batch.data.x[index]!;
  if (!isFloating(tensor.dtype) || values instanceof Uint8Array) return;
  const size = tensor.size / tensor.shape[0]!;
  const count = batch.samples * size;
  if (allFinite(values.subarray(0, count))) return;
  for (let i = 0; i < count; i++) {
    if (Number.isFinite(values[i]!)) continue;
    const sample = Math.floor(i / size);
    throw new ValueError(
      `The data has ${values[i]} in ${where}: sample ${sample} of the batch, sample ${batch.rowOf(sample)} of the data, ` +
        `element ${i % size}. The batch was not used and the weights are as before it. Clean the data first.`,
    );
  }
}
