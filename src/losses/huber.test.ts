import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getMetric, metrics } from '../metrics/registry.ts';
import * as losses from './index.ts';
import { getLoss, serializeLoss } from './registry.ts';

test('huber is a loss and a metric, by name, with delta', async () => {
  assert.equal(getLoss('huber').name, 'huber_loss');
  assert.deepEqual(serializeLoss(losses.huber({ delta: 2 })), {
    module: 'keras.losses',
    class_name: 'Huber',
    config: { name: 'huber_loss', reduction: 'sum_over_batch_size', delta: 2 },
    registered_name: null,
  });
  assert.equal(serializeLoss('huber'), 'huber');
  assert.equal(getMetric('huber').name, 'huber');
  const metric = metrics.huber({ delta: 2 });
  assert.equal(metric.name, 'huber');
  // Errors 1 and 5: 1/2 and 2 · (5 - 1).
  await metric.updateState([[0, 0]], [[1, -5]]);
  assert.equal(metric.result(), (0.5 + 8) / 2);
  assert.throws(() => losses.huber({ delta: 0 }), /`delta`.*above 0/);
});
