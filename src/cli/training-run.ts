/** @file One run of `fit` from the command line: progress on standard error, a clean stop on Ctrl-C, times. */

import type { CallbackLike } from '../callbacks/callback.ts';
import { ProgbarLogger } from '../callbacks/progbar-logger.ts';
import type { EvaluateOptions, FitOptions } from '../index.ts';
import type { Examples } from './data-parts.ts';
import { InterruptWatch } from './interrupt.ts';
import type { Network } from './network.ts';
import { say } from './output.ts';

/** How a run went. */
export interface TrainingRun {
  readonly history: Readonly<Record<string, number[]>>;
  readonly secondsPerEpoch: readonly number[];
  readonly seconds: number;
  readonly interrupted: boolean;
  /** The epoch, from 0, whose weights the model has; null for the last one. */
  readonly kept: number | null;
}

/** Notes how long each epoch takes. */
function epochClock(seconds: number[]): CallbackLike {
  let start = 0;
  return {
    onEpochBegin: () => {
      start = performance.now();
    },
    onEpochEnd: () => {
      seconds.push((performance.now() - start) / 1000);
    },
  };
}

const LINE_MILLISECONDS = 5000;

/** A line now and then within long epochs, where no bar is drawn. */
function stepLines(): CallbackLike {
  let steps: number | null = null;
  let last = performance.now();
  return {
    onlyWatches: true,
    setParams: (params) => {
      steps = params.steps;
    },
    onTrainBatchEnd: (batch, logs) => {
      const now = performance.now();
      if (now - last < LINE_MILLISECONDS) return;
      last = now;
      const numbers = Object.entries(logs).map(([name, value]) => ` - ${name}: ${value.toFixed(4)}`);
      say(`step ${batch + 1}${steps === null ? '' : `/${steps}`}${numbers.join('')}`);
    },
    onEpochEnd: () => {
      last = performance.now();
    },
  };
}

/** Loss and accuracy of a compiled model. */
export async function evaluateOn(
  model: Network,
  examples: Examples,
  options: Pick<EvaluateOptions, 'verbose' | 'callbacks'>,
): Promise<{ loss: number; accuracy: number }> {
  const [loss, accuracy] =
    examples.length === 1
      ? await model.evaluate(examples[0], options)
      : await model.evaluate(...examples, options);
  return { loss: loss!, accuracy: accuracy! };
}

/** Options of `runTraining`: those of `fit` that the command line sets. */
export interface TrainingOptions
  extends Pick<FitOptions, 'epochs' | 'batchSize' | 'validationData' | 'validationSplit' | 'cacheFeatures'> {
  /** Besides progress and clocks. */
  readonly callbacks?: readonly CallbackLike[];
}

/** Trains until the epochs are done or the user asks to stop. */
export async function runTraining(
  model: Network,
  examples: Examples,
  options: TrainingOptions,
): Promise<TrainingRun> {
  const watch = new InterruptWatch();
  const secondsPerEpoch: number[] = [];
  const logger = new ProgbarLogger({ output: process.stderr });
  const callbacks = [watch.callback, epochClock(secondsPerEpoch), logger, ...(options.callbacks ?? [])];
  if (!process.stderr.isTTY) callbacks.push(stepLines());
  const start = performance.now();
  watch.start();
  try {
    const all = { ...options, callbacks };
    const { history } =
      examples.length === 1 ? await model.fit(examples[0], all) : await model.fit(...examples, all);
    const seconds = (performance.now() - start) / 1000;
    return { history, secondsPerEpoch, seconds, interrupted: watch.asked, kept: null };
  } finally {
    watch.stop();
  }
}
