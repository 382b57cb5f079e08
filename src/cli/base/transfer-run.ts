/** @file The parts of a run with `--base`: how photos are read, when training stops, two runs as one. */

import { type CallbackLike, callbacks } from '../../index.ts';
import { UsageError } from '../command-error.ts';
import type { TrainingRun } from '../training-run.ts';
import type { Base } from './open-base.ts';

/** Epochs without a better loss in validation. */
const PATIENCE = 5;

/** Ends the training when validation gets no better, with the weights of the best epoch. */
export function stopEarly(): CallbackLike {
  return callbacks.earlyStopping({ monitor: 'val_loss', patience: PATIENCE, restoreBestWeights: true });
}

/** The form in which the base takes images. Throws UsageError for another that was asked for. */
export function formOfBase({ imageShape }: Base, colorMode: 'rgb' | 'grayscale' | undefined) {
  const [height, width, channels] = imageShape;
  const own = channels === 1 ? 'grayscale' : 'rgb';
  if (colorMode !== undefined && colorMode !== own) {
    throw new UsageError(`--color-mode ${colorMode}: the network of --base takes ${own} images.`);
  }
  return { size: [height, width] as const, colorMode: own as 'rgb' | 'grayscale' };
}

/**
 * The run with the epoch that `stopEarly` has gone back to: that of the least loss in validation. Epochs
 * whose loss is not a number are none of them.
 */
export function withBestEpoch(run: TrainingRun): TrainingRun {
  const losses = run.history.val_loss ?? [];
  const least = Math.min(...losses.filter((loss) => !Number.isNaN(loss)));
  const best = losses.indexOf(least);
  return best < 0 ? run : { ...run, kept: best };
}

/** A run, and the one that went on from it. What is kept is the best epoch of both. */
export function joinRuns(first: TrainingRun, then: TrainingRun): TrainingRun {
  const history = Object.entries(first.history).map(([name, values]): [string, number[]] => {
    return [name, [...values, ...(then.history[name] ?? [])]];
  });
  return withBestEpoch({
    history: Object.fromEntries(history),
    secondsPerEpoch: [...first.secondsPerEpoch, ...then.secondsPerEpoch],
    seconds: first.seconds + then.seconds,
    interrupted: then.interrupted,
    kept: null,
  });
}
