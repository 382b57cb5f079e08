/** @file Event files for TensorBoard, against those of Keras: the bytes of the events, and the values of a run of fit. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { decode } from 'fast-png';
import { sizeOf } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { tensorBoard } from '../../src/callbacks/index.ts';
import type { TensorBoardOptions } from '../../src/callbacks/tensor-board.ts';
import { setBackend } from '../../src/engine/backend.ts';
import { scalar, summaryEvent } from '../../src/formats/tensorboard/events.ts';
import { maskedChecksum, record } from '../../src/formats/tensorboard/record.ts';
import { conv2d, dense, flatten } from '../../src/layers/index.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/optimizers/index.ts';
import { assertClose } from '../support/close.ts';
import { type LoggedValue, readEvents, readRecords } from '../support/event-files.ts';
import { fixtureUrl } from '../support/fixtures.ts';

interface Pictures {
  readonly width: number;
  readonly height: number;
  readonly pixels: readonly (readonly number[])[];
}

interface Logged {
  readonly tag: string;
  readonly step: number;
  readonly plugin: string;
  readonly value: readonly number[] | Pictures | string;
}

interface Fixture {
  readonly validationFile: string;
  readonly train: readonly Logged[];
  readonly validation: readonly Logged[];
}

const fixture = JSON.parse(readFileSync(fixtureUrl('tensorboard.json'), 'utf8')) as Fixture;
const folder = mkdtempSync(join(tmpdir(), 'fovea-board-'));
after(() => rmSync(folder, { recursive: true }));
before(() => setBackend('wasm', { threads: 1 }));

test('the checksum is CRC-32C', () => {
  const digits = new TextEncoder().encode('123456789');
  const crc = 0xe3069283;
  assert.equal(maskedChecksum(digits), (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
});

test('events are the bytes of TensorFlow', () => {
  const file = Buffer.from(fixture.validationFile, 'base64');
  const records = readRecords(file).slice(1);
  const events = readEvents(file);
  assert.equal(events.length, fixture.validation.length);
  events.forEach(({ wallTime, step, tag, values }, index) => {
    const bytes = summaryEvent(wallTime, step, scalar(tag, values[0] as number));
    assert.deepEqual(bytes, Uint8Array.from(records[index]!), tag);
    const framed = file.indexOf(record(bytes));
    assert.ok(framed > 0, 'and its frame');
  });
});

/** The numbers that tools/parity/make_tensorboard.py makes. */
function numbers(...shape: number[]): Tensor {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => (((i * 37) % 101) - 50) / 64);
  return new Tensor(shape, 'float32', values);
}

function network() {
  const net = sequential({
    name: 'net',
    layers: [
      conv2d({ filters: 5, kernelSize: 2, activation: 'relu', name: 'conv', inputShape: [4, 4, 1] }),
      flatten(),
      dense({ units: 2, name: 'dense' }),
    ],
  });
  net.setWeights(net.weights.map(({ shape }) => numbers(...shape)));
  net.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
  return net;
}

/** Trains as make_tensorboard.py does and reads what was written. */
async function written(name: string, options: TensorBoardOptions) {
  const logDir = join(folder, name);
  await network().fit(numbers(20, 4, 4, 1), numbers(20, 2), {
    ...{ epochs: 3, batchSize: 4, shuffle: false, verbose: 0, validationSplit: 0.25 },
    callbacks: tensorBoard({ logDir, ...options }),
  });
  const read = (part: string) => {
    const [file, ...others] = readdirSync(join(logDir, part));
    assert.deepEqual(others, []);
    assert.match(file!, /^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2$/);
    return readEvents(readFileSync(join(logDir, part, file!)));
  };
  return { train: read('train'), validation: read('validation') };
}

function checkValue({ tag, plugin, shape, values }: LoggedValue, expected: Logged['value']): void {
  if (plugin === 'graph_keras_model') {
    const model = JSON.parse(new TextDecoder().decode(values[0] as Uint8Array));
    assert.deepEqual([model.class_name, shape], [expected, []]);
  } else if (plugin === 'images') {
    const { width, height, pixels } = expected as Pictures;
    const texts = values.slice(0, 2).map((value) => new TextDecoder().decode(value as Uint8Array));
    assert.deepEqual(texts, [String(width), String(height)]);
    assert.deepEqual(shape, [values.length]);
    const actual = values.slice(2).map((file) => [...decode(file as Uint8Array).data]);
    assert.equal(actual.length, pixels.length);
    actual.forEach((picture, i) => {
      picture.forEach((pixel, at) => {
        assert.ok(Math.abs(pixel - pixels[i]![at]!) <= 1, `${tag}: ${pixel}, ${pixels[i]![at]}`);
      });
    });
  } else {
    assert.deepEqual(shape, plugin === 'histograms' ? [30, 3] : []);
    assertClose(values as number[], expected as number[], 1e-5, tag);
  }
}

test('a run of fit writes what Keras writes', async () => {
  const options = { histogramFreq: 2, writeImages: true, updateFreq: 2 };
  const { train, validation } = await written('keras', options);
  for (const [actual, expected] of [
    [train, fixture.train],
    [validation, fixture.validation],
  ] as const) {
    const place = ({ tag, step, plugin }: Logged | LoggedValue) => `${tag} ${step} ${plugin}`;
    assert.deepEqual(actual.map(place), expected.map(place));
    actual.forEach((value, i) => {
      checkValue(value, expected[i]!.value);
    });
  }
});

test('options say what is written', async () => {
  const { train } = await written('little', { writeGraph: false });
  assert.deepEqual(
    [...new Set(train.map(({ tag }) => tag))],
    ['epoch_loss', 'epoch_mae', 'epoch_learning_rate'],
  );
  const { train: speeds } = await written('speeds', { updateFreq: 'batch', writeStepsPerSecond: true });
  const tags = speeds.map(({ tag }) => tag);
  assert.equal(tags.filter((tag) => tag === 'batch_steps_per_second').length, 12);
  assert.equal(tags.filter((tag) => tag === 'epoch_steps_per_second').length, 3);
  const wrong = /profileBatch=2 is not supported/;
  assert.throws(() => tensorBoard({ profileBatch: 2 } as never), wrong);
  assert.throws(() => tensorBoard({ embeddingsFreq: 1 } as never), /embeddingsFreq=1 is not supported/);
  assert.throws(() => tensorBoard({ updateFreq: 0 }), /Expected 'epoch', 'batch' or a whole number/);
});
