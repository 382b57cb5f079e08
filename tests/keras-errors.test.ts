/**
 * @file The mistakes for which Keras has errors: each is refused here too, with a message that names the layer, the shapes
 * or values, and how to mend it.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  callbacks,
  FoveaError,
  input,
  layers,
  loadModel,
  model,
  sequential,
  Tensor,
  tensor,
  utils,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-errors-'));
after(() => rmSync(folder, { recursive: true }));
const quiet = { verbose: 0 } as const;
const ones = (...shape: number[]) => Tensor.ones(shape);
const images = ones(4, 28, 28, 1);
const labels = ones(4, 10);

/** The network of the cases, with the names that layers have in a new program. */
function network(filters = 4) {
  utils.clearSession();
  return sequential([
    layers.conv2d({ filters, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    layers.flatten(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
}

function compiled(
  loss: Parameters<ReturnType<typeof network>['compile']>[0]['loss'] = 'categoricalCrossentropy',
) {
  const net = network();
  net.compile({ loss: loss! });
  return net;
}

/** A layer that has its weights. */
function built<L extends { build(shapes: readonly (readonly (number | null)[])[]): void }>(
  layer: L,
  shape: number[],
): L {
  layer.build([[null, ...shape]]);
  return layer;
}

async function* batches() {
  yield [images, labels] as const;
}

async function* nothing(): AsyncGenerator<readonly [Tensor, Tensor]> {}

/** By Keras' name of the case: what is done, and what each message must say. */
const CASES: Readonly<Record<string, readonly [act: () => unknown, ...says: RegExp[]]>> = {
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
  'layer wrong ndim': [
    () => layers.conv2d({ filters: 2, kernelSize: 3, name: 'c' }).apply(ones(4, 28, 28)),
    /'c'/,
    /Full shape received: \[null, 28, 28\]/,
    /channel axis/,
  ],
  'dense incompatible axis': [
    () => built(layers.dense({ units: 2, name: 'd' }), [5]).apply(ones(2, 6)),
    /'d'/,
    /value 5, but received input with shape \[null, 6\]/,
    /use a new layer/,
  ],
  'conv incompatible axis': [
    () => built(layers.conv2d({ filters: 2, kernelSize: 3, name: 'c' }), [8, 8, 3]).apply(ones(2, 8, 8, 1)),
    /'c'/,
    /\[null, 8, 8, 1\]/,
    /made for 3/,
  ],
  'neg dim conv': [
    () => layers.conv2d({ filters: 2, kernelSize: 5, name: 'c' }).apply(input({ shape: [4, 4, 1] })),
    /'c'/,
    /input shape=\[null, 4, 4, 1\]`, `kernel shape=\[5, 5, 1, 2\]/,
    /Use a smaller kernel/,
  ],
  'neg dim conv in net': [
    () =>
      sequential([
        layers.conv2d({ filters: 1, kernelSize: 3, inputShape: [3, 3, 1] }),
        layers.maxPooling2d({ name: 'p' }),
      ]),
    /'p'/,
    /\[null, 1, 1, 1\]/,
    /fewer pooling layers/,
  ],
  'negative filters': [
    () => layers.conv2d({ filters: -1, kernelSize: 3 }),
    /Conv2D/,
    /filters=-1/,
    /from 1 up/,
  ],
  'bad padding': [
    () => layers.conv2d({ filters: 1, kernelSize: 3, padding: 'sam' as never }),
    /padding='sam'/,
    /'valid', 'same'/,
  ],
  'bad kernel': [
    () => layers.conv2d({ filters: 1, kernelSize: [3, 3, 3] as never }),
    /kernelSize=\[3, 3, 3\]/,
    /a list of 2/,
  ],
  'bad activation': [
    () => layers.dense({ units: 1, activation: 'rel' as never }),
    /'rel'/,
    /Did you mean 'relu'/,
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
  get_layer: [
    () => network().getLayer('nope'),
    /^No such layer: nope\. Existing layers are: \['conv2d', 'flatten', 'dense'\]\.$/,
  ],
  'get_layer idx': [
    () => network().getLayer(99),
    /^Was asked to retrieve layer at index 99 but model only has 3 layers\.$/,
  ],
  'dup names': [
    () => sequential([layers.dense({ units: 1, name: 'a' }), layers.dense({ units: 1, name: 'a' })]),
    /Name 'a' is already/,
    /pass a unique name/,
  ],
  'dup names functional': [
    () => {
      const x = input({ shape: [3] });
      const h = layers.dense({ units: 1, name: 'a' }).apply(x);
      return model({ inputs: x, outputs: layers.dense({ units: 1, name: 'a' }).apply(h) });
    },
    /The name "a" is used 2 times/,
    /another `name`/,
  ],
  'unbuilt weights save': [
    () => sequential([layers.dense({ units: 1 })]).save(join(folder, 'a.keras')),
    /has not yet been built/,
    /call build\(/,
  ],
  'save bad ext': [() => network().save(join(folder, 'foo')), /must end in `\.keras`/, /filepath=.*foo/],
  'save_weights bad ext': [
    () => network().saveWeights(join(folder, 'foo.hdf')),
    /must end in `\.weights\.h5`/,
    /filepath=.*foo\.hdf/,
  ],
  'load missing': [
    () => loadModel(join(folder, 'nope.keras')),
    /nope\.keras': there is no such file/,
    /Check the path/,
  ],
  'load h5 missing': [
    () => network().loadWeights(join(folder, 'nope.h5')),
    /nope\.h5': there is no such file/,
  ],
  'load mismatch': [
    async () => {
      const path = join(folder, 'm.weights.h5');
      await network().saveWeights(path);
      await network(8).loadWeights(path);
    },
    /layer 'conv2d' \(Conv2D\)/,
    /expected shape \[3, 3, 1, 8\], found \[3, 3, 1, 4\]/,
    /belongs to another model/,
  ],
  'set_weights len': [
    () =>
      network()
        .getLayer('dense')
        .setWeights([ones(2, 2)]),
    /'dense'/,
    /length 1, but the layer was expecting 2/,
    /getWeights\(\)/,
  ],
  'set_weights shape': [
    () =>
      network()
        .getLayer('dense')
        .setWeights([ones(2, 2), ones(10)]),
    /Layer dense weight shape \[2704, 10\]/,
    /\[2, 2\]/,
    /order of getWeights\(\)/,
  ],
  'class+sample': [
    () => compiled().fit(images, labels, { classWeight: { 0: 1 }, sampleWeight: ones(4), ...quiet }),
    /at the same time/,
    /Multiply/,
  ],
  'concat mismatch': [
    () => layers.concatenate({ name: 'c' }).apply([input({ shape: [8, 8, 1] }), input({ shape: [9, 8, 1] })]),
    /'c'/,
    /\[null, 8, 8, 1\], \[null, 9, 8, 1\]/,
    /cropping, padding/,
  ],
  'add mismatch': [
    () => layers.add({ name: 's' }).apply([input({ shape: [8, 8, 4] }), input({ shape: [8, 8, 3] })]),
    /'s'/,
    /\[null, 8, 8, 4\] and \[null, 8, 8, 3\]/,
    /must be equal, or 1/,
  ],
  'reshape bad': [
    () => layers.reshape({ targetShape: [5, 5], name: 'r' }).apply(input({ shape: [24] })),
    /'r'/,
    /inputShape=\[24\].*targetShape=\[5, 5\]/,
    /product/,
  ],
  disconnected: [
    () =>
      model({
        inputs: input({ shape: [3] }),
        outputs: layers.dense({ units: 1 }).apply(input({ shape: [3], name: 'other' })),
      }),
    /Output with path `` is not connected to `inputs`/,
    /'other'/,
    /Add the tensor/,
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
  'dropout bad': [() => layers.dropout({ rate: 1.5 }), /between 0 and 1/, /rate=1\.5/],
  'same layer twice sequential': [
    () => {
      const layer = layers.dense({ units: 3, name: 'twice' });
      return sequential([layer, layer]);
    },
    /Name 'twice' is already/,
  ],
  'Sequential add nonlayer': [() => sequential().add(3 as never), /Received: 3 \(of type number\)/],
  'flatten unknown': [() => input({ shape: [null, 3] as never }), /\[null, 3\]/, /Give each extent a number/],
};

for (const [name, [act, ...says]] of Object.entries(CASES)) {
  test(name, async () => {
    await assert.rejects(
      async () => act(),
      (error: unknown) => {
        assert.ok(error instanceof FoveaError, String(error));
        for (const part of says) assert.match(error.message, part);
        return true;
      },
    );
  });
}
