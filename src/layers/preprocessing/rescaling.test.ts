import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../../base/errors.ts';
import { tensor } from '../../base/tensor.ts';
import { fromConfig } from '../../options/configurable.ts';
import { Rescaling, rescaling } from './rescaling.ts';

/** As Keras 3.15 writes a scale that is a NumPy array. */
const array = (value: number | number[]) => ({
  class_name: '__numpy__',
  config: { value, dtype: 'float64' },
});

test('a file can have arrays as scale and offset', async () => {
  const config = { name: 'rescaling', scale: array([1, 0.5]), offset: array(3) };
  const layer = fromConfig(Rescaling, config);
  assert.deepEqual([...(await layer.apply(tensor([[2, 2]]))).data], [5, 4]);
  assert.deepEqual([layer.getConfig().scale, layer.getConfig().offset], [[1, 0.5], 3]);
});

test('what is no scale is refused', () => {
  for (const scale of [
    [],
    [[1]],
    Number.NaN,
    { class_name: '__numpy__' },
    { class_name: 'Dense', config: {} },
  ]) {
    assert.throws(() => rescaling({ scale: scale as number }), ValueError);
  }
});
