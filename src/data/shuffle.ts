/** @file The stage that changes the order: shuffle (tf.data's `ShuffleDatasetOp`). */

import { PassSeeds } from './pass-seeds.ts';
import { restoreSource, type Source, stateList, stateOf } from './source.ts';

/**
 * Each element is drawn from a buffer of the next `bufferSize` ones, and the place that becomes free is filled with the
 * element after them. So a buffer as large as the dataset gives each order with the same probability, and a smaller one
 * needs less memory.
 */
export function shuffled<T>(
  upstream: Source<T>,
  bufferSize: number,
  seed: number | null,
  reshuffleEachIteration: boolean,
): Source<T> {
  const seeds = new PassSeeds(seed, reshuffleEachIteration);
  async function* open<U>(elements: Source<U>) {
    const random = seeds.begin();
    const buffer: U[] = [];
    for await (const element of elements.open()) {
      if (buffer.length < bufferSize) {
        buffer.push(element);
        continue;
      }
      const place = random.nextInt(bufferSize);
      const drawn = buffer[place]!;
      buffer[place] = element;
      yield drawn;
    }
    while (buffer.length > 0) {
      const place = random.nextInt(buffer.length);
      const drawn = buffer[place]!;
      buffer[place] = buffer[buffer.length - 1]!;
      buffer.pop();
      yield drawn;
    }
  }
  return {
    get length() {
      return upstream.length;
    },
    parts: [upstream],
    open: () => open(upstream),
    over: ([other]) => ({ length: other!.length, parts: [other!], open: () => open(other!) }),
    getState: () => [seeds.getState(), stateOf(upstream)],
    setState(state) {
      const [own, below] = stateList(state, 2);
      seeds.setState(own!);
      restoreSource(upstream, below!);
    },
  };
}
