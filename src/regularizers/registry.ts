/** @file Regularizers by name, and options that take one. */

import { type Identifier, thing } from '../options/objects.ts';
import type { Option } from '../options/option.ts';
import { Registry } from '../options/registry.ts';
import type { Spelled } from '../options/spelling.ts';
import * as list from './index.ts';
import { Regularizer } from './regularizer.ts';

/** All regularizers. */
export const REGULARIZERS = new Registry<Regularizer>({
  kind: 'regularizer',
  base: Regularizer,
  module: 'keras.regularizers',
  example: "Give a name such as 'l2' or a regularizer such as regularizers.l2({ l2: 1e-4 }).",
  list,
  // Names of Keras 1.
  aliases: { WeightRegularizer: 'l1l2', L1L2Regularizer: 'l1l2', ActivityRegularizer: 'l1l2' },
});

/** A name of a regularizer. */
export type RegularizerName = Spelled<keyof typeof list> | 'l1_l2';

/** What an option for a regularizer takes: a name, a regularizer, or an object of a Keras file. */
export type RegularizerIdentifier = Identifier<Regularizer, RegularizerName>;

/** An option for a regularizer; none by default. */
export function regularizer(): Option<Regularizer | null, RegularizerIdentifier | null, false> {
  return thing<Regularizer, RegularizerName>(REGULARIZERS, null);
}
