/** @file Elements of a dataset: Tensors, alone or in lists and records; many of them made into one, and one into many. */

import { allocate } from '../base/dtype.ts';
import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { copiedTogether, stackedTensor } from '../base/stacked-tensor.ts';
import { Tensor } from '../base/tensor.ts';

/** What batches are made of: Tensors and numbers, alone or in lists and records. */
export type Element = Tensor | number | boolean | readonly Element[] | { readonly [name: string]: Element };

/** The type of a batch of `T`: of the same form, with Tensors in the place of numbers. */
export type Batched<T> = T extends Tensor | number | boolean ? Tensor : { [K in keyof T]: Batched<T[K]> };

/** The type of one element of a batch `T`. */
export type Unbatched<T> = T extends Tensor ? Tensor : { [K in keyof T]: Unbatched<T[K]> };

/** True for plain objects only. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * Elements of one form as one element, their Tensors along a new first axis. Numbers become float32, booleans bool.
 * Throws ShapeError or ValueError, naming the place, when their shapes, types or forms differ.
 */
export function stack(elements: readonly unknown[], place = ''): unknown {
  const [first] = elements;
  if (first instanceof Tensor) return stackTensors(elements, first, place);
  if (typeof first === 'number') return stackNumbers(elements, 'number', place);
  if (typeof first === 'boolean') return stackNumbers(elements, 'boolean', place);
  if (Array.isArray(first)) {
    refuseUnless(
      elements,
      (e) => Array.isArray(e) && e.length === first.length,
      `a list of ${first.length}`,
      place,
    );
    const column = (i: number) => elements.map((element) => (element as unknown[])[i]);
    return first.map((_, i) => stack(column(i), `${place}[${i}]`));
  }
  if (isRecord(first)) {
    const names = Object.keys(first);
    const fits = (e: unknown) =>
      isRecord(e) && Object.keys(e).length === names.length && names.every((n) => n in e);
    refuseUnless(elements, fits, `a record of ${names.join(', ')}`, place);
    const column = (name: string) => elements.map((element) => (element as Record<string, unknown>)[name]);
    return Object.fromEntries(names.map((name) => [name, stack(column(name), `${place}.${name}`)]));
  }
  throw new ValueError(
    `batch: an element${placed(place)} is ${describeValue(first)}; batches are made of Tensors and numbers, alone or in ` +
      'lists and records. Turn it into a Tensor with map() first.',
  );
}

function placed(place: string): string {
  return place === '' ? '' : `'s ${place}`;
}

function refuseUnless(
  elements: readonly unknown[],
  fits: (element: unknown) => boolean,
  expected: string,
  place: string,
): void {
  const wrong = elements.findIndex((element) => !fits(element));
  if (wrong < 0) return;
  throw new ValueError(
    `batch: element ${wrong} of the batch${placed(place)} is ${describeValue(elements[wrong])}, but the ones before it ` +
      `are each ${expected}. Bring all elements to one form with map() first.`,
  );
}

/** From so many numbers in an element on, a batch is copied together only for those who need it in one piece. */
const LARGE = 1024;

function stackTensors(elements: readonly unknown[], first: Tensor, place: string): Tensor {
  const { shape, dtype } = first;
  elements.forEach((element, i) => {
    if (!(element instanceof Tensor) || element.dtype !== dtype) {
      const received = element instanceof Tensor ? `a Tensor of ${element.dtype}` : describeValue(element);
      throw new ValueError(
        `batch: element ${i} of the batch${placed(place)} is ${received}, but the ones before it are Tensors of ` +
          `${dtype}. Bring all elements to one type with map() first.`,
      );
    }
    if (!sameShape(element.shape, shape)) {
      throw new ShapeError(
        `batch: element ${i} of the batch${placed(place)} has shape ${formatShape(element.shape)}, the ones before it ` +
          `${formatShape(shape)}. Bring all elements to one shape with map() first.`,
      );
    }
  });
  const rows = elements as readonly Tensor[];
  return first.size < LARGE ? copiedTogether(rows) : stackedTensor(rows);
}

function stackNumbers(elements: readonly unknown[], type: 'number' | 'boolean', place: string): Tensor {
  refuseUnless(elements, (element) => typeof element === type, `a ${type}`, place);
  const dtype = type === 'number' ? 'float32' : 'bool';
  const data = allocate(dtype, elements.length);
  elements.forEach((element, i) => {
    data[i] = Number(element);
  });
  return new Tensor([elements.length], dtype, data);
}

/** The number of elements in a batch. Throws ShapeError or ValueError when its Tensors differ in it, or it has none. */
export function batchLength(batch: unknown): number {
  const tensors = tensorsOf(batch);
  const scalar = tensors.find(({ rank }) => rank === 0);
  if (tensors.length === 0 || scalar !== undefined) {
    throw new ValueError(
      `expected Tensors whose first axis counts the elements, received ${tensors.length === 0 ? describeValue(batch) : 'a scalar'}.`,
    );
  }
  const counts = new Set(tensors.map(({ shape }) => shape[0]!));
  if (counts.size === 1) return tensors[0]!.shape[0]!;
  throw new ShapeError(
    `the Tensors differ in the number of elements, which their first axes count: ${tensors.map(({ shape }) => formatShape(shape)).join(', ')}.`,
  );
}

function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsOf);
  return isRecord(value) ? Object.values(value).flatMap(tensorsOf) : [];
}

/** Element `index` of a batch. Tensors are views of the batch's memory. */
export function elementAt(batch: unknown, index: number): unknown {
  if (batch instanceof Tensor) {
    const size = batch.size / batch.shape[0]!;
    const data = batch.data.subarray(index * size, (index + 1) * size);
    return new Tensor(batch.shape.slice(1), batch.dtype, data);
  }
  if (Array.isArray(batch)) return batch.map((item) => elementAt(item, index));
  if (!isRecord(batch)) return batch;
  return Object.fromEntries(Object.entries(batch).map(([name, item]) => [name, elementAt(item, index)]));
}
