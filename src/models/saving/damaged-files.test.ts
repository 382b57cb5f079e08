import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fixtureUrl } from '../../../tests/support/fixtures.ts';
import type { Config, ConfigValue } from '../../base/config.ts';
import { FoveaError, InternalError } from '../../base/errors.ts';
import { RandomGenerator } from '../../base/random.ts';
import { readKerasArchive, writeKerasArchive } from '../../formats/keras-archive.ts';
import { readWeights } from '../../formats/weights-file.ts';
import { modelFromBytes } from './load.ts';

const kerasFile = (name: string) => gunzipSync(readFileSync(fixtureUrl(`parity/${name}.keras.gz`)));
const random = new RandomGenerator(20_261_126);
const below = (limit: number) => Math.floor(random.uniform(0, limit));

/** Loads the file; false when it is refused. The error must be a FoveaError that names the file. */
async function loads(bytes: Uint8Array, what: string): Promise<boolean> {
  try {
    await modelFromBytes(bytes);
    return true;
  } catch (error) {
    assert.ok(
      error instanceof FoveaError && !(error instanceof InternalError),
      `${what}: ${(error as Error).stack}`,
    );
    assert.match(error.message, /^The bytes/, what);
    return false;
  }
}

test('thousands of damaged weights do not keep the next file from loading', async () => {
  const { weights } = readKerasArchive(kerasFile('keras-layouts/list_of_one'), 'x');
  let refused = 0;
  for (let i = 0; i < 3000; i++) {
    const damaged = Uint8Array.from(weights);
    for (let n = 0; n <= i % 5; n++) damaged[below(damaged.length)] = below(256);
    if (i % 3 === 0) damaged.fill(255 * (i % 2), below(damaged.length), below(damaged.length));
    try {
      const file = readWeights(damaged, 'x.weights.h5');
      for (const path of file.paths()) for (const array of file.arrays(path)!) array.read();
    } catch (error) {
      assert.ok(error instanceof FoveaError, `${i}: ${(error as Error).stack}`);
      assert.match(error.message, /^x\.weights\.h5/);
      refused++;
    }
  }
  assert.ok(refused > 500, `${refused} were refused`);
  assert.ok(await loads(kerasFile('keras-layouts/list_of_one'), 'the good file'));
});

test('an optimizer, a loss or a layer whose class is no text is refused', async () => {
  const { config, weights } = readKerasArchive(kerasFile('keras-files/stack'), 'x');
  const named = places(config).filter((keys) => keys.at(-1) === 'class_name');
  for (const keys of named) {
    const bytes = writeKerasArchive({ config: replaced(config, keys, 3), weights }, new Date());
    await loads(bytes, keys.join('.'));
  }
});

/** The path (list of keys) of every value in a config. */
function places(value: ConfigValue, keys: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const own = [...keys, key];
    return [own, ...places(item as ConfigValue, own)];
  });
}

function replaced(config: Config, keys: readonly string[], value: ConfigValue): Config {
  const copy = structuredClone(config) as Record<string, unknown>;
  const parent = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy);
  parent[keys.at(-1)!] = value;
  return copy as Config;
}

test('a value of any kind anywhere in the description of a model is read or refused', async () => {
  const values: ConfigValue[] = [null, 3, -1, 1e9, '', [], ['a'], {}, { class_name: 'x', config: {} }, true];
  for (const name of ['keras-layouts/dropout', 'keras-files/stack']) {
    const { config, weights } = readKerasArchive(kerasFile(name), 'x');
    for (const [i, keys] of places(config).entries()) {
      const value = values[i % values.length]!;
      const bytes = writeKerasArchive({ config: replaced(config, keys, value), weights }, new Date());
      await loads(bytes, `${name}: ${keys.join('.')} = ${JSON.stringify(value)}`);
    }
  }
});
