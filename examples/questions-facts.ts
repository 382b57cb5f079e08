/** @file What the pages of the two questions tell about a run. */

import type { visualization as see } from 'fovea';
import type { ComparedDepth, KindOfFilter } from './questions-looking.ts';

/** The numbers of one run. */
export interface PagePart {
  readonly accuracy: number;
  readonly depths: readonly ComparedDepth[];
  readonly kinds: readonly KindOfFilter[];
  readonly number: see.PixelExplanation;
  readonly deep: see.PixelExplanation;
  readonly shift: see.TranslationTest;
  readonly hierarchy: see.SpatialHierarchy;
  /** The names of the three convolutions. */
  readonly layers: readonly string[];
  readonly parameters: readonly see.ParameterExplanation[];
}

/** A number with so many digits behind the point. */
export function fixed(value: number, digits: number): string {
  return value.toFixed(digits);
}

/** A picture of the run, and words for those who cannot see it. */
export function picture(name: string, words: string): string {
  return `![${words}](pictures/questions-${name})`;
}
