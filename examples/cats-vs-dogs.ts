/**
 * @file Chapter 5.2 of Deep Learning with Python: cats or dogs, learned from 2,000 photos. First plainly, which soon fits
 * the photos by heart; then with augmented photos and dropout. A third run, which is not in the book, changes the photos less and
 * keeps the running means of the weights.
 *
 * Run it with `npm run example cats-vs-dogs FOLDER`, where FOLDER has `train` and `validation`, each with the folders
 * `cats` and `dogs`. `--only plain`, `--only augmented` or `--only averaged` makes one of the three runs, `--epochs N` for other
 * than their 30, 60 and 60 epochs, `--seed N` from other random numbers; `--quick` takes two steps of each.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callbacks, charts, images, layers, optimizers, sequential, utils } from 'fovea';

const { values, positionals } = parseArgs({
  options: {
    only: { type: 'string' },
    epochs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const folder = positionals[0];
if (folder === undefined) {
  console.error('Where are the photos? npm run example cats-vs-dogs FOLDER');
  process.exit(2);
}
const trainFolder = join(folder, 'train');
const epochsOr = (usual: number) => (values.quick ? 2 : Number(values.epochs ?? usual));

/** The chapter's network: 3,453,121 parameters. `averaged`: running means of the weights are kept. */
function catsAndDogsNetwork({ dropout, averaged = false }: { dropout: boolean; averaged?: boolean }) {
  const net = sequential();
  net.add(layers.conv2d({ filters: 32, kernelSize: [3, 3], activation: 'relu', inputShape: [150, 150, 3] }));
  net.add(layers.maxPooling2d({ poolSize: [2, 2] }));
  net.add(layers.conv2d({ filters: 64, kernelSize: [3, 3], activation: 'relu' }));
  net.add(layers.maxPooling2d({ poolSize: [2, 2] }));
  net.add(layers.conv2d({ filters: 128, kernelSize: [3, 3], activation: 'relu' }));
  net.add(layers.maxPooling2d({ poolSize: [2, 2] }));
  net.add(layers.conv2d({ filters: 128, kernelSize: [3, 3], activation: 'relu' }));
  net.add(layers.maxPooling2d({ poolSize: [2, 2] }));
  net.add(layers.flatten());
  if (dropout) net.add(layers.dropout({ rate: 0.5 }));
  net.add(layers.dense({ units: 512, activation: 'relu' }));
  net.add(layers.dense({ units: 1, activation: 'sigmoid' }));
  net.compile({
    loss: 'binaryCrossentropy',
    optimizer: optimizers.rmsprop({ learningRate: 1e-4, useEma: averaged, emaMomentum: 0.995 }),
    metrics: ['acc'],
  });
  return net;
}

const photos = { targetSize: [150, 150], classMode: 'binary' } as const;
const quickSteps = { stepsPerEpoch: 2, validationSteps: 2 };

function report(name: string, accuracies: readonly number[]): void {
  const best = Math.max(...accuracies);
  const [last, epoch] = [accuracies.at(-1)!, accuracies.indexOf(best) + 1];
  console.log(
    `${name}: validation accuracy ${(100 * last).toFixed(1)} % at the end, at best ${(100 * best).toFixed(1)} % in epoch ${epoch}.`,
  );
}

/** Photos to validate on are never augmented. */
function validationPhotos(options: { batchSize: number; interpolation?: 'bilinear' }) {
  const datagen = images.imageDataGenerator({ rescale: 1 / 255 });
  return datagen.flowFromDirectory(join(folder!, 'validation'), { ...photos, ...options, shuffle: false });
}

/** Listings 5.5 to 5.10. */
async function trainPlain(): Promise<void> {
  utils.setRandomSeed(Number(values.seed));
  const net = catsAndDogsNetwork({ dropout: false });
  net.summary();
  const trainDatagen = images.imageDataGenerator({ rescale: 1 / 255 });
  const trainGenerator = await trainDatagen.flowFromDirectory(trainFolder, { ...photos, batchSize: 20 });
  for await (const [dataBatch, labelsBatch] of trainGenerator) {
    console.log(`data batch shape: [${dataBatch.shape.join(', ')}]`);
    console.log(`labels batch shape: [${labelsBatch.shape.join(', ')}]`);
    break; // the generator would go on for ever
  }
  const { history } = await net.fit(trainGenerator, {
    stepsPerEpoch: 100,
    epochs: epochsOr(30),
    validationData: await validationPhotos({ batchSize: 20 }),
    validationSteps: 50,
    ...(values.quick ? quickSteps : {}),
  });
  await net.save('cats_and_dogs_small_1.keras');
  const curves = charts.trainingCurves(history, { title: 'Cats and dogs, without augmentation' });
  await charts.saveChart('cats_and_dogs_small_1.svg', curves);
  report('Without augmentation', history.val_acc!);
}

