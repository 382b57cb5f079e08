/** @file How many shards a batch is cut into: many, so that all threads have work, unless the gradients are large. */

import { isBatched, sampleSize, sizeOf } from '../base/shape.ts';
import { FLOAT_BYTES } from '../kernels/ir.ts';
import { accumulates, type Group } from './groups.ts';

/** Shards of a batch. */
const SHARDS = 8;
/** Shards that large gradients have all the same: with fewer, threads would have nothing to do. */
const FEW_SHARDS = 4;

/** Accumulators of all shards up to this size take no notable time. */
const SMALL_BYTES = 64 * 2 ** 20;
/** Accumulators that many shards may have where the time that they take is small beside a step's other work. */
const LARGE_BYTES = 512 * 2 ** 20;
/** Accumulators that few shards may have. A step with more runs on fewer threads. */
const MOST_BYTES = 1280 * 2 ** 20;
/** Multiplications for each byte of a shard's accumulators, from which on four more shards take less than 5 % of a step. */
const MUCH_WORK = 2000;

/**
 * The number of shards for runs of up to `capacity` samples. Each has accumulators of its own, which are zeroed and added
 * up in every step.
 */
export function chooseShards(groups: readonly Group[], capacity: number): number {
  const bytes = accumulatorBytes(groups);
  const hasMuchWork = capacity * multiplications(groups) > MUCH_WORK * bytes;
  const limit = hasMuchWork ? LARGE_BYTES : SMALL_BYTES;
  let shards = SHARDS * bytes <= limit ? SHARDS : FEW_SHARDS;
  while (shards > 1 && shards * bytes > MOST_BYTES) shards /= 2;
  return shards;
}

function accumulatorBytes(groups: readonly Group[]): number {
  let bytes = 0;
  for (const group of groups) {
    if (group.kind === 'shardSum') continue;
    for (const node of group.results.filter(accumulates)) bytes += sampleSize(node.shape) * FLOAT_BYTES;
  }
  return bytes;
}

/** About how many multiplications by weights a sample needs: each result is a sum over all inputs of an output channel. */
function multiplications(groups: readonly Group[]): number {
  let total = 0;
  for (const group of groups) {
    if (group.kind !== 'kernel' || !isBatched(group.producer.shape)) continue;
    const { inputs, shape } = group.producer;
    const weights = inputs.find((input) => !isBatched(input.shape) && input.shape.length > 1);
    if (weights === undefined) continue;
    const extents = weights.shape as readonly number[];
    total += (sampleSize(shape) * sizeOf(extents)) / extents.at(-1)!;
  }
  return total;
}
