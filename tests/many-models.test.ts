/** @file Many small models in one process: memory that can be freed never uses up an engine's memory. */

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { tensor } from '../src/base/tensor.ts';
import { setBackend, useBackend } from '../src/engine/backend.ts';
import type { Backend } from '../src/engine/executable.ts';
import { NativeBackend } from '../src/engine/native-backend.ts';
import { WasmBackend } from '../src/engine/wasm-backend.ts';
import * as layers from '../src/layers/index.ts';
import { type Sequential, sequential } from '../src/models/sequential.ts';
import { whyNotNative } from './support/native-machine.ts';

const SAMPLES = 64;
const SIZE = 512;
const x = tensor(
  Float32Array.from({ length: SAMPLES * SIZE }, (_, i) => Math.sin(i)),
  [SAMPLES, SIZE],
);
const y = tensor(
  Float32Array.from({ length: SAMPLES }, (_, i) => Math.cos(i)),
  [SAMPLES, 1],
);

function smallModel(): Sequential {
  const net = sequential({
    layers: [layers.dense({ units: 16, activation: 'relu', inputShape: [SIZE] }), layers.dense({ units: 1 })],
  });
  net.compile({ optimizer: 'adam', loss: 'mse' });
  return net;
}

/** 4 MiB. A model's weights and trays take 0.1 MiB, its steps 0.4 MiB and more. */
const MAXIMUM_PAGES = 64;
const MODELS = 40;

interface Engine {
  readonly name: string;
  make(maximumPages?: number): Promise<Backend>;
  readonly skip: string | false;
}

const engines: readonly Engine[] = [
  {
    name: 'wasm',
    make: (maximumPages) => WasmBackend.create({ inline: true, maximumPages }),
    skip: false,
  },
  {
    name: 'native',
    make: (maximumPages) => NativeBackend.create({ threads: 2, maximumPages }),
    skip: whyNotNative('avx2'),
  },
];

after(() => setBackend('auto'));

for (const { name, make, skip } of engines) {
  describe(name, { skip }, () => {
    it('models that are forgotten make room for others', async () => {
      useBackend(await make(MAXIMUM_PAGES));
      for (let i = 0; i < MODELS; i++) await smallModel().fit(x, y, { verbose: 0 });
    });

    it('models that are kept take turns, and none loses its weights', async () => {
      useBackend(await make(MAXIMUM_PAGES));
      const nets: Sequential[] = [];
      const before: number[][] = [];
      for (let i = 0; i < MODELS; i++) {
        const net = smallModel();
        await net.fit(x, y, { verbose: 0 });
        nets.push(net);
        before.push([...(await net.predict(x, { verbose: 0 })).data]);
      }
      for (const [i, net] of nets.entries()) {
        assert.deepEqual([...(await net.predict(x, { verbose: 0 })).data], before[i], `model ${i}`);
      }
    });

    it('a model that is too large is refused with advice that can be followed, and others go on', async () => {
      useBackend(await make(MAXIMUM_PAGES));
      const small = smallModel();
      await small.fit(x, y, { verbose: 0 });
      const large = sequential({ layers: [layers.dense({ units: 2 ** 13, inputShape: [SIZE] })] });
      const refused =
        /Out of engine memory: 16 MiB more .* the limit is 4\.00 MiB\. Use a smaller batch size or a smaller model\./;
      await assert.rejects(large.predict(x, { verbose: 0 }), refused);
      await small.fit(x, y, { verbose: 0 });
    });
  });
}
