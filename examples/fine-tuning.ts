/**
 * @file The end of chapter 5.3 of Deep Learning with Python: the upper layers of a pretrained network are trained on with a
 * small learning rate, once the classifier on top of it is trained.
 *
 * Run it with `npm run example fine-tuning FOLDER`, where FOLDER has `train` and `validation`, each with the folders `cats`
 * and `dogs`. `--network mobilenetv2` starts from a smaller network than the book's VGG16; `--weights FILE` reads its weights
 * from a file; `--epochs N` takes other than 30 epochs for the classifier and 100 for fine-tuning; `--quick` takes one of each.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { charts, images, layers, optimizers, sequential, utils } from 'fovea';
import { BASES, weightsOf } from './pretrained-base.ts';

const { values, positionals } = parseArgs({
  options: {
    network: { type: 'string', default: 'vgg16' },
    weights: { type: 'string', default: 'imagenet' },
    epochs: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const folder = positionals[0];
const base = BASES[values.network];
if (folder === undefined || base === undefined) {
  console.error(`npm run example fine-tuning FOLDER [--network ${Object.keys(BASES).join('|')}]`);
  process.exit(2);
}
const epochsOr = (usual: number) => (values.quick ? 1 : Number(values.epochs ?? usual));
utils.setRandomSeed(1);

// 1. Add the new classifier on top of the trained base. 2. Freeze the base. 3. Train the classifier.
const convBase = await base.make(weightsOf(values.weights));
convBase.trainable = false;
const net = sequential();
net.add(convBase);
net.add(layers.flatten());
net.add(layers.dense({ units: 256, activation: 'relu' }));
net.add(layers.dense({ units: 1, activation: 'sigmoid' }));
const compile = (learningRate: number) =>
  net.compile({
    optimizer: optimizers.rmsprop({ learningRate }),
    loss: 'binaryCrossentropy',
    metrics: ['acc'],
  });
compile(2e-5);

const photos = { targetSize: base.targetSize, batchSize: 20, classMode: 'binary' } as const;
const augmenting = {
  ...base.pixels,
  rotationRange: 40,
  widthShiftRange: 0.2,
  heightShiftRange: 0.2,
  shearRange: 0.2,
  zoomRange: 0.2,
  horizontalFlip: true,
} as const;
const train = await images.imageDataGenerator(augmenting).flowFromDirectory(join(folder, 'train'), photos);
const validation = await images
  .imageDataGenerator(base.pixels)
  .flowFromDirectory(join(folder, 'validation'), { ...photos, shuffle: false });
const common = { validationData: validation, verbose: 2 } as const;
await net.fit(train, { ...common, epochs: epochsOr(30) });

// 4. Listing 5.22: unfreeze the base from a layer on.
convBase.trainable = true;
let setTrainable = false;
for (const layer of convBase.layers) {
  if (layer.name === base.fineTuneFrom) setTrainable = true;
  // Normalizations keep the statistics of the photos that the base was trained on.
  layer.trainable = setTrainable && layer.className !== 'BatchNormalization';
}
console.log(`Fine-tuning from ${base.fineTuneFrom} on: ${net.trainableWeights.length} weights train.`);

// 5. Listing 5.23: train both together, slowly.
compile(1e-5);
const { history } = await net.fit(train, { ...common, epochs: epochsOr(100) });
await net.save('cats_and_dogs_fine_tuned.keras');

// Listing 5.24: smoothed curves, since the epochs' accuracies jump about.
const curves = charts.trainingCurves(history, { title: 'Fine-tuning', smoothing: 0.8 });
await charts.saveChart('fine_tuning.svg', curves);
const [loss, accuracy] = await net.evaluate(validation, { verbose: 0 });
console.log(
  `Validation after fine-tuning: accuracy ${(100 * accuracy!).toFixed(1)} %, loss ${loss!.toFixed(4)}.`,
);
