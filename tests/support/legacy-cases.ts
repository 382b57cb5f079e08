/** @file Legacy `.h5` files of real Keras, for tests of reading them. */

import type { Model } from '../../src/models/model.ts';
import { type ArrayReference, readFixture } from './fixtures.ts';

/** A model of a fixture: what it predicts, and what it predicts after one more step of training. */
export interface LegacyCase {
  readonly name: string;
  readonly input: ArrayReference;
  readonly outputs: readonly ArrayReference[];
  readonly targets?: readonly ArrayReference[];
  readonly iterations?: number;
  readonly outputsAfterStep?: readonly ArrayReference[];
}

/** The models of a fixture, and the files of these. */
export const readLegacyCases = (name: string) => readFixture<{ cases: readonly LegacyCase[] }>(name);

export const numbersOf = (model: Model) => model.getWeights().map(({ data }) => data);
