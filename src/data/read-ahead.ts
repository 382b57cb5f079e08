/** @file Reading ahead of whoever takes the elements: bounded, in order, errors included. */

type Result<T> = { readonly done: true } | { readonly done: false; readonly value: T };
const END = { done: true } as const;

/**
 * `work` of each element, in order. At most `width` elements are under way at a time, the one that is waited for
 * included; they are read one after another, and `work` runs on all of them at once. An error comes in the place of its
 * element and ends the pass. When the generator is left, it waits for the work under way and then ends `iterator`.
 */
export async function* readAhead<T, U>(
  iterator: AsyncIterator<T> | Iterator<T>,
  width: number,
  work: (value: T, index: number) => U | PromiseLike<U>,
): AsyncGenerator<Awaited<U>, void, undefined> {
  const window: Promise<Result<Awaited<U>>>[] = [];
  let ended = false;
  let asked = 0;
  let last: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<Result<T>> => {
    if (ended) return END;
    try {
      const { value, done } = await iterator.next();
      if (done !== true) return { done: false, value };
      ended = true;
      return END;
    } catch (error) {
      ended = true;
      throw error;
    }
  };
  const ask = () => {
    const index = asked++;
    const element = last.then(read);
    last = element.catch(() => {});
    const result = element.then(async (read): Promise<Result<Awaited<U>>> => {
      return read.done ? END : { done: false, value: await work(read.value, index) };
    });
    // Errors are thrown when their turn comes. This handler keeps Node from reporting an unhandled rejection before.
    result.catch(() => {});
    window.push(result);
  };

  try {
    for (;;) {
      while (window.length < width) ask();
      const result = await window.shift()!;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    ended = true;
    await Promise.allSettled(window);
    await iterator.return?.();
  }
}
