/** @file Reading ahead of whoever takes the elements: bounded, in order, errors included. */

type Result<T> = { readonly done: true } | { readonly done: false; readonly value: T };
const END = { done: true } as const;

/** An element that was asked for. */
interface Asked<U> {
  readonly result: Promise<Result<Awaited<U>>>;
  settled: boolean;
}

/**
 * Elements of a pass that are asked for before they are taken. They are read one after another; `work` runs on all that
 * were asked for at once. An error comes in the place of its element.
 */
export class ReadAhead<T, U> {
  readonly #iterator: AsyncIterator<T> | Iterator<T>;
  readonly #work: (value: T, index: number) => U | PromiseLike<U>;
  readonly #asked: Asked<U>[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #index = 0;
  #ended = false;

  constructor(
    iterator: AsyncIterator<T> | Iterator<T>,
    work: (value: T, index: number) => U | PromiseLike<U>,
  ) {
    this.#iterator = iterator;
    this.#work = work;
  }

  /** Whether `take` gives the next element, the end or an error without waiting. */
  get ready(): boolean {
    return this.#asked[0]?.settled ?? false;
  }

  /** Asks for elements until `count` of them are asked for and not taken. */
  ask(count: number): void {
    while (this.#asked.length < count) {
      const index = this.#index++;
      const element = this.#last.then(() => this.#read());
      this.#last = element.catch(() => {});
      const result = element.then(async (read): Promise<Result<Awaited<U>>> => {
        return read.done ? END : { done: false, value: await this.#work(read.value, index) };
      });
      const asked: Asked<U> = { result, settled: false };
      const settle = () => {
        asked.settled = true;
      };
      // Errors are thrown when their turn comes. The second handler keeps Node from reporting them before.
      result.then(settle, settle);
      this.#asked.push(asked);
    }
  }

  /** The next element, asked for now if need be. */
  take(): Promise<Result<Awaited<U>>> {
    this.ask(1);
    return this.#asked.shift()!.result;
  }

  /** Waits for the work under way, then ends the pass. */
  async close(): Promise<void> {
    this.#ended = true;
    await Promise.allSettled(this.#asked.map(({ result }) => result));
    await this.#iterator.return?.();
  }

  async #read(): Promise<Result<T>> {
    if (this.#ended) return END;
    try {
      const { value, done } = await this.#iterator.next();
      if (done !== true) return { done: false, value };
    } catch (error) {
      this.#ended = true;
      throw error;
    }
    this.#ended = true;
    return END;
  }
}

/**
 * `work` of each element, in order, for at most `width` elements at a time, the one that is waited for included. An
 * error ends the pass; leaving it waits for the work under way.
 */
export async function* readAhead<T, U>(
  iterator: AsyncIterator<T>,
  width: number,
  work: (value: T, index: number) => U | PromiseLike<U>,
): AsyncGenerator<Awaited<U>, void, undefined> {
  const elements = new ReadAhead(iterator, work);
  try {
    for (;;) {
      elements.ask(width);
      const result = await elements.take();
      if (result.done) return;
      yield result.value;
    }
  } finally {
    await elements.close();
  }
}
