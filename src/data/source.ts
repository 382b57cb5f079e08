/** @file Source: what a stage of a dataset reads from and is itself; and the state from which a pass can be repeated. */

import { ValueError } from '../base/errors.ts';
import type { StateValue } from '../base/state-value.ts';

/** Elements, pass after pass. A stage is a source that reads from others. */
export interface Source<T> {
  /** Elements in a pass; `Infinity` when it never ends; null while unknown. */
  readonly length: number | null;
  /** The sources that a pass reads. */
  readonly parts: readonly Source<unknown>[];
  /** Begins a pass. Nothing is read before the first element is asked for; `return()` ends the passes over `parts` too. */
  open(): AsyncGenerator<T, void, undefined>;
  /**
   * What the next pass depends on: positions of random numbers, those of `parts` included. Left out by sources whose
   * passes depend on their parts only.
   */
  getState?(): StateValue;
  setState?(state: StateValue): void;
  /**
   * The same stage over other parts: it chooses, orders and joins their elements as it does with its own, with the same random
   * numbers. A stage that makes each element of one element leaves them as they are. Left out where elements cannot be told
   * apart without being made.
   */
  over?(parts: readonly Source<unknown>[]): Source<unknown>;
  /**
   * Of a source whose elements are the same in each pass: how many it has; `Infinity` when it does not know. Default: `length`.
   */
  readonly known?: number;
  /**
   * Of a source that draws the order of its samples itself: its passes, with the same random numbers, and in the place of each
   * sample its `Place`. Null when samples differ from pass to pass.
   */
  places?(source: number): Source<unknown> | null;
}

/** What the next pass over `source` depends on. */
export function stateOf(source: Source<unknown>): StateValue {
  return source.getState?.() ?? source.parts.map(stateOf);
}

/** Brings a source to a state that `stateOf` gave. Throws ValueError for the state of another dataset. */
export function restoreSource(source: Source<unknown>, state: StateValue): void {
  if (source.setState !== undefined) {
    source.setState(state);
    return;
  }
  const states = stateList(state, source.parts.length);
  source.parts.forEach((part, i) => {
    restoreSource(part, states[i]!);
  });
}

/** The state as a list of `length` values. Throws ValueError when it is none, so that it is of another dataset. */
export function stateList(state: StateValue, length: number): readonly StateValue[] {
  if (Array.isArray(state) && state.length === length) return state as readonly StateValue[];
  throw new ValueError(
    'The state is not of this dataset: its stages differ. Restore it into a dataset that is made in the same way.',
  );
}
