/** @file Adam (Kingma & Ba 2015) and its AMSGrad variant (Reddi et al. 2018), as in Keras' `adam.py`. */

import type { Config } from '../base/config.ts';
import { booleanOption, NOT_NEGATIVE, numberOption } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { add, constant, div, maximum, mul, sqrt, square, sub } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { Optimizer, type OptimizerOptions, type StepInput, type VariableUpdate } from './optimizer.ts';

export interface AdamOptions extends OptimizerOptions {
  /** How slowly the gradient's running mean forgets, 0 up to 1. Default 0.9. */
  readonly beta1?: number;
  /** How slowly the running mean of its square forgets, 0 up to 1. Default 0.999. */
  readonly beta2?: number;
  /** Added to the square root. Default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the largest running mean of squares so far. Default false. */
  readonly amsgrad?: boolean;
}

const BELOW_ONE = {
  holds: (value: number) => value >= 0 && value < 1,
  expected: 'a number from 0 up to but without 1',
};

/**
 * m ← m + (1 - beta1)(g - m), v ← v + (1 - beta2)(g² - v), w ← w - m · alpha / (sqrt(v) + epsilon), where alpha is
 * rate · sqrt(1 - beta2^t) / (1 - beta1^t) in step t. Default rate 0.001.
 */
export class Adam extends Optimizer {
  readonly className = 'Adam';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  /** The bias-corrected rate: the same for all weights of a step, so the host computes it. */
  readonly #alpha: Node;

  constructor(options: AdamOptions = {}) {
    super('Adam', options, 0.001, ['beta1', 'beta2', 'epsilon', 'amsgrad']);
    this.beta1 = numberOption('Adam', 'beta1', options.beta1, 0.9, BELOW_ONE);
    this.beta2 = numberOption('Adam', 'beta2', options.beta2, 0.999, BELOW_ONE);
    this.epsilon = numberOption('Adam', 'epsilon', options.epsilon, 1e-7, NOT_NEGATIVE);
    this.amsgrad = booleanOption('Adam', 'amsgrad', options.amsgrad, false);
    this.#alpha = this.addScalar('alpha', () => this.#correctedRate());
  }

  override getConfig(): Config {
    const { beta1: beta_1, beta2: beta_2, epsilon, amsgrad } = this;
    return { ...super.getConfig(), beta_1, beta_2, epsilon, amsgrad };
  }

  protected override createSlots(variables: readonly Variable[]): void {
    this.addSlots(variables, 'momentum', 'velocity');
    if (this.amsgrad) this.addSlots(variables, 'velocity_hat');
  }

  protected override step({ variable, weight, gradient }: StepInput): readonly VariableUpdate[] {
    const momentum = this.#runningMean('momentum', variable, gradient, this.beta1);
    const velocity = this.#runningMean('velocity', variable, square(gradient), this.beta2);
    const updates = [momentum, velocity];
    let largest = velocity.value;
    if (this.amsgrad) {
      const slot = this.slot('velocity_hat', variable);
      largest = maximum(variableNode(slot), largest);
      updates.push({ variable: slot, value: largest });
    }
    const change = mul(momentum.value, this.#alpha);
    const move = div(change, add(sqrt(largest), constant(this.epsilon)));
    return [...updates, { variable, value: sub(weight, move) }];
  }

  #runningMean(name: string, variable: Variable, value: Node, beta: number): VariableUpdate {
    const slot = this.slot(name, variable);
    const old = variableNode(slot);
    return { variable: slot, value: add(old, mul(sub(value, old), constant(1 - beta))) };
  }

  #correctedRate(): number {
    // Keras takes the powers of the betas as float32 has them, which moves the first steps by 6.5e-6 of their length.
    const [beta1, beta2] = [Math.fround(this.beta1), Math.fround(this.beta2)];
    const { iterations, learningRate } = this;
    return learningRate * (Math.sqrt(1 - beta2 ** iterations) / (1 - beta1 ** iterations));
  }
}
