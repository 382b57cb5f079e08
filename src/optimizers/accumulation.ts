/** @file Gradient accumulation: the weights change every few steps, by the mean gradient (Keras' `base_optimizer.py`). */

import { add, constant, div, where } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import type { StepParts, Transform, VariableUpdate } from './transform.ts';

const SLOT = 'gradientAccumulator';

/** Only every `steps`-th step changes the weights and the rule's slots; null leaves the rule as it is. */
export function accumulation(steps: number | null, { scalar, slot }: StepParts): Transform | null {
  if (steps === null) return null;
  const isUpdate = scalar('is_update', ({ iteration }) => ((iteration + 1) % steps === 0 ? 1 : 0));
  const inUpdates = ({ variable, value }: VariableUpdate) => ({
    variable,
    value: where(isUpdate, value, variableNode(variable)),
  });
  return {
    slots: { [SLOT]: 0 },
    around: (step) => (drafts) => {
      const sums = drafts.map(({ variable, gradient }) => {
        const kept = slot(SLOT, variable);
        return { variable: kept, value: add(gradient, variableNode(kept)) };
      });
      const means = drafts.map((draft, i) => ({ ...draft, gradient: div(sums[i]!.value, constant(steps)) }));
      return [
        ...sums.map(({ variable, value }) => ({ variable, value: where(isUpdate, constant(0), value) })),
        ...step(means).map(inUpdates),
      ];
    },
  };
}
