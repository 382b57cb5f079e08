/** @file Files of models and weights with random damage, the same ones for the same seed, and what may become of them. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { FoveaError, InternalError } from '../../src/base/errors.ts';
import { RandomGenerator } from '../../src/base/random.ts';
import type { Model } from '../../src/models/model.ts';
import { loadModel, modelFromBytes } from '../../src/models/saving/load.ts';
import { loadWeights } from '../../src/models/saving/save.ts';
import { type Damage, otherEnd, usualDamages } from './file-damage.ts';
import { fixtureUrl } from './fixtures.ts';

/** A file, whole or damaged. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A model of the file's layers, where the file has weights alone. */
  readonly target: Model | null;
  /** The file beside it, which stays whole; null without. */
  readonly beside: File | null;
}

const fixture = (path: string) => new Uint8Array(gunzipSync(readFileSync(fixtureUrl(`parity/${path}.gz`))));

const MODELS = [
  ...['legacy-files/stack.h5', 'legacy-files/nested.h5', 'legacy-files/plain.h5'],
  ...['old-dialects/graph_1.h5', 'old-dialects/graph_2.h5', 'old-dialects/nested_2.h5'],
  ...['keras-files/stack.keras', 'keras-files/twice.keras'],
];

interface TfjsCase {
  readonly modelJson: object;
  readonly weights: string;
}

/** Files of TensorFlow.js: the text of model.json, and the bytes of weights.bin. */
export function tfjsFixtures(): { readonly json: string; readonly weights: Uint8Array<ArrayBuffer> }[] {
  const { cases } = JSON.parse(gunzipSync(readFileSync(fixtureUrl('tfjs.json.gz'))).toString()) as {
    cases: TfjsCase[];
  };
  return cases.map(({ modelJson, weights }) => ({
    json: JSON.stringify(modelJson),
    weights: new Uint8Array(Buffer.from(weights, 'base64')),
  }));
}

/** One file is damaged at a time: model.json, or the weights. */
function tfjsFiles(): ModelFile[] {
  return tfjsFixtures().flatMap(({ json, weights }, i): ModelFile[] => [
    {
      name: `tfjs-${i}/model.json`,
      bytes: new TextEncoder().encode(json),
      target: null,
      beside: new File([weights], 'weights.bin'),
    },
    { name: `tfjs-${i}/weights.bin`, bytes: weights, target: null, beside: new File([json], 'model.json') },
  ]);
}

/** Small files of each format. */
export async function wholeFiles(): Promise<ModelFile[]> {
  const open = (path: string) => modelFromBytes(fixture(path));
  const [stack, plain] = [await open('keras-files/stack.keras'), await open('legacy-files/plain.h5')];
  const { safetensors } = await import('../../src/models/saving/formats/safetensors.ts');
  return [
    ...MODELS.map((name): ModelFile => ({ name, bytes: fixture(name), target: null, beside: null })),
    { name: 'stack.weights.h5', bytes: fixture('keras-files/stack.weights.h5'), target: stack, beside: null },
    { name: 'plain.only.h5', bytes: fixture('legacy-files/plain.only.h5'), target: plain, beside: null },
    {
      name: 'plain.safetensors',
      bytes: (await safetensors.writeWeights!(plain, 'plain.safetensors')) as Uint8Array,
      target: plain,
      beside: null,
    },
    ...tfjsFiles(),
  ];
}

/** Between the numbers lie headers: a place that is no part of a run of random bytes is likely to be one. */
function somewhere(bytes: Uint8Array, random: RandomGenerator): number {
  let at = random.nextInt(bytes.length);
  for (let tries = 0; tries < 8 && bytes[at] === 0; tries++) at = random.nextInt(bytes.length);
  return at;
}

const DAMAGES: readonly Damage[] = [
  ...usualDamages(somewhere, 8),
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
  otherEnd,
];

const VALUES: readonly unknown[] = [
  ...[null, 3, -1, 0.5, 1e300, 2 ** 40, '', 'x', '../x', true, [], {}, [[]]],
  { class_name: 'Model', config: {} },
  ['x', 0, 0],
];

/** All values in a tree, each with the record or list that holds it. */
function holders(value: unknown): (readonly [owner: Record<string, unknown>, key: string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Record<string, unknown>;
  return Object.keys(owner).flatMap((key) => [[owner, key] as const, ...holders(owner[key])]);
}

/** The JSON with `count` values somewhere in it that are others, of any kind. */
export function changedJson(text: string, count: number, random: RandomGenerator): string {
  const json = JSON.parse(text) as object;
  for (let n = 0; n < count; n++) {
    const places = holders(json);
    const [owner, key] = places[random.nextInt(places.length)]!;
    owner[key] = structuredClone(VALUES[random.nextInt(VALUES.length)]);
  }
  return JSON.stringify(json);
}

/** A damaged version of the file. */
function damage(file: ModelFile, random: RandomGenerator, other: Uint8Array): Uint8Array {
  if (file.name.endsWith('.json') && random.nextInt(2) === 0) {
    const text = changedJson(new TextDecoder().decode(file.bytes), 1 + random.nextInt(2), random);
    return new TextEncoder().encode(text);
  }
  let damaged = file.bytes;
  for (let times = random.nextInt(3); times >= 0; times--) {
    if (damaged.length < 16) break;
    damaged = DAMAGES[random.nextInt(DAMAGES.length)]!(damaged, random, other);
  }
  return damaged;
}

/** Endless damaged versions of the files, all files in turn. */
export function* damagedFiles(files: readonly ModelFile[], seed: number): Generator<ModelFile> {
  const random = new RandomGenerator(seed);
  for (let i = 0; ; i++) {
    const file = files[i % files.length]!;
    const other = files[random.nextInt(files.length)]!.bytes;
    yield { ...file, name: `${file.name}#${i}`, bytes: damage(file, random, other) };
  }
}

/**
 * Reads the file; false when it is refused. Throws what is no FoveaError, InternalError, and an Error when a file that was
 * refused changed the model that it was read into.
 */
export async function survives({ name, bytes, target, beside }: ModelFile): Promise<boolean> {
  const before = target?.getWeights().map(({ data }) => data);
  try {
    const whole = bytes as Uint8Array<ArrayBuffer>;
    if (target !== null) await loadWeights(target, new Blob([whole]));
    else if (beside === null) await modelFromBytes(bytes);
    else await loadModel([beside, new File([whole], name.replace(/^.*\/|#.*$/g, ''))]);
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