const augmenting = {
  rescale: 1 / 255,
  rotationRange: 40,
  widthShiftRange: 0.2,
  heightShiftRange: 0.2,
  shearRange: 0.2,
  zoomRange: 0.2,
  horizontalFlip: true,
};

/** Listings 5.11 and 5.12: what augmentation makes of one photo. */
async function showAugmented(path: string): Promise<void> {
  const photo = await images.loadImage(path, { targetSize: [150, 150] });
  const datagen = images.imageDataGenerator(augmenting);
  const versions = [];
  for await (const batch of datagen.flow(photo.reshape([1, 150, 150, 3]), { batchSize: 1 })) {
    versions.push(batch.reshape([150, 150, 3]));
    if (versions.length === 8) break;
  }
  await images.saveImage('augmented.png', images.grid(versions, { columns: 4, range: [0, 1] }));
}

/** An epoch takes 100 batches: a pass over the photos has 63, then the next one begins. */
const longRun = { stepsPerEpoch: 100, epochs: epochsOr(60), ...(values.quick ? quickSteps : {}) };

/** The chapter saves the last epoch's weights, whose accuracy is a matter of luck; this keeps the best epoch's. */
function keepBest(filepath: string) {
  return callbacks.modelCheckpoint({ filepath, monitor: 'val_acc', saveBestOnly: true });
}

/** Listings 5.13 to 5.15. */
async function trainAugmented(): Promise<void> {
  utils.setRandomSeed(Number(values.seed));
  const net = catsAndDogsNetwork({ dropout: true });
  const trainDatagen = images.imageDataGenerator(augmenting);
  const trainGenerator = await trainDatagen.flowFromDirectory(trainFolder, { ...photos, batchSize: 32 });
  await showAugmented(join(trainFolder, trainGenerator.filenames[3]!));
  const { history } = await net.fit(trainGenerator, {
    ...longRun,
    validationData: await validationPhotos({ batchSize: 32 }),
    callbacks: [keepBest('cats_and_dogs_small_2.keras')],
  });
  const curves = charts.trainingCurves(history, { title: 'Cats and dogs, with augmentation and dropout' });
  await charts.saveChart('cats_and_dogs_small_2.svg', curves);
  report('With augmentation and dropout', history.val_acc!);
}

/** Changes that leave more of the photos in the picture. */
const milder = {
  rescale: 1 / 255,
  rotationRange: 15,
  widthShiftRange: 0.1,
  heightShiftRange: 0.1,
  zoomRange: 0.15,
  horizontalFlip: true,
};

/** Not in the book: photos resized with less noise and changed less, and weights averaged over some epochs. */
async function trainAveraged(): Promise<void> {
  utils.setRandomSeed(Number(values.seed));
  const net = catsAndDogsNetwork({ dropout: true, averaged: true });
  const smooth = { interpolation: 'bilinear', batchSize: 32 } as const;
  const trainDatagen = images.imageDataGenerator(milder);
  const { history } = await net.fit(
    await trainDatagen.flowFromDirectory(trainFolder, { ...photos, ...smooth }),
    {
      ...longRun,
      validationData: await validationPhotos(smooth),
      callbacks: [callbacks.swapEMAWeights({ swapOnEpoch: true }), keepBest('cats_and_dogs_small_3.keras')],
    },
  );
  const curves = charts.trainingCurves(history, {
    title: 'Cats and dogs, milder changes and averaged weights',
  });
  await charts.saveChart('cats_and_dogs_small_3.svg', curves);
  report('With milder changes and averaged weights', history.val_acc!);
}

const runs = { plain: trainPlain, augmented: trainAugmented, averaged: trainAveraged };
if (values.only !== undefined && !(values.only in runs)) {
  console.error(`--only takes ${Object.keys(runs).join(', ')}, received ${values.only}.`);
  process.exit(2);
}
for (const [name, run] of Object.entries(runs)) {
  if (values.only === undefined || values.only === name) await run();
}
