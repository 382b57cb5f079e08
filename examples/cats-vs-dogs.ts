/**
 * @file Chapter 5.2 of Deep Learning with Python: cats or dogs, learned from 2,000 photos. First plainly, which soon fits
 * the photos by heart; then with augmented photos and dropout.
 *
 * Run it with `npm run example cats-vs-dogs FOLDER`, where FOLDER has `train` and `validation`, each with the folders
 * `cats` and `dogs`. `--epochs N` takes N epochs for the second network instead of 60 (the first has half as many),
 * `--seed N` other random numbers, `--quick` two steps of each.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { charts, images, layers, optimizers, sequential, utils } from 'fovea';

const { values, positionals } = parseArgs({
  options: {
    epochs: { type: 'string', default: '60' },
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
const [trainFolder, validationFolder] = [join(folder, 'train'), join(folder, 'validation')];
const epochs = values.quick ? 2 : Number(values.epochs);
const plainEpochs = Math.ceil(epochs / 2);
const steps = values.quick ? { stepsPerEpoch: 2, validationSteps: 2 } : {};
utils.setRandomSeed(Number(values.seed));

/** The chapter's network: 3,453,121 parameters. */
function catsAndDogsNetwork({ dropout }: { dropout: boolean }) {
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
    optimizer: optimizers.rmsprop({ learningRate: 1e-4 }),
    metrics: ['acc'],
  });
  return net;
}

const toPhotos = { targetSize: [150, 150], batchSize: 20, classMode: 'binary' } as const;
const best = (accuracies: readonly number[]) => {
  const most = Math.max(...accuracies);
  return `${(100 * most).toFixed(1)} % in epoch ${accuracies.indexOf(most) + 1}`;
};

// Listings 5.5 to 5.10: without augmentation.
const plain = catsAndDogsNetwork({ dropout: false });
plain.summary();
const datagen = images.imageDataGenerator({ rescale: 1 / 255 });
const trainGenerator = await datagen.flowFromDirectory(trainFolder, toPhotos);
const validationGenerator = await datagen.flowFromDirectory(validationFolder, {
  ...toPhotos,
  shuffle: false,
});
for await (const [photos, labels] of trainGenerator) {
  console.log(`data batch shape: [${photos.shape.join(', ')}]`);
  console.log(`labels batch shape: [${labels.shape.join(', ')}]`);
  break; // the generator would go on for ever
}
const first = await plain.fit(trainGenerator, {
  epochs: plainEpochs,
  validationData: validationGenerator,
  ...steps,
});
await plain.save('cats_and_dogs_small_1.keras');
await charts.saveChart(
  'cats_and_dogs_small_1.svg',
  charts.trainingCurves(first, { title: 'Without augmentation' }),
);

// Listings 5.11 and 5.12: what augmentation makes of one photo.
const augmenting = images.imageDataGenerator({
  rescale: 1 / 255,
  rotationRange: 40,
  widthShiftRange: 0.2,
  heightShiftRange: 0.2,
  shearRange: 0.2,
  zoomRange: 0.2,
  horizontalFlip: true,
});
const augmentedGenerator = await augmenting.flowFromDirectory(trainFolder, toPhotos);
const photo = await images.loadImage(join(trainFolder, augmentedGenerator.filenames[3]!), {
  targetSize: [150, 150],
});
const versions = [];
for await (const version of augmenting.flow(photo.reshape([1, 150, 150, 3]), null, { batchSize: 1 })) {
  versions.push(version.reshape([150, 150, 3]));
  if (versions.length === 8) break;
}
await images.saveImage('augmented.png', images.grid(versions, { columns: 4, range: [0, 1] }));

// Listings 5.13 to 5.15: with augmentation and dropout. Photos to validate on are never augmented.
const net = catsAndDogsNetwork({ dropout: true });
const second = await net.fit(augmentedGenerator, { epochs, validationData: validationGenerator, ...steps });
await net.save('cats_and_dogs_small_2.keras');
await charts.saveChart(
  'cats_and_dogs_small_2.svg',
  charts.trainingCurves(second, { title: 'With augmentation and dropout' }),
);

console.log(
  `Validation accuracy: ${best(first.history.val_acc!)} without augmentation, ${best(second.history.val_acc!)} with it.`,
);
