/** @file The stages that put elements together and take them apart: batch and unbatch. */

import { withPlace } from '../base/errors.ts';
import { type Batched, batchLength, elementAt, stack, type Unbatched } from './element.ts';
import type { Source } from './source.ts';

/** `size` elements in one, along a new first axis. */
export function batched<T>(upstream: Source<T>, size: number, dropRemainder: boolean): Source<Batched<T>> {
  async function* open() {
    let held: T[] = [];
    let index = 0;
    const batch = () => {
      try {
        return stack(held) as Batched<T>;
      } catch (error) {
        throw withPlace(error, `batch ${index} of the dataset`);
      }
    };
    for await (const element of upstream.open()) {
      held.push(element);
      if (held.length < size) continue;
      yield batch();
      index++;
      held = [];
    }
    if (held.length > 0 && !dropRemainder) yield batch();
  }
  return {
    get length() {
      const { length } = upstream;
      return length === null ? null : dropRemainder ? Math.floor(length / size) : Math.ceil(length / size);
    },
    parts: [upstream],
    open,
    over: ([other]) => batched(other!, size, dropRemainder),
  };
}

/** The elements of batches, one by one. */
export function unbatched<T>(upstream: Source<T>): Source<Unbatched<T>> {
  async function* open() {
    let index = 0;
    for await (const batch of upstream.open()) {
      const count = countOf(batch, index++);
      for (let i = 0; i < count; i++) yield elementAt(batch, i) as Unbatched<T>;
    }
  }
  return { length: null, parts: [upstream], open };
}

function countOf(batch: unknown, index: number): number {
  try {
    return batchLength(batch);
  } catch (error) {
    throw withPlace(error, `unbatch() of element ${index} of the dataset`);
  }
}
