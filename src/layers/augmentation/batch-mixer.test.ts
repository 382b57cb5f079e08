import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import { sequential } from '../../models/sequential.ts';
import { cutMix, mixUp } from '../index.ts';

/** Image i is all 10 · i + 10, and of class i. */
function batch(samples: number): [Tensor, Tensor] {
  const images = Uint8Array.from({ length: samples * 6 * 8 * 2 }, (_, at) => 10 * Math.floor(at / 96) + 10);
  const labels = Float32Array.from({ length: samples ** 2 }, (_, at) => (at % (samples + 1) === 0 ? 1 : 0));
  return [new Tensor([samples, 6, 8, 2], 'uint8', images), new Tensor([samples, samples], 'float32', labels)];
}

for (const mix of [mixUp({ alpha: 1 }), cutMix()]) {
  test(`${mix.className} mixes labels as images, with numbers that follow the seed`, async () => {
    setRandomSeed(5);
    const [images, labels] = await mix.apply(batch(8));
    assert.deepEqual([images.shape, labels.shape, images.dtype], [[8, 6, 8, 2], [8, 8], 'float32']);
    for (let i = 0; i < 8; i++) {
      const row = [...labels.slice(i, 1).data];
      assert.ok(Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
      const value = row.reduce((sum, part, k) => sum + part * (10 * k + 10), 0);
      const mean = images.slice(i, 1).mean().item();
      // Boxes show whole pixels, and labels count their exact areas.
      assert.ok(Math.abs(mean - value) < (mix.className === 'MixUp' ? 0.01 : 25), `${mean} is not ${value}`);
    }
    assert.ok(
      labels.data.some((part) => part > 0.01 && part < 0.99),
      'nothing was mixed',
    );
    const next = await mix.apply(batch(8));
    assert.notDeepEqual(next[1].data, labels.data);
    setRandomSeed(5);
    assert.deepEqual((await mix.apply(batch(8)))[1].data, labels.data);
    const off = await mix.apply(batch(8), { training: false });
    assert.deepEqual(off[0].data, batch(8)[0].data);
  });

  test(`${mix.className} refuses models, and what is no batch`, async () => {
    assert.throws(() => sequential([mix]).build([null, 6, 8, 2]), UnsupportedError);
    await assert.rejects(mix.apply(batch(2)[0]), ValueError);
    await assert.rejects(mix.apply([batch(2)[0], tensor([0, 1])]), ShapeError);
    await assert.rejects(mix.apply([batch(2)[0], batch(3)[1]]), ShapeError);
    await assert.rejects(mix.apply([batch(2)[0], tensor([[0], [7]]).cast('uint8')]), /label 7.*one-hot/);
    await mix.apply([batch(2)[0], tensor([[0], [1]]).cast('uint8')]);
    await mix.apply([batch(2)[0], tensor([[0.5], [7]])]);
  });
}

test('a box shows the partner where it covers the corners of pixels', () => {
  const mixing = {
    partners: Int32Array.of(1, 0),
    weights: Float32Array.of(0.75, 0.5),
    boxes: [
      { x0: 0.5, x1: 3, y0: 1, y1: 2.5 },
      { x0: 0, x1: 0, y0: 0, y1: 6 },
    ],
  };
  const [images, labels] = cutMix().transform(...batch(2), mixing);
  const rows = images.slice([0, 0, 0, 0], [1, 6, 8, 1]).reshape([6, 8]).toArray() as number[][];
  const changed = rows.flatMap((row, y) => row.flatMap((value, x) => (value === 20 ? [[y, x]] : [])));
  assert.deepEqual(changed, [
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ]);
  assert.ok(images.slice(1, 1).data.every((value) => value === 20));
  assert.deepEqual([...labels.data], [0.75, 0.25, 0.5, 0.5]);
});
