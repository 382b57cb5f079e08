import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, test } from 'node:test';
import { ShapeError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { conv2d, dense, flatten } from '../../layers/index.ts';
import { sgd } from '../../optimizers/index.ts';
import { type Sequential, sequential } from '../sequential.ts';

before(() => useBackend(new ReferenceBackend()));

const quiet = { verbose: 0 } as const;
let net: Sequential;
const images = Tensor.ones([4, 6, 6, 1]);
const labels = tensor([0, 1, 2, 0]);
let warnings: string[] = [];
const { warn } = console;

beforeEach(() => {
  net = sequential({ name: 'net' });
  net.add(conv2d({ filters: 2, kernelSize: 3, name: 'conv', inputShape: [6, 6, 1] }));
  net.add(flatten());
  net.add(dense({ units: 3, activation: 'softmax', name: 'out' }));
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  warnings = [];
  console.warn = (text: string) => {
    warnings.push(text);
  };
});

afterEach(() => {
  console.warn = warn;
});

/** The call is refused as expected, changes no weight, and training goes well afterwards. */
async function refused(call: () => Promise<unknown>, type: new (message: string) => Error, message: RegExp) {
  const before = net.getWeights().map((weight) => [...weight.data]);
  await assert.rejects(call(), (error: Error) => {
    assert.ok(error instanceof type, `${error.name}: ${error.message}`);
    assert.match(error.message, message);
    return true;
  });
  assert.deepEqual(
    net.getWeights().map((weight) => [...weight.data]),
    before,
  );
  if (net.compiled?.options.loss) await net.fit(images, labels, quiet);
}

const fit =
  (x: unknown, y: unknown, options = {}) =>
  () =>
    net.fit(x as Tensor, y as Tensor, { ...quiet, ...options });

test('a wrong rank, channel count or size names the layer and the shapes', async () => {
  await refused(
    fit(Tensor.ones([4, 6, 6]), labels),
    ShapeError,
    /of layer 'conv' is incompatible with the layer: expected min_ndim=4, found ndim=3\. Full shape received: \[null, 6, 6\]/,
  );
  await refused(
    fit(Tensor.ones([4, 6, 6, 3]), labels),
    ShapeError,
    /layer 'conv' .*expected axis -1 .* value 1.*\[null, 6, 6, 3\]/,
  );
  await refused(
    fit(Tensor.ones([4, 7, 6, 1]), labels),
    ShapeError,
    /layer 'net' .*expected shape=\[null, 6, 6, 1\], found shape=\[null, 7, 6, 1\]/,
  );
  await refused(() => net.predict(Tensor.ones([4, 7, 6, 1])), ShapeError, /found shape=\[null, 7, 6, 1\]/);
  await refused(() => net.evaluate(Tensor.ones([4, 36]), labels), ShapeError, /layer 'conv' .*ndim=2/);
});

test('lengths that differ, and no data', async () => {
  await refused(
    fit(images, tensor([0, 1, 2])),
    ValueError,
    /Data cardinality is ambiguous.*'x' sizes: 4; 'y' sizes: 3/,
  );
  await refused(fit(images, labels, { sampleWeight: [1, 2] }), ValueError, /'sampleWeight' sizes: 2/);
  await refused(fit(images, labels, { classWeight: { 0: 1, cat: 2 } }), ValueError, /received cat: 2\./);
  await refused(fit(images, labels, { classWeight: [1, 2] }), ValueError, /received \[1, 2\]\./);
  await refused(
    fit(Tensor.zeros([0, 6, 6, 1]), tensor(new Int32Array(0))),
    ValueError,
    /received 0 samples.*\[0, 6, 6, 1\]/,
  );
  await refused(() => net.predict(Tensor.zeros([0, 6, 6, 1])), ValueError, /received 0 samples/);
  await refused(fit(undefined, labels), ValueError, /fit needs data: x is undefined/);
  await refused(fit(images, undefined), ValueError, /needs targets to compute the loss: y is undefined/);
  await refused(fit({ no: 1 }, labels), ValueError, /record of 'no', but the model has 1 of them/);
  await refused(
    fit([images, images], labels),
    ValueError,
    /received a list of 2 Tensors, but the model has 1/,
  );
  await refused(fit('images', labels), ValueError, /expected a Tensor, .* received 'images'/);
  await refused(fit(images, tensor(1)), ShapeError, /its first extent must count the samples/);
});

test('labels that cannot be', async () => {
  await refused(fit(images, tensor([0, 1, 2, 3])), ValueError, /label 3 at index 3 is not .* from 0 to 2/);
  await refused(fit(images, tensor([0, -1, 2, 1])), ValueError, /label -1 at index 1/);
  await refused(fit(images, tensor([0, Number.NaN, 2, 1])), ValueError, /label NaN at index 1/);
  await refused(fit(images, Tensor.zeros([4, 3])), ShapeError, /one-hot/);
  await refused(
    fit(images, labels, { validationData: [images, tensor([0, 9, 0, 0])] }),
    ValueError,
    /label 9 at index 1/,
  );
});

test('NaN in the data names the batch and leaves the weights of the batches before', async () => {
  const data = Float32Array.from(images.data);
  data[2 * 36 + 5] = Number.NaN;
  const dirty = new Tensor([4, 6, 6, 1], 'float32', data);
  await refused(
    fit(dirty.slice([2], [2]), labels.slice([2], [2]), { batchSize: 2, shuffle: false }),
    ValueError,
    /The data has NaN in epoch 1, batch 0: sample 0 of the batch, sample 0 of the data, element 5/,
  );
  await assert.rejects(
    net.fit(dirty, labels, { ...quiet, batchSize: 2, shuffle: false, epochs: 3, initialEpoch: 1 }),
    /NaN in epoch 2, batch 1: sample 0 of the batch, sample 2 of the data/,
  );
  await refused(() => net.predict(dirty, quiet), ValueError, /NaN in batch 0: sample 2/);
  await refused(
    () =>
      net.trainOnBatch(
        tensor(
          data.map((v) => (v === 1 ? v : Number.POSITIVE_INFINITY)),
          [4, 6, 6, 1],
        ),
        labels,
      ),
    ValueError,
    /Infinity in the batch/,
  );
});

test('a loss that becomes NaN is said once, and training goes on', async () => {
  net.compile({ optimizer: sgd({ learningRate: 1e38 }), loss: 'sparseCategoricalCrossentropy' });
  const history = await net.fit(images, labels, { ...quiet, epochs: 4, batchSize: 2 });
  assert.equal(history.history.loss!.length, 4);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /the loss became (NaN|-?Infinity) in epoch \d, batch \d.*training diverged/);
});

