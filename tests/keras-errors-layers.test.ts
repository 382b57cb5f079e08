/**
 * @file Mistakes with layers, and graphs of them, for which Keras has errors: each is refused here too, with a message that names what is
 * wrong and how to mend it.
 */

import { input, layers, model, sequential } from '../src/index.ts';
import { ones, testRefusals } from './support/keras-errors.ts';

/** A layer that has its weights. */
function built<L extends { build(shapes: readonly (readonly (number | null)[])[]): void }>(
  layer: L,
  shape: number[],
): L {
  layer.build([[null, ...shape]]);
  return layer;
}

testRefusals({
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
});
