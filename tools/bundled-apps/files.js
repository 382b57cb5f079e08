/** @file A program that trains, reads and writes a model, opens a model of real Keras, and decodes images. */

import { backend, FoveaError, images, loadModel, modelFromBytes, modelToBytes } from 'fovea';
import { report, trainNetwork } from './network.js';

const bytesOf = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());

report(async () => {
  const { net, images: x, accuracy } = await trainNetwork();
  const again = await modelFromBytes(await modelToBytes(net));
  const [before, after] = [await net.predict(x, { verbose: 0 }), await again.predict(x, { verbose: 0 })];
  const opened = await loadModel('/model.keras');
  const shapes = [];
  for (const name of ['poor.jpg', 'rgba.png', 'lossy.webp', 'plain.gif', 'rgb.bmp']) {
    const image = await images.loadImage(await bytesOf(`/${name}`), { targetSize: [20, 30] });
    shapes.push(image.shape.join('×'));
  }
  const refused = await modelFromBytes(new Uint8Array(9)).catch((error) => error);
  return {
    accuracy,
    difference: Math.max(...before.data.map((value, i) => Math.abs(value - after.data[i]))),
    opened: opened.layers.length,
    shapes,
    refused: refused instanceof FoveaError && refused.name,
    ...backend.describe(),
  };
});
