/** @file What goes around an optimizer's rule: functions from one way to make a step to another. */

import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';

/** A variable on its way through a step. */
export interface Draft {
  readonly variable: Variable;
  /** What the step starts from. */
  readonly weight: Node;
  /** The loss's gradient with respect to the variable. */
  readonly gradient: Node;
}

/** The value that a variable takes at the end of the step. */
export interface VariableUpdate {
  readonly variable: Variable;
  readonly value: Node;
}

/** Makes the updates of all variables and of what the optimizer keeps for them. */
export type StepFunction = (drafts: readonly Draft[]) => readonly VariableUpdate[];

/** Numbers kept for each variable: their names, and what each is filled with at first. */
export type Slots = Readonly<Record<string, number>>;

/** Something that goes around the rule. */
export interface Transform {
  readonly slots?: Slots;
  readonly around: (step: StepFunction) => StepFunction;
}

/** What numbers of a step can depend on besides the variables. */
export interface StepMoment {
  /** Steps done before this one. */
  readonly iteration: number;
  /** Which change of the weights this step makes or prepares, from 1: with gradient accumulation several steps make one. */
  readonly update: number;
  /** The learning rate, as float32 holds it. */
  readonly rate: number;
}

/** What transforms and rules make their nodes with. */
export interface StepParts {
  /** A number of shape [] that takes a new value before each step. */
  scalar(name: string, next: (moment: StepMoment) => number): Node;
  /** What is kept for `variable` under that name. */
  slot(name: string, variable: Variable): Variable;
}
