/** @file Gradients of gradients, which gradient penalties need: every op × case against finite differences. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gradients } from '../src/autodiff/gradients.ts';
import { RandomGenerator } from '../src/base/random.ts';
import { add, square, sum } from '../src/ops/index.ts';
import { type OpCase, opCases } from './support/op-cases.ts';
import { buildProblem, evaluateAt, type OpProblem } from './support/run-op-case.ts';

const STEP = 1e-5;
const TOLERANCE = 1e-5;

/** The sum of the squares of the case's gradients, and its own gradients. */
function penalty(opCase: OpCase): OpProblem {
  const problem = buildProblem(opCase, 2, 11);
  const loss = problem.gradients.map((each) => sum(square(each))).reduce(add);
  return { ...problem, loss, gradients: gradients(loss, problem.inputs) };
}

function check(problem: OpProblem): void {
  const random = new RandomGenerator(5);
  const directions = new Map(
    problem.inputs.map((input) => [input, problem.values(input).map(() => random.uniform(-1, 1))]),
  );
  let expected = 0;
  evaluateAt(problem, problem.gradients, problem.values).forEach((gradient, i) => {
    gradient.forEach((value, j) => {
      expected += value * directions.get(problem.inputs[i]!)![j]!;
    });
  });
  const at = (sign: number) =>
    evaluateAt(problem, [problem.loss], (leaf) =>
      problem.values(leaf).map((value, i) => value + sign * STEP * directions.get(leaf as never)![i]!),
    )[0]![0]!;
  const slope = (at(1) - at(-1)) / (2 * STEP);
  assert.ok(
    Math.abs(slope - expected) <= TOLERANCE * Math.max(1, Math.abs(expected)),
    `slope ${slope}, gradient says ${expected}`,
  );
}

describe('gradients of gradients', () => {
  for (const opCase of opCases.filter(({ gradient, large }) => gradient !== false && large !== true)) {
    it(opCase.name, () => check(penalty(opCase)));
  }
});
