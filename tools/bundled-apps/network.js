/** @file A small network that tells lying from upright lines. */

import { layers, sequential, tensor, utils } from 'fovea';

const SIZE = 8;
const COUNT = 256;

/** Trains the network. Returns it, with its accuracy and the images. */
export async function trainNetwork() {
  utils.setRandomSeed(7);
  const x = new Float32Array(COUNT * SIZE * SIZE);
  const y = Float32Array.from({ length: COUNT }, (_, i) => i % 2);
  for (let i = 0; i < COUNT; i++) {
    const at = i % SIZE;
    for (let j = 0; j < SIZE; j++) x[i * SIZE * SIZE + (y[i] ? j * SIZE + at : at * SIZE + j)] = 1;
  }
  const net = sequential([
    layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [SIZE, SIZE, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 2, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const [images, labels] = [tensor(x, [COUNT, SIZE, SIZE, 1]), tensor(y)];
  await net.fit(images, labels, { epochs: 30, batchSize: 32, verbose: 0 });
  const [, accuracy] = await net.evaluate(images, labels, { verbose: 0 });
  return { net, images, accuracy };
}

/** Sends what `work` resolves to, or its error, to the server of the page. */
export async function report(work) {
  const body = await work().catch((error) => ({ error: String(error?.stack ?? error) }));
  await fetch('/report', { method: 'POST', body: JSON.stringify(body) });
}
