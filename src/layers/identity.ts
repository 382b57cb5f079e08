/** @file Identity: a place in a model where nothing happens (Keras' `identity.py`). */

import type { Node } from '../graph/node.ts';
import { factory } from '../options/configurable.ts';
import { Layer } from './layer.ts';

/** The input as it is. */
export class Identity extends Layer {
  static override readonly className = 'Identity';

  override call([x]: readonly Node[]): Node {
    return x!;
  }
}

/** The input as it is. */
export const identity = factory(Identity);
