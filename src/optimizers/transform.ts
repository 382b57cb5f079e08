/**
 * @file Transforms around an optimizer's rule: a transform takes a function that makes the updates of a step and
 * returns another one.
 */

import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';

/** A variable with its weight and gradient at one point of a step. */
export interface Draft {
  readonly variable: Variable;
  /** The weight before the update. */
  readonly weight: Node;
  /** The loss's gradient with respect to the variable. */
  readonly gradient: Node;
  /** A factor of the learning rate for this variable. Default 1. */
  readonly rateMultiplier?: number;
}

/** The value that a variable takes at the end of the step. */
export interface VariableUpdate {
  readonly variable: Variable;
  readonly value: Node;
}

/** Makes the updates of all variables and of their slots. */
export type StepFunction = (drafts: readonly Draft[]) => readonly VariableUpdate[];

/** How a slot begins, where it is not one number for all elements of a block as large as the variable. */
export interface SlotStart {
  /** Default: the variable's shape. */
  readonly shape?: readonly number[];
  /** One number for all elements, or the variable's numbers at that time. */
  readonly start: number | 'weight';
}

/** Slots of a variable: their names and first values. */
export type Slots = Readonly<Record<string, number | SlotStart>>;

/** A transform around the rule. */
export interface Transform {
  readonly slots?: Slots;
  readonly around: (step: StepFunction) => StepFunction;
}

/** The numbers that a step's scalars can depend on. */
export interface StepMoment {
  /** Steps done before this one. */
  readonly iteration: number;
  /**
   * The number, from 1, of the change of the weights that this step makes or prepares. With gradient accumulation
   * several steps make one change.
   */
  readonly update: number;
  /** The learning rate, as float32 holds it. */
  readonly rate: number;
}

/** The functions with which transforms and rules make their nodes. */
export interface StepParts {
  /** A number of shape [] that takes a new value before each step. */
  scalar(name: string, next: (moment: StepMoment) => number): Node;
  /** The slot of that name of `variable`. */
  slot(name: string, variable: Variable): Variable;
}
