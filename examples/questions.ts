/**
 * @file Two questions about convolution layers, answered by looking at a network that is trained on the spot: why is depth a
 * parameter of the layer, and what is each pattern? Writes two pages, in English and Chinese, and their pictures.
 *
 * Run it with `npm run questions`, or with `npm run questions -- --out FOLDER`; with `--quick` it takes fewer images.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { charts, datasets, images, type Sequential, visualization as see, utils } from 'fovea';
import { chapterNetwork } from './chapter-network.ts';
import { chinesePage } from './questions-chinese.ts';
import { englishPage } from './questions-english.ts';
import {
  depthsCompared,
  examplesOfFilters,
  firstOf,
  kindsOfFilters,
  sheetOfFilters,
} from './questions-looking.ts';

const quick = process.argv.includes('--quick');
const outAt = process.argv.indexOf('--out');
const folder = outAt > 0 ? process.argv[outAt + 1]! : 'questions';
const pictures = join(folder, 'pictures');
mkdirSync(pictures, { recursive: true });
const file = (name: string) => join(pictures, `questions-${name}`);

utils.setRandomSeed(1);
const [train, test] = await datasets.mnist.loadData();
const [trainImages, trainLabels] = firstOf(train, quick ? 2000 : 60000);
const [testImages, testLabels] = firstOf(test, quick ? 300 : 2000);
const digitAt = (i: number) => testImages.slice([i], [1]).reshape([28, 28, 1]);
const digit = digitAt(0);

const net: Sequential = chapterNetwork();
net.compile({ optimizer: 'rmsprop', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
await net.fit(trainImages, trainLabels, { epochs: 1, batchSize: 64 });
const [, accuracy] = await net.evaluate(testImages, testLabels, { verbose: 0 });
const [first, second, third] = net.layers
  .filter(({ className }) => className === 'Conv2D')
  .map(({ name }) => name);

// Question 1: the filters of the first layer, their answers, and what fewer of them can do.
const kernels = see.kernelImages(net, first!);
const labels = Array.from({ length: 32 }, (_, i) => `${i}`);
await images.saveImage(file('kernels.png'), images.grid(kernels, { columns: 16, scale: 14, labels }));
const [answers] = await see.featureMaps(net, digit, { layers: first! });
await images.saveImage(file('maps.png'), see.featureMapGrid(answers!, { scale: 2, labels: true, margin: 3 }));
const depths = await depthsCompared([1, 2, 4, 8, 32], train, test, quick);
await charts.saveChart(
  file('depths.svg'),
  charts.bars(
    depths.map(({ filters }) => `${filters}`),
    depths.map((each) => 100 * each.accuracy),
    { max: 100, format: (value) => `${value.toFixed(1)} %` },
  ),
);

// Question 2: what filters respond to.
const kinds = kindsOfFilters(net, first!);
const digits = [0, 1, 2, 4].map(digitAt);
await images.saveImage(file('filters.png'), await examplesOfFilters(net, first!, kinds, digits));
for (const layer of [first!, second!, third!]) {
  const clearest = layer === first ? kinds.map(({ filter }) => filter) : [];
  const sheet = await sheetOfFilters(net, layer, testImages.slice([0], [300]), {
    first: clearest,
    steps: quick ? 5 : 60,
  });
  await images.saveImage(file(`filters-${layer}.png`), sheet);
}

// One number of the first layer and of the last, a shift, and the hierarchy: pictures with words, in both languages.
const edge = kinds.find(({ kind }) => kind === 'upper') ?? kinds[0]!;
const place = answers!.maps
  .slice([0, 0, edge.filter], [-1, -1, 1])
  .reshape([26 * 26])
  .argMax()
  .item();
const number = await see.explainPixel(net, digit, {
  layer: first!,
  row: Math.floor(place / 26),
  column: place % 26,
  filter: edge.filter,
});
const [deepMaps] = await see.featureMaps(net, digit, { layers: third! });
const deepFilter = deepMaps!.maps.slice([1, 1, 0], [1, 1, -1]).reshape([64]).argMax().item();
const deep = await see.explainPixel(net, digit, { layer: third!, row: 1, column: 1, filter: deepFilter });
const shift = await see.translationTest(net, digit, { layer: first!, shift: [2, 4] });
const hierarchy = see.spatialHierarchy(net);
for (const lang of ['en', 'zh'] as const) {
  const save = (name: string, chart: Parameters<typeof charts.saveChart>[1]) =>
    charts.saveChart(file(`${name}.${lang}.svg`), chart);
  await save('number', see.explainPixelPicture(number, { lang }));
  await save('deep-number', see.explainPixelPicture(deep, { lang }));
  await save('shift', see.translationTestPicture(shift, { lang, filter: edge.filter }));
  await save('hierarchy', see.spatialHierarchyPicture(hierarchy, { lang, image: digit }));
}

const facts = { accuracy, depths, kinds, number, deep, shift, hierarchy, layers: [first!, second!, third!] };
writeFileSync(
  join(folder, 'questions.md'),
  englishPage({ ...facts, parameters: see.explainParameters(net) }),
);
writeFileSync(
  join(folder, 'questions.zh.md'),
  chinesePage({ ...facts, parameters: see.explainParameters(net, { lang: 'zh' }) }),
);
console.log(`The network reads ${(100 * accuracy!).toFixed(1)} % of digits that it has not seen.`);
console.log(
  `Open ${join(folder, 'questions.md')} or ${join(folder, 'questions.zh.md')}: the answers, with pictures of this run.`,
);
