/** @file Running means of the weights, which can take the weights' place (Polyak & Juditsky 1992; Keras' `base_optimizer.py`). */

import { add, constant, mul, sub, where } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import type { StepParts, Transform, VariableUpdate } from './transform.ts';

/** The slot's name. */
export const AVERAGE = 'average';

export interface Averaging {
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | null;
}

/**
 * Keeps the weights' running means, and replaces the weights by them every `emaOverwriteFrequency` changes. Without
 * `useEma` it changes nothing.
 */
export function averaging(options: Averaging, { scalar, slot }: StepParts): Transform | null {
  const { useEma, emaMomentum, emaOverwriteFrequency: every } = options;
  if (!useEma) return null;
  // The mean starts as the first new weight.
  const kept = scalar('ema_momentum', ({ update }) => (update === 1 ? 0 : emaMomentum));
  const overwrites =
    every === null ? null : scalar('ema_overwrites', ({ update }) => (update % every === 0 ? 1 : 0));
  const withAverage = ({ variable, value }: VariableUpdate): VariableUpdate[] => {
    const average = slot(AVERAGE, variable);
    const mean = add(mul(kept, variableNode(average)), mul(sub(constant(1), kept), value));
    const weight = overwrites === null ? value : where(overwrites, mean, value);
    return [
      { variable: average, value: mean },
      { variable, value: weight },
    ];
  };
  return {
    slots: { [AVERAGE]: 0 },
    around: (step) => (drafts) => {
      const weights = new Set(drafts.map(({ variable }) => variable));
      return step(drafts).flatMap((update) =>
        weights.has(update.variable) ? withAverage(update) : [update],
      );
    },
  };
}
