/** @file `fovea train`: models, folders with parts, networks to start from, Ctrl-C. */

import assert from 'node:assert/strict';
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encode } from 'fast-png';
import { CommandFolder, lastLine } from '../../tests/support/cli-process.ts';
import { setRandomSeed } from '../base/random.ts';
import { layers, sequential } from '../index.ts';

const folder = new CommandFolder();
const { root } = folder;
const fovea: CommandFolder['fovea'] = (...args) => folder.fovea(...args);
const data = folder.makeData();

test('a model is trained and saved, and the same seed repeats', async () => {
  const args = ['train', data, '--epochs', '3', '--batch-size', '4', '--optimizer', 'adam', '--seed', '1'];
  const trained = await fovea([...args, '--validation-split', '0.2', '--out', 'm.keras', '--json']);
  assert.equal(trained.code, 0, trained.stderr);
  const result = lastLine(trained.stdout);
  assert.equal(trained.stdout.trimEnd().split('\n').length, 1, 'progress is not on standard output');
  assert.match(trained.stderr, /Epoch 3\/3/);
  assert.deepEqual(
    Object.keys(result),
    ['dataset', 'backend', 'isa', 'threads', 'epochs', 'seconds', 'secondsPerEpoch', 'trainAccuracy'].concat([
      'testAccuracy',
      'testLoss',
      'params',
      'model',
      'interrupted',
      ...['testedOn', 'classNames', 'imageShape', 'curves', 'skipped'],
    ]),
  );
  assert.deepEqual([result.testedOn, result.classNames], ['validation', ['dark', 'light']]);
  assert.deepEqual(result.curves, { svg: 'm-curves.svg', png: 'm-curves.png' });
  for (const path of Object.values<string>(result.curves)) assert.ok(existsSync(join(root, path)), path);
  assert.deepEqual(
    [result.dataset, result.epochs, result.secondsPerEpoch.length, result.model],
    [data, 3, 3, 'm.keras'],
  );
  assert.ok(result.testAccuracy >= 0 && result.testAccuracy <= 1);

  const again = lastLine((await fovea([...args, '--validation-split', '0.2', '--json'])).stdout);
  assert.deepEqual([again.testLoss, again.model], [result.testLoss, null], 'the same seed repeats');

  const further = await fovea(['train', data, '--model', 'm.keras', '--epochs', '1', '--json']);
  assert.equal(further.code, 0, further.stderr);
});

test('a folder with parts: augmented training, files that cannot be read, images of other sizes', async () => {
  for (const part of ['train', 'validation', 'test']) {
    cpSync(join(root, data), join(root, 'parts', part), { recursive: true });
  }
  writeFileSync(join(root, 'parts', 'train', 'dark', 'broken.png'), 'no image');
  writeFileSync(join(root, 'parts', 'train', 'dark', 'notes.txt'), 'no image');
  const args = ['train', 'parts', '--augment', '--epochs', '2', '--batch-size', '7', '--seed', '1', '--json'];
  const trained = await fovea([...args, '--learning-rate', '0.002', '--out', 'parts.keras']);
  assert.equal(trained.code, 0, trained.stderr);
  assert.match(trained.stderr, /^Reading parts …\nLeft out 1 file:\n {2}train\/dark\/notes.txt: Its name/);
  assert.match(trained.stderr, /Found 61 images .* 2 classes: 21 for train, 20 for validation, 20 for test/);
  assert.match(trained.stderr, /Skipped: .*broken\.png is no/);
  const result = lastLine(trained.stdout);
  assert.deepEqual([result.testedOn, result.imageShape, result.skipped.length], ['test', [8, 8, 1], 1]);
  assert.equal(lastLine((await fovea(args)).stdout).skipped[0].file, 'dark/broken.png');

  const evaluated = lastLine((await fovea(['evaluate', 'parts.keras', 'parts', '--json'])).stdout);
  assert.deepEqual([evaluated.part, evaluated.images], ['test', 20]);
  assert.equal(evaluated.accuracy, result.testAccuracy);

  const large = encode({ width: 30, height: 20, channels: 3, data: new Uint8Array(1800).fill(20) });
  writeFileSync(join(root, 'large.png'), large);
  const predicted = await fovea(['predict', 'parts.keras', 'large.png', 'none.png', '--json']);
  assert.equal(predicted.code, 1);
  assert.match(predicted.stderr, /^fovea: Could not read the image none\.png: there is no such file\.\n$/);
  const { predictions, failed } = lastLine(predicted.stdout);
  assert.deepEqual([predictions.length, predictions[0].image, failed[0].image], [1, 'large.png', 'none.png']);

  const further = await fovea(['train', 'parts', '--model', 'parts.keras', '--augment', '--epochs', '1']);
  assert.match(further.stderr, /has layers for augmentation already/);
  assert.equal(further.code, 0, further.stderr);
});

