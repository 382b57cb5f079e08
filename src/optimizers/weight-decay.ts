/** @file Weight decay apart from the gradient, before the rule (Loshchilov & Hutter 2017; Keras' `base_optimizer.py`). */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import { Variable } from '../graph/variable.ts';
import { constant, mul, sub } from '../ops/index.ts';
import type { Draft, Transform } from './transform.ts';

/** Variables that weight decay leaves out. */
export interface DecayExclusion {
  /** Variables themselves. */
  readonly variables?: readonly Variable[];
  /** Regular expressions, one of which a variable's own name (`kernel`, `bias`) has to match. */
  readonly names?: readonly (string | RegExp)[];
}

/** Whether weight decay leaves the variable out. */
export function isExcluded(variable: Variable, { variables = [], names = [] }: DecayExclusion): boolean {
  const own = variable.name.slice(variable.name.lastIndexOf('/') + 1);
  return variables.includes(variable) || names.some((pattern) => new RegExp(pattern).test(own));
}

/** Throws ValueError for unknown names of options, for what is no list of variables, and as `checkPatterns` does. */
export function checkExclusion(who: string, exclusion: DecayExclusion): void {
  checkOptionNames(who, exclusion, ['variables', 'names']);
  const { variables = [], names = [] } = exclusion;
  if (!Array.isArray(variables) || !variables.every((each) => each instanceof Variable)) {
    throw new ValueError(
      `${who}: \`variables\` takes a list of variables, as \`layer.weights\` has them, received ${describeValue(variables)}. ` +
        'Names go into `names`.',
    );
  }
  checkPatterns(who, names);
}

/** Throws ValueError for what is no list, and for what in it is no regular expression. */
export function checkPatterns(who: string, patterns: readonly (string | RegExp)[]): void {
  const isPattern = (each: unknown) => typeof each === 'string' || each instanceof RegExp;
  if (!Array.isArray(patterns) || !patterns.every(isPattern)) {
    throw new ValueError(
      `${who}: expected a list of texts and regular expressions, received ${describeValue(patterns)}.`,
    );
  }
  for (const pattern of patterns) {
    try {
      new RegExp(pattern);
    } catch (cause) {
      throw new ValueError(`${who}: '${pattern}' is no regular expression.`, { cause });
    }
  }
}

/** Subtracts decay · rate · weight from every weight; a variable whose decay is null keeps its weights. */
export function weightDecay(decayOf: (variable: Variable) => number | null, rate: Node): Transform {
  const decayed = (draft: Draft): Draft => {
    const { variable, weight } = draft;
    const decay = decayOf(variable);
    if (decay === null) return draft;
    return { ...draft, weight: sub(weight, mul(mul(weight, constant(decay)), rate)) };
  };
  return { around: (step) => (drafts) => step(drafts.map(decayed)) };
}
