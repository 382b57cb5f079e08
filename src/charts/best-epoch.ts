/** @file The epoch in which a loss or metric was best. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { MetricCurves } from './history-series.ts';

/** The best value of a curve. */
export interface Best {
  readonly value: number;
  /** Counted from 1. */
  readonly epoch: number;
  /** Which curve it is of: that of validation where there is one. */
  readonly of: 'training' | 'validation';
}

/** Whether small or large values are good, by metric. */
export type Modes = Readonly<Record<string, 'min' | 'max'>>;

/** Metrics of which small values are good: all losses, which are metrics too, and counts of mistakes. */
const SMALL_IS_GOOD =
  /loss|error|false_(?:positives|negatives)|crossentropy|divergence|poisson|hinge|huber|log_?cosh|^(?:mse|mae|mape|msle|rmse|bce|kld?)$/i;

function modeOf(name: string, modes: Modes): 'min' | 'max' {
  const mode = modes[name] ?? (SMALL_IS_GOOD.test(name) ? 'min' : 'max');
  if (mode === 'min' || mode === 'max') return mode;
  throw new ValueError(
    `trainingCurves: mode of '${name}' must be 'min' or 'max', received ${describeValue(mode)}.`,
  );
}

/** The first best value of the measured ones; undefined where none is finite. Throws ValueError for other modes. */
export function bestEpoch({ name, training, validation }: MetricCurves, modes: Modes): Best | undefined {
  const mode = modeOf(name, modes);
  const { epochs, values } = (validation ?? training)!;
  let best: Best | undefined;
  for (const [i, value] of values.entries()) {
    if (!Number.isFinite(value)) continue;
    const better = best === undefined || (mode === 'min' ? value < best.value : value > best.value);
    if (better) best = { value, epoch: epochs[i]!, of: validation === undefined ? 'training' : 'validation' };
  }
  return best;
}
