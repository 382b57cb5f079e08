/** @file Images as models take them: with or without the axis of the batch. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { shapeHint } from '../models/shape-hint.ts';
import type { TracedModel } from './traced-model.ts';

/** What a model is given: a Tensor for its one input, a list for several. One sample may lack the axis of the batch. */
export type ModelImage = Tensor | readonly Tensor[];

/** A batch for each input of the model, in float32, and how many samples they have. */
export interface ImageBatch {
  readonly inputs: readonly Tensor[];
  readonly samples: number;
}

function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/**
 * The images as batches for the model's inputs. Throws ShapeError for others than the model takes, ValueError for values
 * that are no Tensors, for numbers that are not finite, and for a batch of nothing.
 */
export function batchOf(how: string, { model, inputs }: TracedModel, given: ModelImage): ImageBatch {
  const list: readonly unknown[] = Array.isArray(given) && given.some(isTensor) ? given : [given];
  if (list.length !== inputs.length) {
    throw new ValueError(
      `${how}: '${model.name}' has ${inputs.length} input(s), received ${list.length} Tensor(s). Give one for each, in a list.`,
    );
  }
  const batches = inputs.map(({ shape }, i) => {
    const value = list[i];
    if (!isTensor(value)) {
      const hint =
        ArrayBuffer.isView(value) || Array.isArray(value)
          ? ' Make one of numbers: tensor(numbers, shape).'
          : '';
      throw new ValueError(
        `${how}: expected a Tensor as the image, received ${describeValue(value)}.${hint}`,
      );
    }
    const batch = value.rank === shape.length - 1 ? value.reshape([1, ...value.shape]) : value;
    const fits =
      batch.rank === shape.length && shape.every((dim, axis) => axis === 0 || dim === batch.shape[axis]);
    if (!fits || batch.size === 0) {
      throw new ShapeError(
        `${how}: '${model.name}' takes images of shape ${formatShape(shape.slice(1))}, or batches of them, received ` +
          `${formatShape(value.shape)}. ${shapeHint(shape)}`,
      );
    }
    const floats = batch.cast('float32');
    if (!floats.allFinite()) throw new ValueError(`${how}: the image has numbers that are NaN or infinite.`);
    return floats;
  });
  const samples = batches[0]!.shape[0]!;
  const other = batches.find(({ shape }) => shape[0] !== samples);
  if (other === undefined) return { inputs: batches, samples };
  throw new ShapeError(
    `${how}: the inputs have ${samples} and ${other.shape[0]} samples; expected equally many.`,
  );
}

/** As `batchOf`, for functions that look at one image. Throws ShapeError for several, naming the function for these if any. */
export function oneImage(
  how: string,
  traced: TracedModel,
  given: ModelImage,
  forSeveral?: string,
): ImageBatch {
  const batch = batchOf(how, traced, given);
  if (batch.samples === 1) return batch;
  throw new ShapeError(
    `${how} takes one image, received a batch of ${batch.samples}. ` +
      `${forSeveral === undefined ? 'Call it for each of them.' : `${forSeveral} takes batches.`}`,
  );
}
