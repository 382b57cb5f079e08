/**
 * @file Adafactor (Shazeer & Stern 2018, arXiv 1804.04235; Keras' `adafactor.py`): squared gradients kept as sums of rows
 * and columns, and steps that are limited by the size of the weights.
 */

import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { add, constant, div, maximum, mean, mul, reshape, sqrt, square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { flag, number } from '../options/kinds.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

function rootMeanSquare(x: Node): Node {
  return sqrt(mean(square(x)));
}

/**
 * With s = g² + epsilon1 and b = 1 - t^beta2Decay: row and column ← running means of s over the last axis and the one
 * before it, forgetting by b, and v = row · column / mean of row; for vectors v ← b · v + (1 - b) · s. Then u = g / sqrt(v),
 * w ← w - max(epsilon2, rms(w)) · min(rate, 1 / sqrt(t)) · u / max(1, rms(u) / clipThreshold).
 */
export class Adafactor extends withOptions(Optimizer, {
  /** How the means forget more slowly with the steps t: 1 - t to the power of it. Default -0.8. */
  beta2Decay: number(-0.8, { atMost: 0 }).keyed('beta_2_decay'),
  /** Added to squared gradients. Default 1e-30. */
  epsilon1: number(1e-30, { atLeast: 0 }),
  /** The least size of weights that steps are measured by. Default 0.001. */
  epsilon2: number(1e-3, { atLeast: 0 }),
  /** Steps of a larger root mean square are scaled down to it. Default 1. */
  clipThreshold: number(1, { above: 0 }),
  /** Limit the rate by 1 / sqrt(t). Default true. As in Keras the limit holds without it too. */
  relativeStep: flag(true),
}) {
  static override readonly className = 'Adafactor';
  readonly #rho = this.scalar('rho', ({ rate, update }) => Math.min(rate, 1 / Math.sqrt(update)));
  readonly #forgotten = this.scalar('forgotten', ({ update }) => update ** this.beta2Decay);

  protected override slots({ shape }: Variable): readonly Slots[] {
    const factored = shape.length >= 2;
    const rows = factored ? shape.slice(0, -1) : [];
    const columns = factored ? [...shape.slice(0, -2), shape.at(-1)!] : [];
    return [{ row: { shape: rows, start: 0 }, column: { shape: columns, start: 0 }, velocity: 0 }];
  }

  protected override rule({ weight, gradient, slot }: RuleInput): RuleResult {
    const squares = add(square(gradient), constant(this.epsilon1));
    const kept = (old: Node, value: Node) => add(old, mul(sub(value, old), this.#forgotten));
    const state =
      weight.shape.length >= 2
        ? factored(
            kept(slot('row'), mean(squares, { axes: [-1] })),
            kept(slot('column'), mean(squares, { axes: [-2] })),
          )
        : { row: slot('row'), column: slot('column'), velocity: kept(slot('velocity'), squares) };
    const step = div(gradient, sqrt(state.velocity));
    const limit = maximum(constant(1), div(rootMeanSquare(step), constant(this.clipThreshold)));
    const alpha = mul(maximum(constant(this.epsilon2), rootMeanSquare(weight)), this.#rho);
    return { ...state, weight: sub(weight, mul(alpha, div(step, limit))) };
  }
}

/** The product of rows and columns, as large in the mean as the columns. */
function factored(row: Node, column: Node): { row: Node; column: Node; velocity: Node } {
  const share = div(row, mean(row, { axes: [-1], keepDims: true }));
  const [rows, columns] = [row.shape, column.shape];
  const velocity = mul(
    reshape(share, [...rows, 1]),
    reshape(column, [...columns.slice(0, -1), 1, columns.at(-1)!]),
  );
  return { row, column, velocity };
}

/** Steps measured by the weights' size, with little memory for large matrices. */
export const adafactor = factory(Adafactor);
