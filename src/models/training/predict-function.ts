/** @file A function that predicts with low latency: one model, one thread, from numbers to numbers. */

import { ShapeError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/options.ts';
import { formatShape, sampleSize } from '../../base/shape.ts';
import { currentBackend } from '../../engine/backend.ts';
import { exclusively } from '../../engine/exclusive.ts';

import { buildStep } from './step-graph.ts';
import type { TrainedModel } from './trained-model.ts';

export interface PredictFunctionOptions {
  /** Samples in a call at most; default 1. */
  readonly batchSize?: number;
}

/**
 * Computes the model's output at once, on the caller's thread. Takes the samples' numbers one after another, as many
 * samples as there are numbers for, and returns a new array with their outputs. It sees weights that change later.
 *
 * Throws ShapeError unless the numbers make 1 … batchSize whole samples, ValueError when one is not finite,
 * BackendError while `fit` or another run is under way.
 */
export type PredictFunction = (x: ArrayLike<number>) => Float32Array;

/**
 * Compiles a model of one input and one output for calls of up to `batchSize` samples. Throws UnsupportedError for other
 * models and on an engine that cannot run at once (the portable one), ValueError for a model that is not built.
 */
export async function makePredictFunction(
  model: TrainedModel,
  options: PredictFunctionOptions = {},
): Promise<PredictFunction> {
  checkOptionNames('makePredictFunction', options, ['batchSize']);
  const { batchSize = 1 } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ValueError(`batchSize must be a whole number of at least 1; received ${batchSize}.`);
  }
  if (model.graph === null) {
    throw new ValueError(
      `'${model.name}' has not been built; call build(inputShape) or give its first layer inputShape.`,
    );
  }
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new UnsupportedError(
      `makePredictFunction takes models of one input and one output; '${model.name}' has ${model.inputs.length} and ` +
        `${model.outputs.length}. Use predict.`,
    );
  }
  const step = buildStep({
    model,
    mode: 'predict',
    compiled: null,
    inputTypes: ['float32'],
    targetShapes: [],
    weightShapes: [],
  });
  const executable = await exclusively(async () =>
    (await currentBackend()).compile(step.graph, { capacity: batchSize }),
  );
  if (executable.runSync === undefined) {
    executable.dispose();
    throw new UnsupportedError(
      "makePredictFunction needs the native backend, which can run on the caller's thread. Use predict.",
    );
  }
  const [input, output, finiteness] = [step.inputs[0]!, step.predictions[0]!, step.finiteness!];
  const [inputSize, outputSize] = [sampleSize(input.shape), sampleSize(output.shape)];
  return (x) => {
    const samples = x.length / inputSize;
    if (!Number.isInteger(samples) || samples < 1 || samples > batchSize) {
      throw new ShapeError(
        `'${model.name}' takes 1 to ${batchSize} samples of shape ${formatShape(input.shape)}, ${inputSize} numbers each; ` +
          `received ${x.length} numbers.`,
      );
    }
    executable.feed(input).set(x);
    executable.runSync!(samples);
    const found = executable.output(finiteness);
    for (let i = 0; i < samples; i++) if (found[i] !== 0) refuseInput(model, x);
    return executable.output(output).slice(0, samples * outputSize);
  };
}

/** Names the number that is not finite as a float32. */
function refuseInput(model: TrainedModel, x: ArrayLike<number>): never {
  const at = Array.prototype.findIndex.call(x, (value: number) => !Number.isFinite(Math.fround(value)));
  throw new ValueError(
    `'${model.name}' was given ${x[at]} as number ${at} of its input; expected finite float32 numbers.`,
  );
}
