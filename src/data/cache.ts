/** @file The stage that keeps elements in memory: cache. */

import type { StateValue } from '../base/state-value.ts';
import { restoreSource, type Source, stateOf } from './source.ts';

/**
 * The elements of the first pass that reaches the end, kept as they are and given by all later passes. A pass that is
 * left early keeps nothing.
 */
export function cached<T>(upstream: Source<T>): Source<T> {
  let kept: readonly T[] | null = null;
  /** The state below before the pass that was kept: a run that goes on elsewhere has to fill its cache anew from it. */
  let keptFrom: StateValue = null;

  async function* open() {
    if (kept !== null) {
      yield* kept;
      return;
    }
    const from = stateOf(upstream);
    const held: T[] = [];
    for await (const element of upstream.open()) {
      held.push(element);
      // The last element may be the last thing that is asked for, so the cache is complete before it is given.
      if (held.length === upstream.length) keep(held, from);
      yield element;
    }
    keep(held, from);
  }
  const keep = (held: readonly T[], from: StateValue) => {
    // Of two passes at the same time, the first one that ends is kept.
    if (kept !== null) return;
    kept = held;
    keptFrom = from;
  };
  return {
    get length() {
      return kept === null ? upstream.length : kept.length;
    },
    parts: [upstream],
    open,
    get known() {
      return kept?.length;
    },
    over: ([other]) => cached(other!),
    getState: () => (kept === null ? stateOf(upstream) : keptFrom),
    setState(state) {
      if (kept !== null && JSON.stringify(state) === JSON.stringify(keptFrom)) return;
      kept = null;
      restoreSource(upstream, state);
    },
  };
}
