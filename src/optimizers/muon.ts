/**
 * @file Muon (Jordan et al. 2024; Keras' `muon.py`): steps of matrices are made orthogonal, all other variables follow Adam.
 */

import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { add, constant, div, matmul, mul, sqrt, square, sub, sum, transpose } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, flag, fraction, number, texts } from '../options/kinds.ts';
import { meanWeight, runningMean } from './adam.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';
import { checkPatterns } from './weight-decay.ts';

const transposed = (x: Node) => transpose(x, [1, 0]);

/**
 * For matrices: m ← momentum · m + g, u = g + momentum · m (or m), w ← w - rate · rmsRate · sqrt(the longer side) · o,
 * where o is u with all its singular values near 1, by `nsSteps` steps x ← a · x + (b · A + c · A²) · x, A = x · xᵀ, of
 * Newton and Schulz. All other variables follow Adam.
 */
export class Muon extends withOptions(Optimizer, {
  /** Adam's `beta1` for all other variables. Default 0.9. */
  adamBeta1: number(0.9, { atLeast: 0, below: 1 }),
  /** Adam's `beta2` for all other variables. Default 0.999. */
  adamBeta2: number(0.999, { atLeast: 0, below: 1 }),
  /** Weight decay of all other variables. Default 0.004. */
  adamWeightDecay: number(0.004, { atLeast: 0 }).orNull(),
  /** Adam's `epsilon` for all other variables. Default 1e-7. */
  epsilon: number(1e-7, { atLeast: 0 }),
  /** Weight decay of matrices. Default 0.004. */
  weightDecay: number(0.004, { atLeast: 0 }).orNull(),
  /** Regular expressions: variables whose names match one follow Adam too. Default []. */
  excludeLayers: texts([]),
  /** Variables with 'embedding' in their name follow Adam too. Default true. */
  excludeEmbeddings: flag(true),
  /** The factor a of Newton and Schulz' steps. Default 3.4445. */
  muonA: number(3.4445),
  /** The factor b of Newton and Schulz' steps. Default -4.775. */
  muonB: number(-4.775),
  /** The factor c of Newton and Schulz' steps. Default 2.0315. */
  muonC: number(2.0315),
  /** The part of the rate that Adam's variables have. Default 1. */
  adamLrRatio: number(1, { atLeast: 0 }),
  /** The part of the last change that is added to the next one, 0 to 1. Default 0.95. */
  momentum: fraction(0.95),
  /** How many steps of Newton and Schulz. Default 5. */
  nsSteps: count(5),
  /** Look ahead along the momentum. Default true. */
  nesterov: flag(true),
  /** The size of a matrix' step, times the root of its longer side; null: the step as it is. Default 0.2. */
  rmsRate: number(0.2, { atLeast: 0 }).orNull(),
}) {
  static override readonly className = 'Muon';
  readonly #alpha = this.scalar('alpha', ({ rate, update }) => {
    const scale = Math.sqrt(meanWeight(this.adamBeta2, update)) / meanWeight(this.adamBeta1, update);
    return rate * this.adamLrRatio * scale;
  });

  protected override slots(variable: Variable): readonly Slots[] {
    return [this.#followsAdam(variable) ? { momentum: 0, velocity: 0 } : { momentum: 0 }];
  }

  protected override decayOf(variable: Variable): number | null {
    return this.#followsAdam(variable) ? this.adamWeightDecay : this.weightDecay;
  }

  protected override rule(input: RuleInput): RuleResult {
    return this.#followsAdam(input.variable) ? this.#adam(input) : this.#muon(input);
  }

  protected override checkOptions(values: Readonly<Record<string, unknown>>): void {
    super.checkOptions(values);
    checkPatterns('Muon: excludeLayers', values.excludeLayers as readonly string[]);
  }

  #followsAdam({ name, shape }: Variable): boolean {
    if (shape.length !== 2) return true;
    if (this.excludeEmbeddings && name.toLowerCase().includes('embedding')) return true;
    return this.excludeLayers.some((pattern) => new RegExp(pattern).test(name));
  }

  #adam({ weight, gradient, slot }: RuleInput): RuleResult {
    const momentum = runningMean(slot('momentum'), gradient, this.adamBeta1);
    const velocity = runningMean(slot('velocity'), square(gradient), this.adamBeta2);
    const move = div(mul(momentum, this.#alpha), add(sqrt(velocity), constant(this.epsilon)));
    return { momentum, velocity, weight: sub(weight, move) };
  }

  #muon({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    const factor = constant(this.momentum);
    const momentum = add(gradient, mul(slot('momentum'), factor));
    const ahead = this.nesterov ? add(gradient, mul(momentum, factor)) : momentum;
    const longer = Math.max(...(weight.shape as readonly number[]));
    const size = this.rmsRate === null ? 1 : Math.sqrt(longer) * this.rmsRate;
    const move = mul(mul(this.#orthogonal(ahead), rate), constant(size));
    return { momentum, weight: sub(weight, move) };
  }

  /** The matrix with all its singular values near 1. The products are made of the shorter side. */
  #orthogonal(x: Node): Node {
    const tall = x.shape[0]! > x.shape[1]!;
    const norm = sqrt(sum(square(x)));
    let unit = div(tall ? transposed(x) : x, add(norm, constant(1e-7)));
    for (let step = 0; step < this.nsSteps; step++) {
      const product = matmul(unit, transposed(unit));
      const mix = add(
        mul(constant(this.muonB), product),
        mul(constant(this.muonC), matmul(product, product)),
      );
      unit = add(mul(constant(this.muonA), unit), matmul(mix, unit));
    }
    return tall ? transposed(unit) : unit;
  }
}

/** Orthogonal steps for matrices, Adam's for all else. */
export const muon = factory(Muon);
