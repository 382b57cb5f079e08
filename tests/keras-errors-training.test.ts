/**
 * @file Mistakes with data, losses and training for which Keras has errors: each is refused here too, with a message that names what is
 * wrong and how to mend it.
 */

import { callbacks, type Tensor, tensor, utils } from '../src/index.ts';
import { compiled, images, labels, network, ones, quiet, testRefusals } from './support/keras-errors.ts';

async function* batches() {
  yield [images, labels] as const;
}

async function* nothing(): AsyncGenerator<readonly [Tensor, Tensor]> {}

testRefusals({
  'call wrong rank': [
    () => network().apply(ones(4, 28, 28)),
    /'sequential'/,
    /\[null, 28, 28, 1\], found shape=\[null, 28, 28\]/,
    /Bring the samples to shape/,
  ],
  'call wrong size': [
    () => network().apply(ones(4, 32, 32, 1)),
    /'sequential'/,
    /found shape=\[null, 32, 32, 1\]/,
    /layers\.resizing/,
  ],
  'fit wrong channels': [
    () => compiled().fit(ones(4, 28, 28, 3), labels, quiet),
    /'conv2d'/,
    /value 1, but received input with shape \[null, 28, 28, 3\]/,
    /give it such an input/,
  ],
  'fit wrong size': [
    () => compiled().fit(ones(4, 30, 28, 1), labels, quiet),
    /'sequential'/,
    /expected shape=\[null, 28, 28, 1\], found shape=\[null, 30, 28, 1\]/,
    /another inputShape/,
  ],
  'fit rank3': [
    () => compiled().fit(ones(4, 28, 28), labels, quiet),
    /'conv2d'/,
    /min_ndim=4, found ndim=3/,
    /x\.reshape/,
  ],
  'predict wrong': [
    () => compiled().predict(ones(4, 30, 28, 1), quiet),
    /'sequential'/,
    /found shape=\[null, 30, 28, 1\]/,
    /Bring the samples/,
  ],
  'bad optimizer': [
    () => network().compile({ optimizer: 'adamm' as never, loss: 'mse' }),
    /'adamm'/,
    /Did you mean 'adam'/,
  ],
  'bad loss': [() => network().compile({ loss: 'msee' as never }), /'msee'/, /Did you mean 'mse'/],
  'not compiled': [
    () => network().fit(images, labels, quiet),
    /You must call `compile\(\)`/,
    /give it a loss/,
  ],
  'not compiled built': [() => network().evaluate(images, labels, quiet), /You must call `compile\(\)`/],
  'card mismatch': [
    () => compiled().fit(images, ones(5, 10), quiet),
    /'x' sizes: 4; 'y' sizes: 5/,
    /the same number of samples/,
  ],
  'cat ce with int labels': [
    () => compiled().fit(images, tensor([1, 2, 3, 4]), quiet),
    /target\.shape=\[null\], output\.shape=\[null, 10\]/,
    /toCategorical|sparseCategorical/,
  ],
  'bce label shape': [
    () => compiled('binaryCrossentropy').fit(images, ones(4, 2), quiet),
    /target\.shape=\[null, 2\], output\.shape=\[null, 10\]/,
    /one label, 0 or 1/,
  ],
  'sparse ce with one-hot': [
    () => compiled('sparseCategoricalCrossentropy').fit(images, labels, quiet),
    /target\.shape=\[null, 10\]/,
    /look one-hot/,
  ],
  'sparse label out of range': [
    () => compiled('sparseCategoricalCrossentropy').fit(images, tensor([1, 2, 3, 10]), quiet),
    /label 10 at index 3/,
    /from 0 to 9/,
    /units of the last layer/,
  ],
  'val split no arrays': [
    () => compiled().fit(batches(), { validationSplit: 0.2, ...quiet }),
    /only supported for arrays/,
    /validationData/,
  ],
  'class+sample': [
    () => compiled().fit(images, labels, { classWeight: { 0: 1 }, sampleWeight: ones(4), ...quiet }),
    /at the same time/,
    /Multiply/,
  ],
  to_categorical: [() => utils.toCategorical(tensor([0, 5]), 3), /label 1 is 5/, /expected 0 to 2/],
  'earlystop bad monitor': [
    () =>
      compiled('mse').fit(images, labels, {
        callbacks: callbacks.earlyStopping({ monitor: 'val_acc' }),
        ...quiet,
      }),
    /monitor=val_acc/,
    /mode: 'max'/,
  ],
  'checkpoint bad ext': [
    () => callbacks.modelCheckpoint({ filepath: 'x.h4' }),
    /must end in `\.keras`/,
    /x\.h4/,
  ],
  'empty fit': [() => compiled().fit(nothing(), quiet), /gave no batches/, /stepsPerEpoch/],
});