test('unknown names are answered with the nearest', () => {
  assert.throws(
    () => net.compile({ optimizer: 'adamm' as never }),
    /Unknown optimizer 'adamm'\. Did you mean 'adam'\?/,
  );
  assert.throws(() => net.compile({ loss: 'msee' as never }), /Unknown loss 'msee'\. Did you mean/);
  assert.throws(
    () => net.compile({ loss: 'mse', metrics: ['acuracy' as never] }),
    /Unknown metric 'acuracy'\. Did you mean 'accuracy'\?/,
  );
  assert.throws(
    () => net.compile({ los: 'mse' } as never),
    /Unknown compile option 'los'\. Did you mean 'loss'\?/,
  );
  assert.throws(() => net.compile({ loss: 'mse', runEagerly: true } as never), UnsupportedError);
  assert.throws(
    () => net.compile({ loss: 'mse', weightedMetrics: ['acuracy' as never] }),
    /Unknown metric 'acuracy'/,
  );
  assert.throws(
    () => net.compile({ loss: 'mse', lossWeights: ['1'] } as never),
    /lossWeights must be numbers/,
  );
});

test('options that do not exist or cannot be', async () => {
  await refused(
    fit(images, labels, { epoch: 3 }),
    ValueError,
    /Unknown fit option 'epoch'\. Did you mean 'epochs'\?/,
  );
  await refused(fit(images, labels, { batchSize: 0 }), ValueError, /batchSize.*whole number from 1 up/);
  await refused(fit(images, labels, { epochs: 1.5 }), ValueError, /epochs/);
  await refused(fit(images, labels, { validationSplit: 1 }), ValueError, /validationSplit/);
  await refused(fit(images, labels, { validationSplit: 0.9999 }), ValueError, /not sufficient to split/);
  await refused(
    fit(images, labels, { validationData: images }),
    ValueError,
    /validationData must be \[x, y\]/,
  );
  await refused(fit(images, labels, { verbose: 3 }), ValueError, /verbose must be/);
  await refused(
    fit(images, labels, { callbacks: [{}] }),
    ValueError,
    /expected objects with methods such as onEpochEnd/,
  );
  await refused(fit(images, labels, { validationFreq: 0 }), ValueError, /validationFreq/);
});

