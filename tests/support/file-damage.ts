/** @file Random damage to files of any kind. */

import type { RandomGenerator } from '../../src/base/random.ts';

/** A damaged copy of `bytes`; `other` is another file. */
export type Damage = (bytes: Uint8Array, random: RandomGenerator, other: Uint8Array) => Uint8Array;

/** Where damage is likely to matter: a place in the file. */
export type Somewhere = (bytes: Uint8Array, random: RandomGenerator) => number;

export const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** Values that sit at the edges of fields. */
const EDGES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** Flipped bits, other bytes, up to `longest` bytes of an edge value, a cut-off end, bytes left out. */
export function usualDamages(somewhere: Somewhere, longest: number): readonly Damage[] {
  return [
    (bytes, random) => {
      const out = bytes.slice();
      for (let i = random.nextInt(4); i >= 0; i--) out[somewhere(out, random)]! ^= 1 << random.nextInt(8);
      return out;
    },
    (bytes, random) => {
      const out = bytes.slice();
      for (let i = random.nextInt(8); i >= 0; i--) out[somewhere(out, random)] = random.nextInt(256);
      return out;
    },
    (bytes, random) => {
      const out = bytes.slice();
      const start = somewhere(out, random);
      return out.fill(EDGES[random.nextInt(EDGES.length)]!, start, start + 1 + random.nextInt(longest));
    },
    (bytes, random) => bytes.slice(0, random.nextInt(bytes.length)),
    (bytes, random) => {
      const at = somewhere(bytes, random);
      return joined(
        bytes.subarray(0, at),
        bytes.subarray(Math.min(bytes.length, at + 1 + random.nextInt(16))),
      );
    },
  ];
}

/** The beginning of one file, and the rest of another. */
export const otherEnd: Damage = (bytes, random, other) => {
  const at = random.nextInt(bytes.length);
  return joined(bytes.subarray(0, at), other.subarray(Math.min(at, other.length)));
};
