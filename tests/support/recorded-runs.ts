/** @file A small network, its data, and a callback that keeps the state of a run at each of its places. */

import { resetNames } from '../../src/base/names.ts';
import { setRandomSeed } from '../../src/base/random.ts';
import { Tensor } from '../../src/base/tensor.ts';
import type { CallbackLike } from '../../src/callbacks/callback.ts';
import { dense, dropout } from '../../src/layers/index.ts';
import { type Sequential, sequential } from '../../src/models/sequential.ts';
import type { TrainingState } from '../../src/models/training/training-state.ts';

export const x = new Tensor(
  [50, 6],
  'float32',
  Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * i)),
);
export const y = new Tensor(
  [50],
  'int32',
  Int32Array.from({ length: 50 }, (_, i) => (i * i) % 3),
);

export function network(seed: number): Sequential {
  resetNames();
  setRandomSeed(seed);
  const net = sequential([
    dense({ units: 12, activation: 'tanh', inputShape: [6] }),
    dropout({ rate: 0.3 }),
    dropout({ rate: 0.2, seed: 4 }),
    dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

export const numbers = (net: Sequential) => net.getWeights().map((weight) => weight.toArray());

/** The logs that a callback with `runsLast` gets, and the state at each place. */
export function recorder() {
  const events: string[] = [];
  const states: TrainingState[] = [];
  let net: Sequential;
  const take = () => {
    const state = net.trainingState();
    // A state is a value: further training does not change it, and copies of it work as well.
    states.push(states.length % 2 === 0 ? state : structuredClone(state));
    events.push('state');
  };
  const callback: CallbackLike = {
    runsLast: true,
    setModel: (model) => {
      net = model as unknown as Sequential;
    },
    onTrainBatchEnd: (batch, logs) => {
      events.push(`batch ${batch} ${JSON.stringify(logs)}`);
      take();
    },
    onEpochEnd: (epoch, logs) => {
      events.push(`epoch ${epoch} ${JSON.stringify(logs)}`);
      take();
    },
    onTrainEnd: (logs) => {
      events.push(`end ${JSON.stringify(logs)}`);
    },
  };
  return { events, states, callback };
}
