/** @file CallContext: what a layer may ask of the step it is traced into. */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';

/** What a layer may ask of the step it is traced into. */
export interface CallContext {
  /** True while training: dropout drops. */
  readonly training: boolean;
  /**
   * Uniform random numbers in [0, 1), new ones each step; each call gets a stream of its own. With a `seed` the stream
   * begins the same in every process, with null it follows from `utils.setRandomSeed`. Streams belong to the model and
   * go on from run to run.
   */
  random(shape: Shape, seed: number | null): Node;
}
