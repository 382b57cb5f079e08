/**
 * @file Chapter 5.4 of Deep Learning with Python: what a convnet learned. The answers of its filters to an image, what excites
 * the filters, and where in the image it saw the class. Pictures are written to the folder `visualize/`.
 *
 * Run it with `npm run example visualize MODEL IMAGE`, for instance with `mnist.keras`, which `npm start` makes, and a digit, or with
 * a MobileNet and a photo. `--pixels 0..1` (the default), `-1..1` or `0..255` says which numbers the model takes as black and white.
 */

import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { applications, images, type Layer, loadModel, type Model, utils, visualization } from 'fovea';

const { values, positionals } = parseArgs({
  options: { pixels: { type: 'string', default: '0..1' }, quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [modelFile, imageFile] = positionals;
const range = { '0..1': [0, 1], '-1..1': [-1, 1], '0..255': [0, 255] }[values.pixels] as
  | [number, number]
  | undefined;
if (modelFile === undefined || imageFile === undefined || range === undefined) {
  console.error('npm run example visualize MODEL IMAGE [--pixels 0..1|-1..1|0..255]');
  process.exit(2);
}
mkdirSync('visualize', { recursive: true });
utils.setRandomSeed(1);

// Listings 5.25 and 5.26: the model, and an image as it takes it.
const net = await loadModel(modelFile, { compile: false });
net.summary();
const [, height, width, channels] = net.inputs[0]!.shape as [null, number, number, number];
const photo = await images.loadImage(imageFile, { colorMode: channels === 1 ? 'grayscale' : 'rgb' });
const small = images.resizeImage(photo, [height, width], 'bilinear');
const [black, white] = range;
const x = small
  .cast('float32')
  .mul((white - black) / 255)
  .add(black);

// Listings 5.27 to 5.29: the answers of every filter of every convolution, 16 in a row.
const isConvolution = (layer: Layer) => /Conv2D$/.test(layer.className);
const leaves = (model: Model): Layer[] =>
  model.layers.flatMap((layer) => ('layers' in layer ? leaves(layer as Model) : [layer]));
const convolutions = leaves(net).filter(isConvolution);
for (const [i, maps] of (await visualization.featureMaps(net, x, { layers: convolutions })).entries()) {
  await images.saveImage(`visualize/maps-${i + 1}.png`, visualization.featureMapGrid(maps, { columns: 16 }));
  console.log(`${maps.layer}: ${maps.maps.shape[2]} maps of ${maps.maps.shape[0]} x ${maps.maps.shape[1]}`);
}

// Listings 5.30 to 5.39: for each filter, the image that it answers to most.
const steps = values.quick ? 2 : 40;
for (const [i, layer] of [convolutions[0]!, convolutions.at(-1)!].entries()) {
  const filters = Array.from({ length: 16 }, (_, filter) => filter).slice(
    0,
    layer.output.shape.at(-1) as number,
  );
  const patterns = await visualization.filterPatterns(net, layer, { filters, steps, range, seed: 1 });
  await images.saveImage(`visualize/patterns-${i + 1}.png`, images.grid(patterns, { columns: 8, margin: 5 }));
}

// Listings 5.40 to 5.45: which class, and where the model saw it.
const scores = await net.predict(x.reshape([1, height, width, channels]), { verbose: 0 });
if (scores.shape.at(-1) === 1000) {
  for (const { name, score } of applications.decodePredictions(scores, { top: 3 })[0]!) {
    console.log(`${name}: ${score.toFixed(4)}`);
  }
}
const { heatmap, target, layer, note } = await visualization.classActivation(net, x);
await images.saveImage('visualize/heatmap.png', visualization.overlay(photo, heatmap, { alpha: 0.4 }));
console.log(
  `The heatmap shows where ${layer} speaks for ${net.classNames?.[target] ?? `class ${target}`}.${note ?? ''}`,
);
