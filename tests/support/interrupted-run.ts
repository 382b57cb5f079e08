/**
 * @file A program that trains with a backup, to be killed and started again: `node interrupted-run.js FOLDER SAVE_FREQ`.
 *
 * It writes lines: `ready` when training begins, `batch <epoch> <batch> <logs>` and `epoch <epoch> <logs>` as it goes on,
 * and at last `done <weights in base64> <history>`.
 */

import { setRandomSeed } from '../../src/base/random.ts';
import { Tensor } from '../../src/base/tensor.ts';
import type { CallbackLike } from '../../src/callbacks/callback.ts';
import { backupAndRestore, earlyStopping } from '../../src/callbacks/index.ts';
import { batchNormalization, conv2d, dense, dropout, flatten } from '../../src/layers/index.ts';
import { meanIoU } from '../../src/metrics/index.ts';
import { sequential } from '../../src/models/sequential.ts';
import { adam } from '../../src/optimizers/index.ts';

const SAMPLES = 300;
const EPOCHS = 8;

const [folder, frequency] = process.argv.slice(2);
const say = (...words: unknown[]) => {
  process.stdout.write(
    `${words.map((word) => (typeof word === 'object' ? JSON.stringify(word) : word)).join(' ')}\n`,
  );
};

let epochNow = 0;
const report: CallbackLike = {
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
  optimizer: adam(),
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
    earlyStopping({ patience: EPOCHS, restoreBestWeights: true }),
    ...(folder === 'none'
      ? []
      : [backupAndRestore({ backupDir: folder!, saveFreq, doubleCheckpoint: saveFreq !== 'epoch' })]),
  ],
});
const weights = Buffer.concat(
  net.getWeights().map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
);
say('done', weights.toString('base64'), history);
