/**
 * @file A model of Teachable Machine gets one more class: its export is opened, a class is added to its classifier, which is
 * trained on photos of all classes, and everything is saved so that Teachable Machine's own library opens it again.
 *
 * Run it with `npm run example teachable-machine EXPORT PHOTOS`. EXPORT is the folder or the zip that Teachable Machine gave
 * (TensorFlow.js or Keras); PHOTOS has a folder of photos for each class, named as the model names them, and for the new one.
 * The result is in `teachable-machine/`. `--epochs N` takes other than 20 epochs.
 */

import { parseArgs } from 'node:util';
import {
  images,
  type Layer,
  layers,
  loadModel,
  type Model,
  sequential,
  type Tensor,
  tensor,
  utils,
} from 'fovea';

const { values, positionals } = parseArgs({
  options: { epochs: { type: 'string', default: '20' }, quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [exported, photos] = positionals;
if (exported === undefined || photos === undefined) {
  console.error('npm run example teachable-machine EXPORT PHOTOS');
  process.exit(2);
}
utils.setRandomSeed(1);

// The export is two models in a row: a network that turns a photo into features, and a classifier of features.
const whole = await loadModel(exported);
const isModel = (layer: Layer): layer is Model => 'layers' in layer;
const [features, classifier] = whole.layers.filter(isModel);
if (features === undefined || classifier === undefined || whole.classNames === null) {
  throw new Error(`${exported} is no image model of Teachable Machine.`);
}
const known = whole.classNames;
console.log(`The model knows ${known.join(', ')}.`);

// Photos as Teachable Machine sees them: the middle square, 224 x 224 pixels, from -1 to 1.
const [, height, width] = whole.inputs[0]!.shape as [null, number, number, number];
const dataset = await images.datasetFromDirectory(photos, {
  imageSize: [height, width],
  cropToAspectRatio: true,
  batchSize: 16,
  shuffle: false,
});
const added = dataset.classNames!.filter((name) => !known.includes(name));
const missing = known.filter((name) => !dataset.classNames!.includes(name));
if (added.length === 0 || missing.length > 0) {
  throw new Error(
    `${photos} needs a folder for each class that the model knows, and for new ones. ` +
      `Without a folder: ${missing.join(', ') || 'none'}; new: ${added.join(', ') || 'none'}.`,
  );
}
const names = [...known, ...added];
console.log(`New: ${added.join(', ')}.`);

// What does not change is computed once.
const found: Tensor[] = [];
const labels: number[] = [];
for await (const [x, y] of dataset) {
  found.push(await features.predictOnBatch(x.div(127.5).sub(1)));
  labels.push(...Array.from(y.data, (label) => names.indexOf(dataset.classNames![Number(label)]!)));
}
const x = found[0]!.concat(found.slice(1));
const y = utils.toCategorical(labels, names.length);

/** The weights of the last layer with columns for the new classes, which begin small. */
function widened(weight: Tensor, columns: number): Tensor {
  const [rows, old] = weight.shape as [number, number];
  const wide = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      wide[row * columns + column] = column < old ? Number(weight.data[row * old + column]) : 0;
    }
  }
  return tensor(wide, [rows, columns]);
}

// The same classifier with more outputs. What it knew, it knows still.
const [hidden, last] = classifier.layers;
const head = sequential({
  name: classifier.name,
  layers: [
    layers.dense({ units: 100, activation: 'relu', inputShape: [x.shape[1]!] }),
    layers.dense({ units: names.length, activation: 'softmax', useBias: false }),
  ],
});
head.setWeights([...hidden!.getWeights(), widened(last!.getWeights()[0]!, names.length)]);
head.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
await head.fit(x, y, { epochs: values.quick ? 2 : Number(values.epochs), batchSize: 16, verbose: 2 });

const result = sequential({ name: whole.name, layers: [features, head] });
result.classNames = names;
await result.save('teachable-machine/model.json', { makeFolder: true, teachableMachine: true });
const again = await loadModel('teachable-machine');
const [loss, accuracy] = await head.evaluate(x, y, { verbose: 0 });
console.log(
  `Saved to teachable-machine/: it tells ${again.classNames!.join(', ')} apart. On these photos: accuracy ` +
    `${(100 * accuracy!).toFixed(1)} %, loss ${loss!.toFixed(4)}.`,
);
