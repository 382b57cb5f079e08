/**
 * @file Chapter 5.1 of Deep Learning with Python: a convnet that reads handwritten digits.
 *
 * Run it with `npm run example mnist`; with `--quick` it takes a thirtieth of the images and one epoch.
 */

import { datasets, loadModel, utils } from 'fovea';
import { chapterNetwork } from './chapter-network.ts';

const quick = process.argv.includes('--quick');
const [trainCount, testCount] = quick ? [2000, 500] : [60000, 10000];

const [[allImages, allLabels], [allTestImages, allTestLabels]] = await datasets.mnist.loadData();
const images = allImages.slice([0], [trainCount]).reshape([trainCount, 28, 28, 1]).div(255);
const labels = utils.toCategorical(allLabels.slice([0], [trainCount]), 10);
const testImages = allTestImages.slice([0], [testCount]).reshape([testCount, 28, 28, 1]).div(255);
const testLabels = utils.toCategorical(allTestLabels.slice([0], [testCount]), 10);

utils.setRandomSeed(1);
const net = chapterNetwork();
net.summary();
net.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
await net.fit(images, labels, { epochs: quick ? 1 : 5, batchSize: 64 });

const [testLoss, testAccuracy] = await net.evaluate(testImages, testLabels);
console.log(
  `Of ${testCount} digits that it has not seen, it reads ${(100 * testAccuracy!).toFixed(2)} % (loss ${testLoss!.toFixed(4)}).`,
);

await net.save('mnist.keras'); // Keras opens it
const again = await loadModel('mnist.keras');
const probabilities = await again.predict(testImages.slice([0], [1]), { verbose: 0 });
console.log(
  `The first one is a ${probabilities.argMax().item()}; it should be a ${allTestLabels.slice([0], [1]).item()}.`,
);
