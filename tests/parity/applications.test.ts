/** @file Applications beside real Keras: configs, names of layers and counts, of each variant. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import * as applications from '../../src/applications/index.ts';
import { resetNames } from '../../src/base/names.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { tensor } from '../../src/base/tensor.ts';
import { withoutInitialValues } from '../../src/initializers/initial-values.ts';
import type { Functional } from '../../src/models/functional.ts';
import { assertClose } from '../support/close.ts';
import { fixtureUrl } from '../support/fixtures.ts';

/** What Keras says about a model. */
interface Case {
  readonly application: string;
  readonly options: object;
  readonly name: string;
  readonly layers: number;
  readonly parameters: number;
  readonly trainable: number;
  readonly output: readonly (number | null)[];
  /** SHA-256 of the config as `canonical` writes it. */
  readonly digest: string;
  /** Of the default model: operations included. */
  readonly layerNames?: readonly string[];
}

const fixture = gunzipSync(readFileSync(fixtureUrl('parity/applications.json.gz'))).toString();
const { cases, images } = JSON.parse(fixture) as {
  readonly cases: readonly Case[];
  readonly images: {
    readonly pixels: readonly number[];
    readonly preprocessed: Readonly<Record<string, readonly number[]>>;
  };
};

/** Written for some layers only: the fixture leaves them out. */
const LEFT_OUT = ['build_config', 'compile_config', 'kwargs'];

/** A text that is equal for equal JSON, whatever the order of keys and the spelling of numbers. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return bytes.toString('hex');
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([key]) => !LEFT_OUT.includes(key));
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

const functions = new Map(Object.entries(applications));

/** The model without numbers in its weights, which would take longest; none are read. */
function build(name: string, options: object): Functional {
  const { Class } = functions.get(name) as typeof applications.vgg16;
  resetNames();
  return withoutInitialValues(() => new Class({ weights: null, ...options }).build());
}

for (const { application, options, layerNames, digest, ...facts } of cases) {
  test(`${application} ${JSON.stringify(options)} is Keras'`, () => {
    const model = build(application, options);
    if (layerNames !== undefined) {
      assert.deepEqual(
        model.graph.layers.map(({ name }) => name),
        layerNames,
      );
    }
    const { name, layers, trainableWeights, outputs } = model;
    const trainable = trainableWeights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const found = {
      name,
      layers: layers.length,
      parameters: model.countParams(),
      trainable,
      output: outputs[0]!.shape,
    };
    assert.deepEqual(found, facts);
    const config = JSON.parse(JSON.stringify(model.getConfig()));
    assert.equal(
      createHash('sha256').update(canonical(config)).digest('hex'),
      digest,
      'The config differs: tools/parity/make_applications.py configs FOLDER writes that of Keras.',
    );
  });
}

for (const [name, expected] of Object.entries(images.preprocessed)) {
  test(`${name} changes pixels as in Keras`, () => {
    const { preprocessInput } = functions.get(name) as typeof applications.vgg16;
    const pixels = tensor(images.pixels, [2, 2, 3], 'uint8');
    assertClose(preprocessInput(pixels).data, expected, 1e-7, name);
  });
}
