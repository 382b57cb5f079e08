/** @file Constraints by name, and options that take one. */

import { type Identifier, thing } from '../options/objects.ts';
import type { Option } from '../options/option.ts';
import { Registry } from '../options/registry.ts';
import type { Spelled } from '../options/spelling.ts';
import { Constraint } from './constraint.ts';
import * as list from './index.ts';

/** All constraints. */
export const CONSTRAINTS = new Registry<Constraint>({
  kind: 'constraint',
  base: Constraint,
  module: 'keras.constraints',
  example: "Give a name such as 'nonNeg' or a constraint such as constraints.maxNorm({ maxValue: 3 }).",
  list,
});

/** A name of a constraint. */
export type ConstraintName = Spelled<keyof typeof list>;

/** What an option for a constraint takes: a name, a constraint, or an object of a Keras file. */
export type ConstraintIdentifier = Identifier<Constraint, ConstraintName>;

/** An option for a constraint; none by default. */
export function constraint(): Option<Constraint | null, ConstraintIdentifier | null, false> {
  return thing<Constraint, ConstraintName>(CONSTRAINTS, null);
}
