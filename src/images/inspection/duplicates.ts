/** @file Finds the same picture several times: equal files, equal pixels, and pictures that look the same. */

import { EventLoopBreaks } from '../../base/event-loop.ts';
import { RandomGenerator } from '../../base/random.ts';
import type { InspectedImage } from './inspect-file.ts';
import { nearPairs } from './near-pairs.ts';
import { hammingDistance, MOST_DIFFERENT_BITS } from './picture-hash.ts';
import type { DuplicateGroup } from './report.ts';

/** Sets that grow together (R. Tarjan's disjoint sets, with path halving). */
class DisjointSets {
  readonly #parent: Int32Array;

  constructor(count: number) {
    this.#parent = Int32Array.from({ length: count }, (_, i) => i);
  }

  find(member: number): number {
    const parent = this.#parent;
    let at = member;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  }

  join(a: number, b: number): void {
    this.#parent[this.find(a)] = this.find(b);
  }
}

/** Joins all images that have the same key; gives the first image of each key. */
function joinEqual(
  sets: DisjointSets,
  images: readonly InspectedImage[],
  keyOf: (image: InspectedImage) => string,
): number[] {
  const first = new Map<string, number>();
  for (const [i, image] of images.entries()) {
    const seen = first.get(keyOf(image));
    if (seen === undefined) first.set(keyOf(image), i);
    else sets.join(i, seen);
  }
  return [...first.values()];
}

const SAMPLED_PAIRS = 20_000;
const MOST_CANDIDATES = 0.01;

/**
 * Whether pictures can be told apart by their hashes. Drawings of digits on black, say, cannot: there every tenth pair
 * would be a candidate, and different digits are as alike as photos saved twice.
 */
function areDistinct(images: readonly InspectedImage[]): boolean {
  if (images.length < 50) return true;
  const random = new RandomGenerator(1);
  let alike = 0;
  for (let i = 0; i < SAMPLED_PAIRS; i++) {
    const a = random.nextInt(images.length);
    const b = (a + 1 + random.nextInt(images.length - 1)) % images.length;
    if (hammingDistance(images[a]!.picture, images[b]!.picture) <= MOST_DIFFERENT_BITS) alike++;
  }
  return alike <= MOST_CANDIDATES * SAMPLED_PAIRS;
}

function groupOf(images: readonly InspectedImage[]): DuplicateGroup {
  const different = (keyOf: (image: InspectedImage) => string | null) => new Set(images.map(keyOf)).size > 1;
  const kind = different((image) => image.pixelHash)
    ? 'near'
    : different((image) => image.fileHash)
      ? 'pixels'
      : 'file';
  const classes = new Set(images.map((image) => image.file.className).filter((name) => name !== null));
  return {
    kind,
    files: images.map(({ file: { path, part, className } }) => ({ path, part, className })),
    acrossParts: different((image) => image.file.part),
    acrossClasses: classes.size > 1,
  };
}

/** Leaks first, then pictures of two classes, then the surer kinds. */
function byImportance(a: DuplicateGroup, b: DuplicateGroup): number {
  const weight = ({ acrossParts, acrossClasses, kind }: DuplicateGroup) =>
    (acrossParts ? 8 : 0) + (acrossClasses ? 4 : 0) + ['near', 'pixels', 'file'].indexOf(kind);
  return weight(b) - weight(a) || (a.files[0]!.path < b.files[0]!.path ? -1 : 1);
}

export interface Duplicates {
  readonly groups: readonly DuplicateGroup[];
  /** Why near duplicates were not looked for; null when they were. */
  readonly nearSkipped: string | null;
}

/** Groups of the same picture. Gives the event loop time; `near` says whether to look for near duplicates. */
export async function findDuplicates(images: readonly InspectedImage[], near: boolean): Promise<Duplicates> {
  const sets = new DisjointSets(images.length);
  joinEqual(sets, images, (image) => image.fileHash);
  const different = joinEqual(sets, images, (image) => image.pixelHash);
  const pictures = different.map((i) => images[i]!);
  let nearSkipped: string | null = null;
  if (!near) nearSkipped = 'They were not asked for.';
  else if (!areDistinct(pictures)) {
    nearSkipped =
      'The pictures are too alike for it: different ones cannot be told from copies by how they look.';
  } else {
    const breaks = new EventLoopBreaks();
    for await (const [a, b] of nearPairs(
      pictures.map(({ picture }) => picture),
      breaks,
    )) {
      sets.join(different[a]!, different[b]!);
    }
  }
  return { groups: collect(sets, images), nearSkipped };
}

function collect(sets: DisjointSets, images: readonly InspectedImage[]): DuplicateGroup[] {
  const members = new Map<number, InspectedImage[]>();
  for (const [i, image] of images.entries()) {
    const root = sets.find(i);
    const list = members.get(root);
    if (list === undefined) members.set(root, [image]);
    else list.push(image);
  }
  return [...members.values()]
    .filter(({ length }) => length > 1)
    .map(groupOf)
    .sort(byImportance);
}
