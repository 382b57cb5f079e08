/** @file What an activation function makes of numbers, in float64. */

import type { ActivationFunction } from '../../activations/functions.ts';
import * as activations from '../../activations/index.ts';
import { layerOfFunction } from '../../activations/layer-activations.ts';
import { evaluate } from '../../graph/evaluate.ts';
import { topologicalOrder } from '../../graph/node.ts';
import { placeholder } from '../../ops/leaf.ts';

/** Its name as options have it, the class of a layer that is used as one, or what its author called it. */
export function activationName(activation: ActivationFunction): string {
  const known = Object.entries(activations).find(([, each]) => each === activation);
  return known?.[0] ?? layerOfFunction(activation)?.className ?? (activation.name || 'function');
}

/** Whether each result depends on one number alone, which softmax's do not. */
export function isElementwise(activation: ActivationFunction): boolean {
  const x = placeholder({ shape: [null, 2], name: 'x' });
  const result = activation(x);
  return (
    result.shape[1] === 2 &&
    topologicalOrder([result]).every(
      ({ op }) => op.lowering.kind === 'elementwise' || op.lowering.kind === 'leaf',
    )
  );
}

/** The results for numbers that lie side by side along the axis of the filters. */
export function activated(activation: ActivationFunction, numbers: readonly number[]): Float64Array {
  const x = placeholder({ shape: [null, numbers.length], name: 'x' });
  const shape = [1, numbers.length];
  const given = { shape, data: Float64Array.from(numbers) };
  return evaluate([activation(x)], (leaf) => (leaf === x ? given : undefined), 1)[0]!.data;
}
