import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { whyNotNative } from '../../../tests/support/native-machine.ts';
import { ShapeError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { Tensor } from '../../base/tensor.ts';
import { setBackend } from '../../engine/backend.ts';
import * as layers from '../../layers/index.ts';
import { type Sequential, sequential } from '../sequential.ts';

const SIZE = 9 * 9 * 2;

function network(): Sequential {
  const net = sequential();
  net.add(layers.conv2d({ filters: 5, kernelSize: 3, activation: 'relu', inputShape: [9, 9, 2] }));
  net.add(layers.maxPooling2d({ poolSize: 2 }));
  net.add(layers.flatten());
  net.add(layers.dense({ units: 3, activation: 'softmax' }));
  return net;
}

const numbers = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i));

describe('makePredictFunction', () => {
  after(() => setBackend('auto'));

  it('gives what predict gives, and sees weights that change', { skip: whyNotNative('avx2') }, async () => {
    await setBackend('native');
    const net = network();
    const predict = await net.makePredictFunction({ batchSize: 4 });
    for (const samples of [1, 3, 4]) {
      const x = numbers(samples * SIZE);
      const expected = await net.predict(new Tensor([samples, 9, 9, 2], 'float32', x), { verbose: 0 });
      assert.deepEqual(predict(x), expected.data);
    }
    const before = predict(numbers(SIZE));
    net.setWeights(network().getWeights());
    assert.notDeepEqual(predict(numbers(SIZE)), before);
  });

  it('names what is wrong with its input', { skip: whyNotNative('avx2') }, async () => {
    await setBackend('native');
    const predict = await network().makePredictFunction();
    assert.throws(() => predict(numbers(SIZE - 1)), ShapeError);
    assert.throws(() => predict(numbers(2 * SIZE)), ShapeError);
    assert.throws(() => predict([]), ShapeError);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e39]) {
      // Also where the number does not reach the output because of ReLU, pooling or the image's edge.
      for (let at = 0; at < SIZE; at++) {
        const x = [...numbers(SIZE)];
        x[at] = bad;
        assert.throws(() => predict(x), {
          name: 'ValueError',
          message: new RegExp(`given ${bad.toString().replace('+', '\\+')} as number ${at} of`),
        });
      }
    }
    assert.equal(predict(numbers(SIZE)).length, 3);
  });

  it('is refused where it cannot be had', async () => {
    await setBackend('wasm', { threads: 1 });
    await assert.rejects(network().makePredictFunction(), UnsupportedError);
    await assert.rejects(network().makePredictFunction({ batchSize: 0 }), ValueError);
    await assert.rejects(sequential().makePredictFunction(), ValueError);
    const slip = { batch: 4 } as object;
    await assert.rejects(
      network().makePredictFunction(slip),
      /Unknown makePredictFunction option 'batch'.*batchSize/,
    );
  });
});
