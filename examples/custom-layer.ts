/**
 * @file A layer of your own: a residual block (He et al. 2015), made of existing layers. It trains, shows in the
 * summary, and is saved and loaded like other layers.
 *
 * Run it with `npm run example custom-layer`; with `--quick` it takes fewer images.
 */

import {
  type CallContext,
  datasets,
  Layer,
  layers,
  loadModel,
  type Node,
  ops,
  optimizers,
  options,
  schedules,
  sequential,
  type Tensor,
  utils,
  withOptions,
} from 'fovea';

/** relu(x + convolution of relu of convolution of x), each convolution normalised over the batch: [h, w, filters] stays. */
class Residual extends withOptions(Layer, {
  /** Channels of the input, and so of the output. */
  filters: options.count(),
}) {
  static override readonly className = 'Residual';
  // A tracked layer is part of this layer: its weights train, freeze and are saved with it.
  readonly conv1 = this.track(this.#convolution());
  readonly norm1 = this.track(this.#normalization());
  readonly conv2 = this.track(this.#convolution());
  readonly norm2 = this.track(this.#normalization());

  override call([x]: readonly Node[], context: CallContext): Node {
    const first = ops.relu(context.apply(this.norm1, context.apply(this.conv1, x!)));
    const second = context.apply(this.norm2, context.apply(this.conv2, first));
    return ops.relu(ops.add(x!, second));
  }

  #convolution() {
    return layers.conv2d({ filters: this.filters, kernelSize: 3, padding: 'same', useBias: false });
  }

  #normalization() {
    // Its default momentum, 0.99, is for longer training: after some hundred steps the moving means that it predicts with
    // would still lag behind the layers before it.
    return layers.batchNormalization({ momentum: 0.9 });
  }
}

/** The first `count` images, as numbers from 0 to 1, and their labels. */
function firstOf(
  [images, labels]: readonly [Tensor, Tensor],
  count: number,
): [images: Tensor, labels: Tensor] {
  return [images.slice([0], [count]).reshape([count, 28, 28, 1]).div(255), labels.slice([0], [count])];
}

const [EPOCHS, BATCH] = [2, 32];
const count = process.argv.includes('--quick') ? 3200 : 12800;
const [train, test] = await datasets.mnist.loadData();
const [images, labels] = firstOf(train, count);
const [testImages, testLabels] = firstOf(test, 1000);

utils.setRandomSeed(1);
const net = sequential([
  layers.conv2d({
    filters: 16,
    kernelSize: 3,
    strides: 2,
    padding: 'same',
    activation: 'relu',
    inputShape: [28, 28, 1],
  }),
  new Residual({ filters: 16 }),
  new Residual({ filters: 16 }),
  layers.globalAveragePooling2d(),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
net.summary();
net.compile({
  // A smaller learning rate at the end, so that the moving means settle.
  optimizer: optimizers.adam({
    learningRate: schedules.cosineDecay({ initialLearningRate: 0.01, decaySteps: (EPOCHS * count) / BATCH }),
  }),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});
await net.fit(images, labels, { epochs: EPOCHS, batchSize: BATCH });
const [, accuracy] = await net.evaluate(testImages, testLabels, { verbose: 0 });
console.log(`Of 1000 digits that it has not seen, it reads ${(100 * accuracy).toFixed(1)} %.`);

await net.save('residual.keras');
const again = await loadModel('residual.keras', { customObjects: { Residual } });
const some = testImages.slice([0], [8]);
const [before, after] = [await net.predict(some, { verbose: 0 }), await again.predict(some, { verbose: 0 })];
const same = before.data.every((value, i) => value === after.data[i]);
console.log(same ? 'The loaded model predicts the same.' : 'The loaded model predicts something else.');
if (!same) process.exitCode = 1;
