/**
 * @file Places: which samples the batches of a dataset have, without the samples. For work that is done once for each sample of
 * a dataset whose order changes.
 */

import type { Source } from './source.ts';

/** An element of a source that has no parts, by number. */
export type Place = readonly [source: number, index: number];

/**
 * A source whose passes go like those of `source`, from the same random numbers, and have in the place of each element the
 * number of what it is made of. Null when there is a stage whose elements differ from pass to pass, or of which that is not
 * known.
 */
export function placesOf(source: Source<unknown>): Source<unknown> | null {
  let sources = 0;
  const visit = (stage: Source<unknown>): Source<unknown> | null => {
    if (stage.places !== undefined) return stage.places(sources++);
    if (stage.known !== undefined || stage.parts.length === 0) return enumerated(stage, sources++);
    const parts = stage.parts.map(visit);
    if (stage.over === undefined || parts.includes(null)) return null;
    return stage.over(parts as Source<unknown>[]);
  };
  return visit(source);
}

/** Null for a source that draws random numbers of its own. */
function enumerated({ length, known, parts, getState }: Source<unknown>, id: number): Source<Place> | null {
  if (parts.length === 0 && getState !== undefined) return null;
  const count = known ?? length ?? Number.POSITIVE_INFINITY;
  async function* open() {
    for (let index = 0; index < count; index++) yield [id, index] as const;
  }
  return { length: Number.isFinite(count) ? count : null, parts: [], open };
}
