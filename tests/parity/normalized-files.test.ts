/**
 * @file .keras files of real Keras with batch normalization, regularizers, constraints and users' own layers. Fovea
 * reads them, and they predict, evaluate and train on as in Keras. Files that Fovea writes from them have the same
 * paths.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Tensor } from '../../src/base/tensor.ts';
import { useBackend } from '../../src/engine/backend.ts';
import { ReferenceBackend } from '../../src/engine/reference-backend.ts';
import { readKerasArchive } from '../../src/formats/keras-archive.ts';
import { readWeights } from '../../src/formats/weights-file.ts';
import type { Model } from '../../src/models/model.ts';
import { modelFromBytes } from '../../src/models/saving/load.ts';
import { modelToBytes } from '../../src/models/saving/save.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';
import { Branch, Residual } from '../support/own-layers.ts';

interface FileCase {
  readonly name: string;
  readonly input: ArrayReference;
  readonly target: ArrayReference;
  readonly output: ArrayReference;
  readonly evaluated: number;
  /** Numbers of one more training step. */
  readonly loss: number;
  readonly outputAfterStep: ArrayReference;
}

useBackend(new ReferenceBackend());
const { manifest, read, tensorOf, file } = readFixture<{ cases: readonly FileCase[] }>('normalized-files');
const customObjects = { Residual, Branch };
/** Keras computed in float32. */
const TOLERANCE = 1e-5;

async function check(net: Model, item: FileCase): Promise<void> {
  const [x, y] = [tensorOf(item.input), tensorOf(item.target)];
  const predict = async () => (await net.predict<Tensor>(x, { verbose: 0 })).data;
  assertClose(await predict(), read(item.output).data, TOLERANCE, 'prediction');
  const evaluated = await net.evaluate(x, y, { verbose: 0 });
  assertClose(evaluated, [item.evaluated], TOLERANCE, 'evaluate');
  assertClose(await net.trainOnBatch(x, y), [item.loss], TOLERANCE, 'loss of a step');
  assertClose(await predict(), read(item.outputAfterStep).data, 5 * TOLERANCE, 'prediction after a step');
}

/** The paths of the arrays in a file, and their shapes. */
function places(bytes: Uint8Array): Record<string, unknown> {
  const file = readWeights(readKerasArchive(bytes, 'file').weights, 'file');
  const arrays = file.paths().map((path) => [path, file.arrays(path)!.map(({ shape }) => shape)] as const);
  return Object.fromEntries(arrays);
}

for (const item of manifest.cases) {
  test(`a file of Keras works as in Keras, and so does what is written of it: ${item.name}`, async () => {
    const bytes = file(`${item.name}.keras`);
    const net = await modelFromBytes(bytes, { customObjects });
    const written = await modelToBytes(net);
    assert.deepEqual(places(written), places(bytes));
    await check(net, item);
    await check(await modelFromBytes(written, { customObjects }), item);
  });

  test(`the configuration is what Keras wrote: ${item.name}`, async () => {
    const bytes = file(`${item.name}.keras`);
    const net = await modelFromBytes(bytes, { customObjects });
    // Left out of the comparison: Keras' numbers of objects, the Python file of a class, build shapes that only Keras
    // writes, and empty entries.
    const free = ['shared_object_id', 'module', 'build_config', 'kwargs', 'compile_config'];
    const config = (file: Uint8Array) => {
      const text = JSON.stringify(readKerasArchive(file, 'file').config.config);
      return JSON.parse(text, (key, value) => (free.includes(key) ? undefined : value));
    };
    assert.deepEqual(config(await modelToBytes(net)), config(bytes));
  });
}
