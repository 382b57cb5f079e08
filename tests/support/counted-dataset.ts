/** @file A dataset that notes what is read of it, and datasets as lists. */

import * as data from '../../src/data/index.ts';

/** Counts from 0, noting what is read and whether the pass was ended. */
export function counter(length: number) {
  const seen = { read: 0, passes: 0, ended: 0 };
  const dataset = data.fromGenerator(
    function* () {
      seen.passes++;
      try {
        for (let i = 0; i < length; i++) {
          seen.read++;
          yield i;
        }
      } finally {
        seen.ended++;
      }
    },
    { length },
  );
  return { seen, dataset };
}

/** All elements of a pass. */
export async function list<T>(dataset: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of dataset) all.push(element);
  return all;
}
