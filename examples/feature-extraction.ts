/**
 * @file Chapter 5.3 of Deep Learning with Python: cats or dogs, told apart by what a network learned from other photos. First
 * its features are computed once for each photo, and a small classifier learns from them, in seconds; then the frozen network
 * becomes a part of the model, so that photos can be augmented.
 *
 * Run it with `npm run example feature-extraction FOLDER`, where FOLDER has `train` and `validation`, each with the folders
 * `cats` and `dogs`. `--network mobilenetv2` starts from a smaller network than the book's VGG16; `--weights FILE` reads its
 * weights from a file; `--only features` or `--only augmented` makes one of the two runs, `--epochs N` for other than 30
 * epochs; `--quick` takes two epochs of few photos.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { charts, images, layers, optimizers, sequential, type Tensor, tensor, utils } from 'fovea';
import { BASES, weightsOf } from './pretrained-base.ts';

const { values, positionals } = parseArgs({
  options: {
    network: { type: 'string', default: 'vgg16' },
    weights: { type: 'string', default: 'imagenet' },
    only: { type: 'string' },
    epochs: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const folder = positionals[0];
const base = BASES[values.network];
if (folder === undefined || base === undefined) {
  console.error(`npm run example feature-extraction FOLDER [--network ${Object.keys(BASES).join('|')}]`);
  process.exit(2);
}
const epochs = values.quick ? 2 : Number(values.epochs ?? 30);
utils.setRandomSeed(1);

// Listing 5.16: the convolutional base, without its classifier.
const convBase = await base.make(weightsOf(values.weights));
convBase.summary();
const photos = { targetSize: base.targetSize, batchSize: 20, classMode: 'binary' } as const;

/** Listing 5.17: what the base makes of the photos, and their labels. */
async function extractFeatures(part: string, sampleCount: number): Promise<[Tensor, Tensor]> {
  const generator = await images
    .imageDataGenerator(base!.pixels)
    .flowFromDirectory(join(folder!, part), { ...photos, shuffle: false });
  const features: Tensor[] = [];
  const labels: number[] = [];
  for await (const [inputsBatch, labelsBatch] of generator) {
    features.push(await convBase.predictOnBatch(inputsBatch));
    labels.push(...Array.from(labelsBatch.data, Number));
    // A generator would go on for ever.
    if (labels.length >= Math.min(sampleCount, generator.samples)) break;
  }
  return [features[0]!.concat(features.slice(1)), tensor(labels)];
}

/** Listings 5.18 and 5.19: a classifier of features that were computed once. */
async function trainOnFeatures(): Promise<void> {
  const [trainFeatures, trainLabels] = await extractFeatures('train', 2000);
  const [validationFeatures, validationLabels] = await extractFeatures('validation', 1000);
  const size = trainFeatures.size / trainFeatures.shape[0]!;
  const flat = (features: Tensor) => features.reshape([features.shape[0]!, size]);
  const net = sequential();
  net.add(layers.dense({ units: 256, activation: 'relu', inputShape: [size] }));
  net.add(layers.dropout({ rate: 0.5 }));
  net.add(layers.dense({ units: 1, activation: 'sigmoid' }));
  net.compile({
    optimizer: optimizers.rmsprop({ learningRate: 2e-5 }),
    loss: 'binaryCrossentropy',
    metrics: ['acc'],
  });
  const { history } = await net.fit(flat(trainFeatures), trainLabels, {
    epochs,
    batchSize: 20,
    validationData: [flat(validationFeatures), validationLabels],
  });
  await charts.saveChart(
    'features.svg',
    charts.trainingCurves(history, { title: 'A classifier of features' }),
  );
  report('A classifier of features', history.val_acc!);
}

/** Listings 5.20 and 5.21: the frozen base as a layer, with augmentation in front of it. */
async function trainWithAugmentation(): Promise<void> {
  const net = sequential();
  net.add(convBase);
  net.add(layers.flatten());
  net.add(layers.dense({ units: 256, activation: 'relu' }));
  net.add(layers.dense({ units: 1, activation: 'sigmoid' }));
  console.log(`Weights that train before freezing: ${net.trainableWeights.length}`);
  convBase.trainable = false;
  console.log(`Weights that train after freezing: ${net.trainableWeights.length}`);
  net.compile({
    optimizer: optimizers.rmsprop({ learningRate: 2e-5 }),
    loss: 'binaryCrossentropy',
    metrics: ['acc'],
  });
  const augmenting = {
    ...base!.pixels,
    rotationRange: 40,
    widthShiftRange: 0.2,
    heightShiftRange: 0.2,
    shearRange: 0.2,
    zoomRange: 0.2,
    horizontalFlip: true,
    fillMode: 'nearest',
  } as const;
  const train = await images.imageDataGenerator(augmenting).flowFromDirectory(join(folder!, 'train'), photos);
  const validation = await images
    .imageDataGenerator(base!.pixels)
    .flowFromDirectory(join(folder!, 'validation'), { ...photos, shuffle: false });
  const { history } = await net.fit(train, { epochs, validationData: validation, verbose: 2 });
  await net.save('cats_and_dogs_frozen.keras');
  const curves = charts.trainingCurves(history, { title: 'A frozen base with augmentation' });
  await charts.saveChart('frozen_base.svg', curves);
  report('A frozen base with augmentation', history.val_acc!);
}

function report(name: string, accuracies: readonly number[]): void {
  const [last, best] = [accuracies.at(-1)!, Math.max(...accuracies)];
  console.log(
    `${name}: validation accuracy ${(100 * last).toFixed(1)} % at the end, at best ${(100 * best).toFixed(1)} %.`,
  );
}

const runs = { features: trainOnFeatures, augmented: trainWithAugmentation };
if (values.only !== undefined && !(values.only in runs)) {
  console.error(`--only takes ${Object.keys(runs).join(', ')}, received ${values.only}.`);
  process.exit(2);
}
for (const [name, run] of Object.entries(runs)) {
  if (values.only === undefined || values.only === name) await run();
}
