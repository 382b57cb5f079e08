/** @file Scalars that are fed to each step anew. */

import type { Node } from './node.ts';

/** A placeholder of shape [] and where its numbers come from. */
export interface ScalarFeed {
  readonly node: Node;
  /** The number for the next step: to be called once a step. */
  next(): number;
}