test('without compile, without a loss, with losses for other outputs', async () => {
  const fresh = sequential([dense({ units: 1, inputShape: [1] })]);
  await assert.rejects(fresh.fit(tensor([[1]]), tensor([[1]])), {
    name: 'ValueError',
    message:
      "You must call `compile()` before using the model: give it a loss, as in compile({ loss: 'mse' }).",
  });
  await assert.rejects(fresh.evaluate(tensor([[1]]), tensor([[1]])), /You must call `compile\(\)`/);
  await assert.rejects(fresh.trainOnBatch(tensor([[1]]), tensor([[1]])), /You must call `compile\(\)`/);
  fresh.compile({ optimizer: 'sgd' });
  await assert.rejects(fresh.fit(tensor([[1]]), tensor([[1]])), /No loss to compute/);
  fresh.compile({ loss: ['mse', 'mse'] });
  await assert.rejects(
    fresh.fit(tensor([[1]]), tensor([[1]])),
    /loss has 2 entries, but the model has 1 output/,
  );
  fresh.compile({ loss: { nope: 'mse' } });
  await assert.rejects(fresh.fit(tensor([[1]]), tensor([[1]])), /loss names an output 'nope'/);
});

test('fit while fit runs is refused; evaluate and predict from a callback are not', async () => {
  const running = net.fit(images, labels, {
    ...quiet,
    callbacks: {
      onEpochEnd: async () => {
        await net.evaluate(images, labels, quiet);
        await net.predict(images, quiet);
      },
    },
  });
  await assert.rejects(net.fit(images, labels, quiet), /fit\(\) was called while fit\(\) is running/);
  await assert.rejects(net.trainOnBatch(images, labels), /while fit\(\) is running/);
  assert.throws(() => net.compile({ loss: 'mse' }), /while fit\(\) is running/);
  const [, prediction] = await Promise.all([running, net.predict(images, quiet)]);
  assert.deepEqual(prediction.shape, [4, 3]);
  await net.fit(images, labels, quiet);
});

test('an error in a callback or a dataset ends fit and leaves the model usable', async () => {
  const fail = () => {
    throw new RangeError('mine');
  };
  for (const method of [
    'onTrainBegin',
    'onEpochBegin',
    'onTrainBatchEnd',
    'onTestEnd',
    'onEpochEnd',
    'onTrainEnd',
  ]) {
    const options = { ...quiet, validationSplit: 0.5, callbacks: { [method]: fail } };
    await assert.rejects(net.fit(images, labels, options), RangeError);
  }
  let closed = false;
  async function* broken() {
    try {
      yield [images, labels] as const;
      fail();
    } finally {
      closed = true;
    }
  }
  await assert.rejects(net.fit(broken(), quiet), RangeError);
  assert.equal(closed, true);
  await net.fit(images, labels, quiet);
});

test('stopTraining ends fit after the batch', async () => {
  let batches = 0;
  const history = await net.fit(images, labels, {
    ...quiet,
    epochs: 5,
    batchSize: 1,
    callbacks: {
      onTrainBatchEnd: () => {
        batches++;
        if (batches === 6) net.stopTraining = true;
      },
    },
  });
  assert.equal(batches, 6);
  assert.equal(history.epoch.length, 2);
  assert.equal((await net.fit(images, labels, quiet)).epoch.length, 1);
});

test('timers run while fit does', async () => {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks++;
    if (ticks === 2) net.stopTraining = true;
  }, 1);
  const { epoch } = await net.fit(images, labels, { ...quiet, epochs: 5000, batchSize: 1 });
  clearInterval(timer);
  assert.ok(ticks > 1, `${ticks} ticks in ${epoch.length} epochs`);
});
