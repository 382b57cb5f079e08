/** @file Datasets of what a function yields. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { Dataset } from './dataset.ts';

export interface FromGeneratorOptions {
  /** Elements in a pass, when that is known. A pass with another number is an error. */
  readonly length?: number | null;
}

/**
 * The elements that `fn` yields; each pass calls it anew: `data.fromGenerator(async function* () { … yield [x, y]; })`.
 * Throws ValueError when `fn` is no function or `length` no whole number, and while iterating when `fn` gives nothing
 * that can be iterated or another number of elements.
 */
export function fromGenerator<T>(
  fn: () => Iterable<T> | AsyncIterable<T>,
  options: FromGeneratorOptions = {},
): Dataset<T> {
  checkOptionNames('fromGenerator', options, ['length']);
  const { length = null } = options;
  if (typeof fn !== 'function') {
    throw new ValueError(
      `fromGenerator takes a generator function, which each pass calls anew, received ${describeValue(fn)}.`,
    );
  }
  if (length !== null && !(Number.isSafeInteger(length) && length >= 0)) {
    throw new ValueError(
      `fromGenerator: length must be a whole number from 0 up or null, received ${describeValue(length)}.`,
    );
  }
  async function* open() {
    let given = 0;
    known = length ?? Number.POSITIVE_INFINITY;
    for await (const element of iterable(fn())) {
      if (++given > (length ?? given)) refuseLength(length!, 'more');
      yield element as T;
    }
    if (given < (length ?? given)) refuseLength(length!, String(given));
    known = given;
  }
  let known = length ?? Number.POSITIVE_INFINITY;
  return new Dataset({
    length,
    parts: [],
    open,
    get known() {
      return known;
    },
  });
}

function iterable<T>(value: Iterable<T> | AsyncIterable<T>): Iterable<T> | AsyncIterable<T> {
  const iterates =
    typeof value === 'object' &&
    value !== null &&
    (Symbol.asyncIterator in value || Symbol.iterator in value);
  if (iterates) return value;
  throw new ValueError(
    `fromGenerator: the function gave ${describeValue(value)}, expected something to iterate. Make it a generator: function* or ` +
      'async function*.',
  );
}

function refuseLength(expected: number, given: string): never {
  throw new ValueError(
    `fromGenerator: length is ${expected}, but the function gave ${given} elements. Correct length or leave it out.`,
  );
}
