import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { whyNotNative } from '../../../tests/support/native-machine.ts';
import { Tensor } from '../../base/tensor.ts';
import { setBackend, useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import * as layers from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import { type Functional, model } from '../functional.ts';

after(() => setBackend('auto'));

const SAMPLES = 5;
const IMAGE = 7 * 7 * 3;

/** An image, most of which ReLU and pooling drop, and an input of a few numbers. */
function network(): Functional {
  const image = input({ shape: [7, 7, 3], name: 'image' });
  const beside = input({ shape: [2], name: 'beside' });
  const conv = layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }).apply(image);
  const pooled = layers.flatten().apply(layers.maxPooling2d({ poolSize: 2 }).apply(conv));
  const parts = [pooled, beside].map((part) => layers.dense({ units: 2 }).apply(part));
  return model({ inputs: [image, beside], outputs: layers.add().apply(parts) });
}

const engines = [
  { name: 'reference', choose: () => useBackend(new ReferenceBackend()), skip: false },
  { name: 'wasm', choose: () => setBackend('wasm', { threads: 1 }), skip: false },
  ...[1, 2].map((threads) => ({
    name: `native, ${threads} threads`,
    choose: () => setBackend('native', { threads }),
    skip: whyNotNative('avx2'),
  })),
];

for (const { name, choose, skip } of engines) {
  it(`predict finds numbers that are not finite: ${name}`, { skip }, async () => {
    await choose();
    const net = network();
    const numbers = (size: number) => Float32Array.from({ length: SAMPLES * size }, (_, i) => Math.cos(i));
    const predict = (image: Float32Array, beside: Float32Array) =>
      net.predict(
        [new Tensor([SAMPLES, 7, 7, 3], 'float32', image), new Tensor([SAMPLES, 2], 'float32', beside)],
        { verbose: 0, batchSize: 3 },
      );
    const clean = [numbers(IMAGE), numbers(2)] as const;
    const expected = await predict(...clean);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (let at = 0; at < SAMPLES * IMAGE; at += 11) {
        const image = clean[0].slice();
        image[at] = bad;
        const sample = Math.floor(at / IMAGE);
        const place = `${bad} in batch ${sample < 3 ? 0 : 1}: .*sample ${sample} of the data, element ${at % IMAGE}\\.`;
        await assert.rejects(predict(image, clean[1]), { name: 'ValueError', message: new RegExp(place) });
      }
      const beside = clean[1].slice();
      beside[9] = bad;
      await assert.rejects(predict(clean[0], beside), /sample 4 of the data, element 1\./);
    }
    assert.deepEqual(await predict(...clean), expected);
  });
}
