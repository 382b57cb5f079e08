/** @file The stages that choose and join passes: take, skip, repeat, concatenate, zip. */

import type { Source } from './source.ts';

/** The first `count` elements. */
export function taken<T>(upstream: Source<T>, count: number): Source<T> {
  async function* open() {
    if (count === 0) return;
    let given = 0;
    for await (const element of upstream.open()) {
      yield element;
      if (++given >= count) return;
    }
  }
  return {
    get length() {
      return upstream.length === null ? null : Math.min(upstream.length, count);
    },
    parts: [upstream],
    open,
    over: ([other]) => taken(other!, count),
  };
}

/** All elements but the first `count`. */
export function skipped<T>(upstream: Source<T>, count: number): Source<T> {
  async function* open() {
    let index = 0;
    for await (const element of upstream.open()) if (index++ >= count) yield element;
  }
  return {
    get length() {
      return upstream.length === null ? null : Math.max(0, upstream.length - count);
    },
    parts: [upstream],
    open,
    over: ([other]) => skipped(other!, count),
  };
}

/**
 * `count` passes as one. An infinite `count` ends with the first pass that has no elements; otherwise it is endless, also
 * where the length of a pass is not known (tf.data's cardinality).
 */
export function repeated<T>(upstream: Source<T>, count: number): Source<T> {
  async function* open() {
    for (let pass = 0; pass < count; pass++) {
      let elements = 0;
      for await (const element of upstream.open()) {
        elements++;
        yield element;
      }
      if (elements === 0) return;
    }
  }
  return {
    get length() {
      const { length } = upstream;
      if (count === 0 || length === 0) return 0;
      if (count === Number.POSITIVE_INFINITY) return count;
      return length === null ? null : length * count;
    },
    parts: [upstream],
    open,
    over: ([other]) => repeated(other!, count),
  };
}

/** The elements of `first`, then those of `second`. */
export function concatenated<T, U>(first: Source<T>, second: Source<U>): Source<T | U> {
  async function* open() {
    yield* first.open();
    yield* second.open();
  }
  return {
    get length() {
      return first.length === null || second.length === null ? null : first.length + second.length;
    },
    parts: [first, second],
    open,
    over: ([one, other]) => concatenated(one!, other!),
  };
}

/** Lists of one element of each source, until one of them ends. */
export function zipped(sources: readonly Source<unknown>[]): Source<unknown[]> {
  async function* open() {
    const passes = sources.map((source) => source.open());
    try {
      for (;;) {
        const element: unknown[] = [];
        for (const pass of passes) {
          const { value, done } = await pass.next();
          if (done === true) return;
          element.push(value);
        }
        yield element;
      }
    } finally {
      await Promise.all(passes.map((pass) => pass.return()));
    }
  }
  return {
    get length() {
      const lengths = sources.map(({ length }) => length);
      return lengths.includes(null) ? null : Math.min(...(lengths as number[]));
    },
    parts: sources,
    open,
    over: (others) => zipped(others),
  };
}
