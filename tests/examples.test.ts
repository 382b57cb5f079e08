/** @file The programs of examples/ run in their short form and print what they should. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Tensor } from '../src/base/tensor.ts';
import { saveImage } from '../src/images/index.ts';
import { conv2d, dense, globalAveragePooling2d } from '../src/layers/index.ts';
import { sequential } from '../src/models/sequential.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

interface Example {
  /** What the program prints. */
  readonly expected: RegExp;
  /** Its arguments; what they name is made in the folder. */
  readonly prepare?: (folder: string) => Promise<readonly string[]>;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  mnist: { expected: /it reads [6-9]\d\.\d\d %.*The first one is a \d; it should be a \d\./s },
  'custom-layer': { expected: /it reads [89]\d\.\d %.*The loaded model predicts the same\./s },
  questions: { expected: /reads \d+\.\d % of digits.*questions\.md or questions.questions\.zh\.md/s },
  'cats-vs-dogs': {
    expected:
      /Total params: 3,453,121.*Found 12 images belonging to 2 classes\..*With augmentation and dropout: validation accuracy.*averaged weights: validation accuracy/s,
    prepare: makePhotos,
  },
  'feature-extraction': {
    expected:
      /A classifier of features: validation accuracy.*before freezing: 160\n.*after freezing: 4\n.*augmentation: validation accuracy/s,
    prepare: makePhotosForSmallBase,
  },
  'fine-tuning': {
    expected: /from block_13_expand on: 17 weights train.*Validation after fine-tuning: accuracy/s,
    prepare: makePhotosForSmallBase,
  },
  visualize: {
    expected: /conv2d: 2 maps of 22 x 18.*The heatmap shows where .* speaks for class [01]\./s,
    prepare: makeModelAndPhoto,
  },
  'teachable-machine': {
    expected: /The model knows cats, dogs\..*New: birds\..*it tells cats, dogs, birds apart/s,
    prepare: makeExport,
  },
};

/** A folder with a few grey pictures of cats and dogs: cats are dark. */
async function makePhotos(folder: string): Promise<readonly string[]> {
  for (const part of ['train', 'validation']) {
    for (const [label, name] of ['cats', 'dogs'].entries()) {
      mkdirSync(join(folder, part, name), { recursive: true });
      for (let i = 0; i < 6; i++) {
        const pixels = new Uint8Array(24 * 20 * 3).fill(100 * label + 10 * i);
        await saveImage(join(folder, part, name, `${i}.png`), new Tensor([24, 20, 3], 'uint8', pixels));
      }
    }
  }
  return ['.'];
}

/** The same, for programs that start from a pretrained network: here a small one without its weights. */
async function makePhotosForSmallBase(folder: string): Promise<readonly string[]> {
  return [...(await makePhotos(folder)), '--network', 'mobilenetv2', '--weights', 'none'];
}

/** What Teachable Machine would export, of a small network, and photos of its classes and a third one. */
async function makeExport(folder: string): Promise<readonly string[]> {
  const features = sequential({
    layers: [conv2d({ filters: 2, kernelSize: 3, inputShape: [16, 16, 3] }), globalAveragePooling2d()],
  });
  const classifier = sequential({
    layers: [
      dense({ units: 100, activation: 'relu', inputShape: [2] }),
      dense({ units: 2, activation: 'softmax', useBias: false }),
    ],
  });
  const whole = sequential({ layers: [features, classifier] });
  whole.classNames = ['cats', 'dogs'];
  await whole.save(join(folder, 'export', 'model.json'), { makeFolder: true, teachableMachine: true });
  await makePhotos(folder);
  cpSync(join(folder, 'train', 'cats'), join(folder, 'train', 'birds'), { recursive: true });
  return ['export', 'train'];
}

/** A small convnet that has learned nothing, and a picture. */
async function makeModelAndPhoto(folder: string): Promise<readonly string[]> {
  const net = sequential({
    layers: [
      conv2d({ name: 'conv2d', filters: 2, kernelSize: 3, activation: 'relu', inputShape: [24, 20, 3] }),
      globalAveragePooling2d(),
      dense({ units: 2, activation: 'softmax' }),
    ],
  });
  await net.save(join(folder, 'net.keras'));
  await makePhotos(folder);
  return ['net.keras', join('train', 'dogs', '5.png')];
}

for (const [name, { expected, prepare }] of Object.entries(EXAMPLES)) {
  test(`examples/${name}.ts`, async () => {
    const program = fileURLToPath(new URL(`../examples/${name}.js`, import.meta.url));
    const cwd = temporaryFolder();
    const args = (await prepare?.(cwd)) ?? [];
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args, '--quick'], { cwd });
    assert.match(stdout, expected);
  });
}
