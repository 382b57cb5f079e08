/** @file Damaged files of TensorFlow.js: hundreds of changes to model.json and its weights are read or refused, and crash nothing. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fixtureUrl } from '../../../tests/support/fixtures.ts';
import { FoveaError, InternalError } from '../../base/errors.ts';
import { RandomGenerator } from '../../base/random.ts';
import { loadModel } from './load.ts';

interface TfjsCase {
  readonly modelJson: object;
  readonly weights: string;
}
const { cases } = JSON.parse(gunzipSync(readFileSync(fixtureUrl('tfjs.json.gz'))).toString()) as {
  cases: TfjsCase[];
};
const random = new RandomGenerator(20_261_128);
const below = (limit: number) => Math.floor(random.uniform(0, limit));

/** Loads the files; false when they are refused. The error must be a FoveaError that names the file. */
async function loads(json: string | Uint8Array, weights: Uint8Array, what: string): Promise<boolean> {
  const files = [new File([json as BlobPart], 'model.json'), new File([weights as BlobPart], 'weights.bin')];
  try {
    await loadModel(files);
    return true;
  } catch (error) {
    const isOurs = error instanceof FoveaError && !(error instanceof InternalError);
    assert.ok(isOurs, `${what}: ${(error as Error).stack}`);
    assert.match(error.message, /model\.json/, what);
    return false;
  }
}

const original = (index: number) => {
  const { modelJson, weights } = cases[index % cases.length]!;
  return { text: JSON.stringify(modelJson), bytes: new Uint8Array(Buffer.from(weights, 'base64')) };
};

/** All values in a tree with the record or list that holds them. */
function holders(value: unknown): [owner: Record<string, unknown>, key: string][] {
  if (typeof value !== 'object' || value === null) return [];
  const owner = value as Record<string, unknown>;
  return Object.keys(owner).flatMap((key) => [
    [owner, key] as [typeof owner, string],
    ...holders(owner[key]),
  ]);
}

const VALUES: readonly unknown[] = [
  null,
  3,
  -1,
  0.5,
  1e300,
  '',
  'x',
  [],
  {},
  [[]],
  true,
  { class_name: 'Model', config: {} },
  ['x', 0, 0],
];

test('a value of any kind anywhere in model.json', async () => {
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < 300; i++) {
    const { text, bytes } = original(i);
    const json = JSON.parse(text) as object;
    const places = holders(json);
    for (let n = 0; n <= i % 2; n++) {
      const [owner, key] = places[below(places.length)]!;
      owner[key] = VALUES[below(VALUES.length)];
    }
    counts[(await loads(JSON.stringify(json), bytes, `change ${i}`)) ? 'read' : 'refused']++;
  }
  assert.ok(counts.refused > 100 && counts.read > 10, JSON.stringify(counts));
});

test('bytes of model.json changed, cut and repeated', async () => {
  let refused = 0;
  for (let i = 0; i < 150; i++) {
    const { text, bytes } = original(i);
    const json = new TextEncoder().encode(text);
    if (i % 3 === 0) json[below(json.length)] = below(256);
    if (i % 3 === 1) json.copyWithin(below(json.length), below(json.length), below(json.length));
    const cut = i % 3 === 2 ? json.subarray(0, 200 + below(json.length - 200)) : json;
    if (!(await loads(cut, bytes, `change ${i}`))) refused++;
  }
  assert.ok(refused > 75, `${refused} were refused`);
});

test('weights that are cut or too long', async () => {
  for (let i = 0; i < 30; i++) {
    const { text, bytes } = original(i);
    const other =
      i % 2 === 0 ? bytes.subarray(0, below(bytes.length)) : new Uint8Array(bytes.length + 1 + below(9));
    assert.equal(await loads(text, other, `change ${i}`), false);
  }
});

test('keys of prototypes, and nesting without end', async () => {
  const { bytes } = original(0);
  const parts = ['"__proto__": {"polluted": 1}', '"constructor": {"prototype": {"polluted": 1}}'];
  for (const part of parts) {
    for (const text of [
      `{"modelTopology": {${part}}, "weightsManifest": []}`,
      `{"modelTopology": {}, "weightsManifest": [{${part}}]}`,
    ]) {
      assert.equal(await loads(text, bytes, text), false);
    }
  }
  assert.equal('polluted' in {}, false);
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  assert.equal(
    await loads(
      `{"modelTopology": {"class_name": "Sequential", "config": ${deep}}, "weightsManifest": []}`,
      bytes,
      'deep',
    ),
    false,
  );
});
