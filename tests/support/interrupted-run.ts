/**
 * @file A program that trains with a backup, to be killed and started again: `node interrupted-run.js FOLDER SAVE_FREQ
 * TRAINING`, where TRAINING is a name of the list below. FOLDER `none`: without a backup.
 *
 * It writes lines: `ready` when training begins, `batch <epoch> <batch> <logs>` and `epoch <epoch> <logs>` as it goes
 * on, and at last `done <weights in base64> <optimizer's variables in base64> <history>`.
 */

import { setRandomSeed } from '../../src/base/random.ts';
import { Tensor } from '../../src/base/tensor.ts';
import type { CallbackLike } from '../../src/callbacks/callback.ts';
import { backupAndRestore, earlyStopping, reduceLROnPlateau } from '../../src/callbacks/index.ts';
import { batchNormalization, conv2d, dense, dropout, flatten } from '../../src/layers/index.ts';
import { meanIoU } from '../../src/metrics/index.ts';
import { sequential } from '../../src/models/sequential.ts';
import { adam } from '../../src/optimizers/index.ts';
import type { Optimizer } from '../../src/optimizers/optimizer.ts';
import { cosineDecay } from '../../src/schedules/index.ts';

const SAMPLES = 300;
const EPOCHS = 8;

/** The 15 batches of an epoch are not a multiple of the numbers of steps after which something happens. */
const TRAININGS: Readonly<
  Record<string, () => { optimizer: Optimizer; callbacks: readonly CallbackLike[] }>
> = {
  average: () => ({ optimizer: adam({ learningRate: wave(), useEma: true }), callbacks: [stopping()] }),
  overwritten: () => ({
    optimizer: adam({ learningRate: wave(), useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 7 }),
    callbacks: [stopping()],
  }),
  accumulated: () => ({
    optimizer: adam({
      learningRate: wave(),
      useEma: true,
      emaOverwriteFrequency: 4,
      gradientAccumulationSteps: 4,
      clipnorm: 0.5,
    }),
    callbacks: [stopping()],
  }),
  plateau: () => ({
    optimizer: adam({ learningRate: 0.01 }),
    callbacks: [
      reduceLROnPlateau({ factor: 0.5, patience: 1, minDelta: 0.05 }),
      // Stops some epochs before the last, and restores the weights of an earlier epoch.
      earlyStopping({ patience: 3, minDelta: 0.01, restoreBestWeights: true }),
    ],
  }),
};
const wave = () =>
  cosineDecay({ initialLearningRate: 0, warmupTarget: 0.01, warmupSteps: 20, decaySteps: 80, alpha: 0.1 });
const stopping = () => earlyStopping({ patience: EPOCHS, restoreBestWeights: true });

const [folder, frequency, training] = process.argv.slice(2);
const { optimizer, callbacks } = TRAININGS[training!]!();
const say = (...words: unknown[]) => {
  process.stdout.write(
    `${words.map((word) => (typeof word === 'object' ? JSON.stringify(word) : word)).join(' ')}\n`,
  );
};

let epochNow = 0;
const report: CallbackLike = {
  // With a backup every epoch, batches run in series, as they do when no callback acts on batches.
  onlyWatches: frequency === 'epoch',
  onTrainBegin: () => say('ready'),
  onEpochBegin: (epoch) => {
    epochNow = epoch;
  },
  onTrainBatchEnd: (batch, logs) => say('batch', epochNow, batch, logs),
  onEpochEnd: (epoch, logs) => say('epoch', epoch, logs),
};

setRandomSeed(12);
const x = new Tensor(
  [SAMPLES, 8, 8, 1],
  'float32',
  Float32Array.from({ length: SAMPLES * 64 }, (_, i) => Math.sin(i * i)),
);
const y = new Tensor(
  [SAMPLES],
  'int32',
  Int32Array.from({ length: SAMPLES }, (_, i) => (i * i) % 3),
);
const net = sequential([
  conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
  batchNormalization(),
  dropout({ rate: 0.25, seed: 9 }),
  flatten(),
  dropout({ rate: 0.5 }),
  dense({ units: 3, activation: 'softmax' }),
]);
net.compile({
  optimizer,
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy', meanIoU({ numClasses: 3, sparseYPred: false })],
});
const saveFreq = frequency === 'epoch' ? frequency : Number(frequency);
const { history } = await net.fit(x, y, {
  epochs: EPOCHS,
  batchSize: 16,
  validationSplit: 0.2,
  verbose: 0,
  callbacks: [
    report,
    ...callbacks,
    ...(folder === 'none'
      ? []
      : [backupAndRestore({ backupDir: folder!, saveFreq, doubleCheckpoint: saveFreq !== 'epoch' })]),
  ],
});
const bytes = (list: readonly { data: NodeJS.TypedArray }[]) =>
  Buffer.concat(list.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))).toString(
    'base64',
  );
const kept = optimizer.variables.map((variable) => ({ data: variable.read() }));
say('done', bytes(net.getWeights()), bytes(kept), history);
