/**
 * @file Class activation on real photos: how far Grad-CAM of MobileNet 0.25 is from the reference in a folder of data, where its heat
 * is on a photo of elephants and on one of a dog and a cat, and how long it takes. Prints a table and one JSON line.
 *
 * The folder has weights/imagenet/mobilenet_v1_0.25_224.h5, reference/mobilenet_v1_0.25_224.json with its images, and
 * photos/creative_commons_elephant.jpg and gradcam_both.png.
 *
 * Usage: node bench/class-activation.mjs FOLDER [--threads 1] [--calls 200]   (after npm run build)
 */

import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backend, images, loadModel, visualization } from '../dist/index.js';

const { values: options, positionals } = parseArgs({
  options: { threads: { type: 'string', default: '1' }, calls: { type: 'string', default: '200' } },
  allowPositionals: true,
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('Usage: node bench/class-activation.mjs FOLDER [--threads N] [--calls N]');
  process.exit(2);
}
await backend.set('auto', { threads: Number(options.threads) });

const SIZE = [224, 224];
const CATS = { tabby: 281, 'tiger cat': 282 };
const DOGS = { boxer: 242, 'bull mastiff': 243 };
const ELEPHANT = 386;
/** Rows and columns of the photo in which the animals are. */
const ELEPHANTS = { top: 45, bottom: 240, left: 85, right: 525 };
/** Above this row of its photo is the dog, below is the cat. */
const CAT_BELOW = 128;

const net = await loadModel(join(folder, 'weights/imagenet/mobilenet_v1_0.25_224.h5'));
const asInput = (photo) => images.resizeImage(photo, SIZE, 'bilinear').cast('float32').div(127.5).sub(1);
const read = async (path) => images.loadImage(join(folder, path));

/** The share of the heat, at the photo's size, where `inside(row, column)`. */
function shareOfHeat(photo, heatmap, inside) {
  const black = photo.mul(0).cast('uint8');
  const { shape, data } = visualization.overlay(black, heatmap, { alpha: 1, colorMap: 'gray' });
  let [part, all] = [0, 0];
  for (let place = 0; place < shape[0] * shape[1]; place++) {
    all += data[place * 3];
    if (inside(Math.floor(place / shape[1]), place % shape[1])) part += data[place * 3];
  }
  return part / all;
}

/** The largest difference of a heatmap from the reference's, which has numbers below 0 and no scale. */
function differenceFrom(rows, heatmap) {
  const warm = rows.flat().map((value) => Math.max(value, 0));
  const most = Math.max(...warm);
  return Math.max(...warm.map((value, i) => Math.abs(value / most - heatmap.data[i])));
}

async function compareWithReference() {
  const reference = JSON.parse(readFileSync(join(folder, 'reference/mobilenet_v1_0.25_224.json'), 'utf8'));
  const found = {};
  for (const [name, expected] of Object.entries(reference)) {
    const x = asInput(await read(`reference/${expected.input}`));
    for (const [of, key] of [
      ['logit', 'logit'],
      ['probability', 'softmax'],
    ]) {
      const { heatmap } = await visualization.classActivation(net, x, { of, target: expected.gradcam_class });
      found[`${name} ${of}`] = differenceFrom(
        expected[`gradcam_7x7_${key}_unnormalised_before_relu`],
        heatmap,
      );
    }
  }
  return found;
}

async function heatOfPhotos() {
  const elephants = await read('photos/creative_commons_elephant.jpg');
  const cam = await visualization.classActivation(net, asInput(elephants));
  const { top, bottom, left, right } = ELEPHANTS;
  const inBox = shareOfHeat(
    elephants,
    cam.heatmap,
    (row, column) => row >= top && row < bottom && column >= left && column < right,
  );
  const both = await read('photos/gradcam_both.png');
  const onCat = {};
  for (const [name, target] of Object.entries({ ...CATS, ...DOGS })) {
    const { heatmap } = await visualization.classActivation(net, asInput(both), { target });
    onCat[name] = shareOfHeat(both, heatmap, (row) => row >= CAT_BELOW);
  }
  return { elephantFirst: cam.target === ELEPHANT, inBox, onCat };
}

/** Milliseconds of a call by the clock, and of all processors. */
async function timeCalls() {
  const x = asInput(await read('reference/elephant_224.png'));
  const call = () => visualization.classActivation(net, x);
  // The first calls compile, and let caches fill.
  for (let i = 0; i < 20; i++) await call();
  const count = Number(options.calls);
  const times = [];
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  times.sort((a, b) => a - b);
  return { median: times[count >> 1], best: times[0], ofProcessors: (user + system) / 1000 / count };
}

const differences = await compareWithReference();
const heat = await heatOfPhotos();
const milliseconds = await timeCalls();
const machine = { processor: cpus()[0].model, load: loadavg()[0], ...backend.describe() };
const percent = (share) => `${(100 * share).toFixed(1)} %`;
for (const [name, value] of Object.entries(differences))
  console.log(`reference ${name}: differs by ${value.toExponential(1)}`);
console.log(
  `elephants: African elephant first: ${heat.elephantFirst}; heat inside the box: ${percent(heat.inBox)}`,
);
for (const [name, share] of Object.entries(heat.onCat))
  console.log(`dog and cat, ${name}: ${percent(share)} of the heat is on the cat's part`);
console.log(
  `Grad-CAM, warm: ${milliseconds.median.toFixed(2)} ms (best ${milliseconds.best.toFixed(2)}, of all processors ` +
    `${milliseconds.ofProcessors.toFixed(2)}), ${machine.isa}, ${machine.threads} thread(s), ${machine.processor}, load ${machine.load.toFixed(1)}`,
);
console.log(JSON.stringify({ differences, heat, milliseconds, machine }));
process.exit();
