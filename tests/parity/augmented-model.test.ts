/** @file A .keras file of real Keras with all layers that augment and prepare images, and what Fovea writes of it. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { useBackend } from '../../src/engine/backend.ts';
import { ReferenceBackend } from '../../src/engine/reference-backend.ts';
import { readKerasArchive } from '../../src/formats/keras-archive.ts';
import { modelFromBytes } from '../../src/models/saving/load.ts';
import { modelToBytes } from '../../src/models/saving/save.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';

interface FileCase {
  readonly images: ArrayReference;
  readonly output: ArrayReference;
}

useBackend(new ReferenceBackend());
const { manifest, read, tensorOf, file } = readFixture<{ cases: readonly FileCase[] }>('augmented-model');

interface LayerConfig {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The layers' configs in a file, without what only Keras' own objects say. */
function configsOf(bytes: Uint8Array): readonly LayerConfig[] {
  const { config } = readKerasArchive(bytes, 'file').config as unknown as {
    config: { layers: LayerConfig[] };
  };
  return JSON.parse(JSON.stringify(config.layers), (key, value) =>
    ['shared_object_id', 'module', 'build_config'].includes(key) ? undefined : value,
  );
}

test('a model of Keras predicts as in Keras, and so does what is written of it', async () => {
  const [item] = manifest.cases;
  const net = await modelFromBytes(file('augmented.keras'));
  const again = await modelFromBytes(await modelToBytes(net));
  for (const each of [net, again]) {
    const { data } = await each.predict(tensorOf(item!.images), { verbose: 0 });
    assertClose(data as Float32Array, read(item!.output).data, 1e-5, 'prediction');
  }
});

test('the configs are those of Keras', async () => {
  const net = await modelFromBytes(file('augmented.keras'));
  const written = configsOf(await modelToBytes(net));
  configsOf(file('augmented.keras')).forEach((expected, i) => {
    // Keras cannot read the symmetric lists that it writes here.
    const isShear = expected.class_name === 'RandomShear';
    const config = isShear ? { ...expected.config, x_factor: 0.2 } : expected.config;
    assert.deepEqual(written[i], { ...expected, config });
  });
});
