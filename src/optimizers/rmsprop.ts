/** @file RMSprop (Hinton 2012, lecture 6e; Keras' `rmsprop.py`): steps divided by the gradient's running magnitude. */

import type { Config } from '../base/config.ts';
import { booleanOption, FRACTION, NOT_NEGATIVE, numberOption } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { add, constant, div, mul, sqrt, square, sub } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { Optimizer, type OptimizerOptions, type StepInput, type VariableUpdate } from './optimizer.ts';

export interface RMSpropOptions extends OptimizerOptions {
  /** How slowly the running means forget, 0 to 1. Default 0.9. */
  readonly rho?: number;
  /** Part of the last step that is repeated, 0 to 1. Default 0. */
  readonly momentum?: number;
  /** Added under the square root. Default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the standard deviation instead of the root mean square. Default false. */
  readonly centered?: boolean;
}

/** v ← rho · v + (1 - rho) · g², w ← w - rate · g / sqrt(v + epsilon). Default rate 0.001. */
export class RMSprop extends Optimizer {
  readonly className = 'RMSprop';
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;

  constructor(options: RMSpropOptions = {}) {
    super('RMSprop', options, 0.001, ['rho', 'momentum', 'epsilon', 'centered']);
    this.rho = numberOption('RMSprop', 'rho', options.rho, 0.9, FRACTION);
    this.momentum = numberOption('RMSprop', 'momentum', options.momentum, 0, FRACTION);
    this.epsilon = numberOption('RMSprop', 'epsilon', options.epsilon, 1e-7, NOT_NEGATIVE);
    this.centered = booleanOption('RMSprop', 'centered', options.centered, false);
  }

  override getConfig(): Config {
    const { rho, momentum, epsilon, centered } = this;
    return { ...super.getConfig(), rho, momentum, epsilon, centered };
  }

  protected override createSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, 'velocity');
    if (this.momentum > 0) this.addSlots(variables, 'momentum');
    if (this.centered) this.addSlots(variables, 'average_gradient');
  }

  protected override step({ variable, weight, gradient }: StepInput, rate: Node): readonly VariableUpdate[] {
    const velocity = this.#runningMean('velocity', variable, square(gradient));
    const updates = [velocity];
    let variance = velocity.value;
    if (this.centered) {
      const average = this.#runningMean('average_gradient', variable, gradient);
      updates.push(average);
      variance = sub(variance, square(average.value));
    }
    let move = div(mul(rate, gradient), sqrt(add(variance, constant(this.epsilon))));
    if (this.momentum > 0) {
      const slot = this.slot('momentum', variable);
      move = add(mul(constant(this.momentum), variableNode(slot)), move);
      updates.push({ variable: slot, value: move });
    }
    return [...updates, { variable, value: sub(weight, move) }];
  }

  #runningMean(name: string, variable: Variable, value: Node): VariableUpdate {
    const slot = this.slot(name, variable);
    const kept = mul(constant(this.rho), variableNode(slot));
    return { variable: slot, value: add(kept, mul(constant(1 - this.rho), value)) };
  }
}
