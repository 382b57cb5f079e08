/** @file Files of models and weights with random damage, the same ones for the same seed, and what may become of them. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { FoveaError, InternalError } from '../../src/base/errors.ts';
import { RandomGenerator } from '../../src/base/random.ts';
import type { Model } from '../../src/models/model.ts';
import { modelFromBytes } from '../../src/models/saving/load.ts';
import { loadWeights } from '../../src/models/saving/save.ts';
import { fixtureUrl } from './fixtures.ts';

/** A file, whole or damaged. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A model of the file's layers, where the file has weights alone. */
  readonly target: Model | null;
}

const fixture = (path: string) => new Uint8Array(gunzipSync(readFileSync(fixtureUrl(`parity/${path}.gz`))));

const MODELS = [
  ...['legacy-files/stack.h5', 'legacy-files/nested.h5', 'legacy-files/plain.h5'],
  ...['old-dialects/graph_1.h5', 'old-dialects/graph_2.h5', 'old-dialects/nested_2.h5'],
  ...['keras-files/stack.keras', 'keras-files/twice.keras'],
];

/** Small files of each format. */
export async function wholeFiles(): Promise<ModelFile[]> {
  const open = (path: string) => modelFromBytes(fixture(path));
  const [stack, plain] = [await open('keras-files/stack.keras'), await open('legacy-files/plain.h5')];
  const { safetensors } = await import('../../src/models/saving/formats/safetensors.ts');
  return [
    ...MODELS.map((name): ModelFile => ({ name, bytes: fixture(name), target: null })),
    { name: 'stack.weights.h5', bytes: fixture('keras-files/stack.weights.h5'), target: stack },
    { name: 'plain.only.h5', bytes: fixture('legacy-files/plain.only.h5'), target: plain },
    {
      name: 'plain.safetensors',
      bytes: (await safetensors.writeWeights!(plain, 'plain.safetensors')) as Uint8Array,
      target: plain,
    },
  ];
}

type Damage = (bytes: Uint8Array, random: RandomGenerator, other: Uint8Array) => Uint8Array;

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const EDGES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** Between the numbers lie headers: a place that is no part of a run of random bytes is likely to be one. */
function somewhere(bytes: Uint8Array, random: RandomGenerator): number {
  let at = random.nextInt(bytes.length);
  for (let tries = 0; tries < 8 && bytes[at] === 0; tries++) at = random.nextInt(bytes.length);
  return at;
}

const DAMAGES: readonly Damage[] = [
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
    return out.fill(EDGES[random.nextInt(EDGES.length)]!, start, start + 1 + random.nextInt(8));
  },
  (bytes, random) => bytes.slice(0, random.nextInt(bytes.length)),
  (bytes, random) => {
    const at = somewhere(bytes, random);
    return joined(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.nextInt(16))));
  },
  // Two blocks change places.
  (bytes, random) => {
    const out = bytes.slice();
    const size = 1 + random.nextInt(512);
    const [a, b] = [random.nextInt(bytes.length), random.nextInt(bytes.length)];
    out.set(bytes.subarray(a, Math.min(a + size, bytes.length - Math.max(0, b - a))), b);
    out.set(bytes.subarray(b, Math.min(b + size, bytes.length - Math.max(0, a - b))), a);
    return out;
  },
  // An address or a count of eight bytes is another one of the file.
  (bytes, random) => {
    const out = bytes.slice();
    const place = () => 8 * random.nextInt(Math.floor(bytes.length / 8));
    const from = place();
    out.set(bytes.subarray(from, from + 8), place());
    return out;
  },
  (bytes, random, other) => {
    const at = random.nextInt(bytes.length);
    return joined(bytes.subarray(0, at), other.subarray(Math.min(at, other.length)));
  },
];

/** Endless damaged versions of the files, all files in turn. */
export function* damagedFiles(files: readonly ModelFile[], seed: number): Generator<ModelFile> {
  const random = new RandomGenerator(seed);
  for (let i = 0; ; i++) {
    const { name, bytes, target } = files[i % files.length]!;
    const other = files[random.nextInt(files.length)]!.bytes;
    let damaged = bytes;
    for (let times = random.nextInt(3); times >= 0; times--) {
      if (damaged.length < 16) break;
      damaged = DAMAGES[random.nextInt(DAMAGES.length)]!(damaged, random, other);
    }
    yield { name: `${name}#${i}`, bytes: damaged, target };
  }
}

/**
 * Reads the file; false when it is refused. Throws what is no FoveaError, InternalError, and an Error when a file that was
 * refused changed the model that it was read into.
 */
export async function survives({ bytes, target }: ModelFile): Promise<boolean> {
  const before = target?.getWeights().map(({ data }) => data);
  try {
    if (target === null) await modelFromBytes(bytes);
    else await loadWeights(target, new Blob([bytes as Uint8Array<ArrayBuffer>]));
    return true;
  } catch (error) {
    if (!(error instanceof FoveaError) || error instanceof InternalError) throw error;
    const isChanged = target?.weights.some((weight, i) => !sameBits(weight.view(), before![i]!));
    if (isChanged) throw new Error('A file that was refused changed the model.', { cause: error });
    return false;
  }
}

function sameBits(a: ArrayBufferView, b: ArrayBufferView): boolean {
  const bytes = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return Buffer.compare(bytes(a), bytes(b)) === 0;
}
