/**
 * @file Makes the pictures of docs/seeing.md from real models: the chapter's convnet for MNIST, and a MobileNet for ImageNet on a
 * photo. The photo's licence must allow it to be shown, as that of scikit-image's cat does (CC0).
 *
 * Usage: node tools/seeing-pictures.mjs MNIST.keras MOBILENET PHOTO   (after npm run build)
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { applications, datasets, images, loadModel, utils, visualization as v } from '../dist/index.js';

const [mnistFile, mobileFile, photoFile] = process.argv.slice(2);
if (photoFile === undefined) {
  console.error('Usage: node tools/seeing-pictures.mjs MNIST.keras MOBILENET PHOTO');
  process.exit(2);
}
const OUT = join(import.meta.dirname, '..', 'docs/pictures/seeing');
mkdirSync(OUT, { recursive: true });
const save = (name, image, options) => images.saveImage(join(OUT, name), image, options);
utils.setRandomSeed(1);

const net = await loadModel(mnistFile, { compile: false });
const [, [testImages]] = await datasets.mnist.loadData();
const digit = testImages.slice([0], [1]).reshape([28, 28, 1]).div(255);
const convolutions = net.layers.filter((layer) => /Conv2D/.test(layer.className));
const first = convolutions[0];
const [maps] = await v.featureMaps(net, digit, { layers: first });
await save('mnist-maps.png', v.featureMapGrid(maps, { columns: 16 }));
await save('mnist-kernels.png', images.grid(v.kernelImages(net, first), { columns: 16, scale: 8 }));
const filters = Array.from({ length: 16 }, (_, filter) => filter);
const smooth = { size: 40, jitter: 3, blur: 0.3, octaves: 2 };
const patterns = await v.filterPatterns(net, convolutions.at(-1), { filters, seed: 1, ...smooth });
const larger = images.grid(patterns, { columns: 8, margin: 3, scale: 2 });
await save('mnist-patterns.png', larger);

const mobile = await loadModel(mobileFile, { compile: false });
const photo = await images.loadImage(photoFile, { colorMode: 'rgb' });
const side = Math.min(...photo.shape.slice(0, 2));
const middle = photo.shape.slice(0, 2).map((extent) => Math.floor((extent - side) / 2));
const square = images.resizeImage(photo.slice([...middle, 0], [side, side, 3]), [224, 224], 'bilinear');
const x = applications.mobileNet.preprocessInput(square.reshape([1, 224, 224, 3]));
const [named] = applications.decodePredictions(await mobile.predict(x, { verbose: 0 }), { top: 3 });
console.log(named.map(({ name, score }) => `${name} ${score.toFixed(3)}`).join(', '));

const methods = ['gradCam', 'gradCamPlusPlus', 'xGradCam', 'hiResCam', 'layerCam', 'scoreCam', 'eigenCam'];
const heated = [];
for (const method of methods) {
  heated.push(v.overlay(square, (await v.classActivation(mobile, x, { method })).heatmap));
}
const small = (list) => list.map((image) => images.resizeImage(image, [150, 150], 'bilinear'));
await save(
  'heatmaps.jpg',
  images.grid(small([square, ...heated]), { columns: 4, labels: ['the photo', ...methods] }),
  { quality: 82 },
);

const attributed = [];
const ways = [
  'saliency',
  'smoothGrad',
  'inputTimesGradient',
  'guidedBackprop',
  'integratedGradients',
  'occlusion',
];
for (const method of ways) {
  const { map } = await v.attribution(mobile, x, { method });
  const absolute = method === 'saliency' || method === 'smoothGrad';
  attributed.push(v.attributionPicture(map, absolute ? { show: 'absolute' } : {}));
}
await save('attributions.jpg', images.grid(small(attributed), { columns: 3, labels: ways }), { quality: 82 });

const [early] = await v.featureMaps(mobile, x, { layers: 'conv_pw_3_relu' });
await save('mobilenet-maps.png', v.featureMapGrid(early, { columns: 16 }));
const shown = [];
for (const layer of ['conv1', 'conv_pw_5', 'conv_pw_13']) {
  const smooth = layer === 'conv1' ? {} : { jitter: 8, blur: 0.5, octaves: 4 };
  const found = await v.filterPatterns(mobile, layer, {
    filters: filters.slice(0, 6),
    range: [-1, 1],
    seed: 1,
    size: 120,
    ...smooth,
  });
  for (let i = 0; i < 6; i++) shown.push(found.slice([i], [1]).reshape([120, 120, 3]));
}
await save('mobilenet-patterns.jpg', images.grid(shown, { columns: 6, margin: 4 }), { quality: 82 });
