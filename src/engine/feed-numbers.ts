/** @file The numbers of feeds on the host. */

import { isBatched, sampleSize } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { holdsBytes } from '../graph/storage.ts';
import type { FeedNumbers } from './executable.ts';

/** Numbers for a feed of steps that take `capacity` samples: zeros. */
export function hostNumbers(feed: Node, capacity: number): FeedNumbers {
  const count = sampleSize(feed.shape) * (isBatched(feed.shape) ? capacity : 1);
  return holdsBytes(feed) ? new Uint8Array(count) : new Float32Array(count);
}
