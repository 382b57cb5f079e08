/** @file Damaged files of TensorFlow.js: hundreds of changes to model.json and its weights are read or refused, and crash nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedJson, tfjsFixtures } from '../../../tests/support/damaged-models.ts';
import { FoveaError, InternalError } from '../../base/errors.ts';
import { RandomGenerator } from '../../base/random.ts';
import { loadModel } from './load.ts';

const cases = tfjsFixtures();
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

const original = (index: number) => cases[index % cases.length]!;

test('a value of any kind anywhere in model.json', async () => {
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < 300; i++) {
    const { json, weights } = original(i);
    counts[
      (await loads(changedJson(json, 1 + (i % 2), random), weights, `change ${i}`)) ? 'read' : 'refused'
    ]++;
  }
  assert.ok(counts.refused > 100 && counts.read > 10, JSON.stringify(counts));
});

test('bytes of model.json changed, cut and repeated', async () => {
  let refused = 0;
  for (let i = 0; i < 150; i++) {
    const { json: text, weights } = original(i);
    const json = new TextEncoder().encode(text);
    if (i % 3 === 0) json[below(json.length)] = below(256);
    if (i % 3 === 1) json.copyWithin(below(json.length), below(json.length), below(json.length));
    const cut = i % 3 === 2 ? json.subarray(0, 200 + below(json.length - 200)) : json;
    if (!(await loads(cut, weights, `change ${i}`))) refused++;
  }
  assert.ok(refused > 75, `${refused} were refused`);
});

test('weights that are cut or too long', async () => {
  for (let i = 0; i < 30; i++) {
    const { json, weights } = original(i);
    const { length } = weights;
    const other = i % 2 === 0 ? weights.subarray(0, below(length)) : new Uint8Array(length + 1 + below(9));
    assert.equal(await loads(json, other, `change ${i}`), false);
  }
});

test('keys of prototypes, and nesting without end', async () => {
  const { weights } = original(0);
  const parts = ['"__proto__": {"polluted": 1}', '"constructor": {"prototype": {"polluted": 1}}'];
  for (const part of parts) {
    for (const text of [
      `{"modelTopology": {${part}}, "weightsManifest": []}`,
      `{"modelTopology": {}, "weightsManifest": [{${part}}]}`,
    ]) {
      assert.equal(await loads(text, weights, text), false);
    }
  }
  assert.equal('polluted' in {}, false);
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  assert.equal(
    await loads(
      `{"modelTopology": {"class_name": "Sequential", "config": ${deep}}, "weightsManifest": []}`,
      weights,
      'deep',
    ),
    false,
  );
});
