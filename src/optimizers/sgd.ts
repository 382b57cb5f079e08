/** @file Stochastic gradient descent, with momentum and Nesterov's variant (Keras' `sgd.py`; Sutskever et al. 2013). */

import type { Config } from '../base/config.ts';
import { booleanOption, FRACTION, numberOption } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { add, constant, mul, sub } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { Optimizer, type OptimizerOptions, type StepInput, type VariableUpdate } from './optimizer.ts';

export interface SGDOptions extends OptimizerOptions {
  /** Part of the last step that is repeated, 0 to 1. Default 0. */
  readonly momentum?: number;
  /** Look ahead along the momentum. Default false. */
  readonly nesterov?: boolean;
}

/** w ← w - rate · g, or with momentum: m ← momentum · m - rate · g, w ← w + m. Default rate 0.01. */
export class SGD extends Optimizer {
  readonly className = 'SGD';
  readonly momentum: number;
  readonly nesterov: boolean;

  constructor(options: SGDOptions = {}) {
    super('SGD', options, 0.01, ['momentum', 'nesterov']);
    this.momentum = numberOption('SGD', 'momentum', options.momentum, 0, FRACTION);
    this.nesterov = booleanOption('SGD', 'nesterov', options.nesterov, false);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), momentum: this.momentum, nesterov: this.nesterov };
  }

  protected override createSlots(variables: readonly Variable[]): void {
    if (this.momentum !== 0) this.addSlots(variables, 'momentum');
  }

  protected override step({ variable, weight, gradient }: StepInput, rate: Node): readonly VariableUpdate[] {
    const change = mul(gradient, rate);
    if (this.momentum === 0) return [{ variable, value: sub(weight, change) }];
    const slot = this.slot('momentum', variable);
    const factor = constant(this.momentum);
    const momentum = sub(mul(variableNode(slot), factor), change);
    const move = this.nesterov ? sub(mul(momentum, factor), change) : momentum;
    return [
      { variable: slot, value: momentum },
      { variable, value: add(weight, move) },
    ];
  }
}
