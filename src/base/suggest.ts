/** @file "Did you mean …?": the error for a name that does not exist. */

import { ValueError } from './errors.ts';
import { canonicalName } from './names.ts';

/** Letters to insert, delete, replace or swap with a neighbour to get from `a` to `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replace = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      }
      rows[i]![j] = best;
    }
  }
  return rows[a.length]![b.length]!;
}

// Longer input is not a misspelt name, and the comparison takes time with the product of the lengths.
const LONGEST = 64;

/**
 * The candidate that `name` most likely stands for: at most a third of the letters differ (case and underscores do not
 * count), the first of equals. `undefined` when nothing is near.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = canonicalName(name);
  if (wanted.length > LONGEST) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, canonicalName(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Names that a message lists: of the layers of a large network nobody reads more. */
const LISTED = 40;

/**
 * The error to throw for an unknown name: `Unknown optimizer 'rmsporp'. Did you mean 'rmsprop'? Known: adam, …`. Of many names the
 * first ones are listed.
 *
 * @param kind What the name should name, for example `optimizer` or `built-in data set`.
 */
export function unknownNameError(kind: string, name: string, known: Iterable<string>): ValueError {
  const names = [...known];
  const nearest = nearestName(String(name), names);
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
  const listed =
    names.length <= LISTED
      ? names.join(', ')
      : `${names.slice(0, LISTED).join(', ')} and ${names.length - LISTED} more`;
  return new ValueError(`Unknown ${kind} '${String(name)}'.${hint} Known: ${listed}.`);
}
