/** @file The stages that compute elements, alone or several at a time: map and prefetch. */

import { FoveaError, withPlace } from '../base/errors.ts';
import { readAhead } from './read-ahead.ts';
import type { Source } from './source.ts';

/** `fn` of each element, of `parallel` elements at a time, in order. */
export function mapped<T, U>(
  upstream: Source<T>,
  fn: (element: T) => U | PromiseLike<U>,
  parallel: number,
): Source<Awaited<U>> {
  const work = async (element: T, index: number) => {
    try {
      return await fn(element);
    } catch (error) {
      throw placed(error, index);
    }
  };
  return {
    get length() {
      return upstream.length;
    },
    parts: [upstream],
    open: () => readAhead(upstream.open(), parallel, work),
    over: ([other]) => other!,
  };
}

function placed(error: unknown, index: number): unknown {
  if (error instanceof FoveaError) return withPlace(error, `map() of element ${index} of the dataset`);
  const reason = error instanceof Error ? error.message : String(error);
  return new FoveaError(`The function given to map() failed at element ${index} of the dataset: ${reason}`, {
    cause: error,
  });
}

/** The same elements, up to `count` of them read before they are asked for. */
export function prefetched<T>(upstream: Source<T>, count: number): Source<T> {
  return {
    get length() {
      return upstream.length;
    },
    parts: [upstream],
    // One more, since the element that is waited for is counted too.
    open: () =>
      readAhead(upstream.open(), count + 1, (element: T) => element) as AsyncGenerator<T, void, undefined>,
    over: ([other]) => other!,
  };
}
