/** @file Datasets of the samples of Tensors. */

import { withPlace } from '../base/errors.ts';
import { Dataset } from './dataset.ts';
import { batchLength, elementAt, type Unbatched } from './element.ts';

/**
 * One element for each sample of `tensors`, a Tensor or a list or record of Tensors with equal first extents:
 * `data.fromTensors([x, y]).batch(32)`. Elements share the Tensors' memory.
 * Throws ValueError or ShapeError when the Tensors do not have as many samples each.
 */
export function fromTensors<T>(tensors: T): Dataset<Unbatched<T>> {
  const length = samplesOf(tensors);
  async function* open() {
    for (let i = 0; i < length; i++) yield elementAt(tensors, i) as Unbatched<T>;
  }
  return new Dataset({ length, parts: [], open });
}

function samplesOf(tensors: unknown): number {
  try {
    return batchLength(tensors);
  } catch (error) {
    throw withPlace(error, 'data.fromTensors');
  }
}