/** A base without a classifier, in a file; always of the same weights. */
async function makeBase(): Promise<string> {
  setRandomSeed(1);
  const net = sequential([
    layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 1], name: 'first' }),
    layers.conv2d({ filters: 4, kernelSize: 3, name: 'last' }),
  ]);
  await net.save(join(root, 'base.keras'));
  return 'base.keras';
}
test('a classifier is trained on a base, and the base fine-tuned, where that makes it better', async () => {
  const base = await makeBase();
  const args = ['train', data, '--base', base, '--epochs', '4', '--seed', '1', '--json'];
  const tuned = await fovea([
    ...args,
    '--fine-tune',
    'last',
    '--fine-tune-epochs',
    '3',
    '--out',
    'tuned.keras',
  ]);
  assert.equal(tuned.code, 0, tuned.stderr);
  assert.match(
    tuned.stderr,
    /Features of the training data[\s\S]*Fine-tuning sequential.* from last on: 153 parameters/,
  );
  assert.equal(lastLine(tuned.stdout).epochs, 7);

  // Such steps overflow whatever the first weights are; smaller ones may by chance part the classes.
  const spoiled = [...args, '--fine-tune', 'first', '--fine-tune-epochs', '1', '--fine-tune-rate', '1e30'];
  const kept = await fovea(spoiled);
  assert.equal(kept.code, 0, kept.stderr);
  assert.match(kept.stderr, /the weights from before it are kept/);
  const { testLoss } = lastLine(kept.stdout);
  assert.equal(testLoss, lastLine((await fovea(args)).stdout).testLoss, 'those of the classifier');

  const bare = await fovea(['predict', base, join(data, 'dark', '0.png')]);
  assert.equal(bare.code, 2);
  assert.match(bare.stderr, /gives \[null, 4, 4, 4\]; expected one number for each class/);
});

test('one photo of each class trains on a base, without validation', async () => {
  const base = await makeBase();
  for (const name of ['dark', 'light']) {
    mkdirSync(join(root, 'one', name), { recursive: true });
    copyFileSync(join(root, data, name, '0.png'), join(root, 'one', name, '0.png'));
  }
  const { code, stdout, stderr } = await fovea(['train', 'one', '--base', base, '--epochs', '2', '--json']);
  assert.equal(code, 0, stderr);
  assert.equal(lastLine(stdout).testedOn, null);
  const asked = await fovea(['train', 'one', '--base', base, '--validation-split', '0.2']);
  assert.match(asked.stderr, /too few images to hold some out; leave --validation-split out/);
});

/** Sends SIGINT once, when a text is on standard error. */
function interruptAt(words: string): (text: string, kill: () => void) => void {
  let sent = false;
  return (text, kill) => {
    if (!sent && text.includes(words)) {
      sent = true;
      kill();
    }
  };
}
test('Ctrl-C stops training and keeps what was asked to be saved', async () => {
  const args = ['train', data, '--epochs', '1000000', '--json'];
  const kept = await fovea([...args, '--out', 'stopped.keras'], interruptAt('Epoch 2/'));
  assert.equal(kept.code, 0, kept.stderr);
  assert.match(kept.stderr, /Stopping\. Press.*\n(?:.*\n)*Interrupted in epoch/);
  assert.deepEqual(
    [lastLine(kept.stdout).interrupted, existsSync(join(root, 'stopped.keras'))],
    [true, true],
  );

  const told = await fovea([...args.slice(0, -1), '--out', 'stopped.keras'], interruptAt('Epoch 2/'));
  assert.match(
    told.stdout,
    /^Not tested, because training was interrupted\. Training took .* s\.\nSaved stopped\.keras, stopped-curves\.svg, .*\n$/,
  );

  const lost = await fovea(args, interruptAt('Epoch 2/'));
  assert.deepEqual([lost.code, lost.stdout], [1, '']);
  assert.match(lost.stderr, /Interrupted\. Nothing was saved, because --out was not given/);
});

test('Ctrl-C while features are computed stops at the next batch and saves nothing', async () => {
  const base = await makeBase();
  for (const name of ['dark', 'light']) {
    mkdirSync(join(root, 'many', name), { recursive: true });
    for (let i = 0; i < 400; i++)
      copyFileSync(join(root, data, name, `${i % 10}.png`), join(root, 'many', name, `${i}.png`));
  }
  const args = ['train', 'many', '--base', base, '--batch-size', '1', '--out', 'never.keras'];
  const { code, stdout, stderr } = await fovea(args, interruptAt('Features of'));
  assert.deepEqual([code, stdout, existsSync(join(root, 'never.keras'))], [1, '', false], stderr);
  assert.match(
    stderr,
    /Features of the training data.*\n[\s\S]*Stopping[\s\S]*not kept\.\nfovea: Interrupted before the first epoch: nothing was/,
  );
});
