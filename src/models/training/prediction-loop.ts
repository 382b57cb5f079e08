/** @file The loop of `predict`. */

import { EventLoopBreaks } from '../../base/event-loop.ts';
import { sampleShape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import type { CallbackList } from '../../callbacks/callback-list.ts';
import { arrange } from '../structure.ts';
import { passResults } from './batch-results.ts';
import type { BatchStream } from './batch-stream.ts';
import type { StepRunner } from './step-runner.ts';
import type { Prediction, TrainedModel } from './trained-model.ts';

export interface PredictionOptions {
  readonly model: TrainedModel;
  readonly runner: StepRunner;
  readonly stream: BatchStream;
  readonly callbacks: CallbackList;
  /** Batches at most; null for all. */
  readonly steps: number | null;
}

/** One pass over data that keeps the outputs. */
export class PredictionLoop {
  readonly #options: PredictionOptions;

  constructor(options: PredictionOptions) {
    this.#options = options;
  }

  /** The outputs of all samples, arranged as the model's outputs are. */
  async run(): Promise<Prediction> {
    const { model, runner, stream, callbacks, steps } = this.#options;
    const breaks = new EventLoopBreaks();
    const parts: (readonly Float32Array[])[] = [];
    let samples = 0;
    let index = 0;
    await callbacks.call('onPredictBegin');
    try {
      const results = passResults(runner, stream, steps, (i) => callbacks.call('onPredictBatchBegin', i));
      for await (const { predictions, batch } of results) {
        parts.push(predictions);
        samples += batch.samples;
        await callbacks.call('onPredictBatchEnd', index++);
        await breaks.pause();
      }
    } finally {
      await stream.close();
    }
    await callbacks.call('onPredictEnd');
    const outputs = model.outputs.map(({ shape }, i) =>
      join(
        parts.map((part) => part[i]!),
        [samples, ...sampleShape(shape)],
      ),
    );
    return arrange(outputs, model.outputForm);
  }
}

function join(parts: readonly Float32Array[], shape: readonly number[]): Tensor {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return new Tensor(shape, 'float32', data);
}
