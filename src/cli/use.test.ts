/** @file What a saved model is used for: evaluate, report, explain, convert, predict, summary. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { CommandFolder, lastLine } from '../../tests/support/cli-process.ts';
import { layers, type Node, ops, sequential, tensor } from '../index.ts';

const folder = new CommandFolder();
const { root } = folder;
const fovea: CommandFolder['fovea'] = (...args) => folder.fovea(...args);
const data = folder.makeData();

before(async () => {
  const args = ['train', data, '--epochs', '3', '--batch-size', '4', '--optimizer', 'adam', '--seed', '1'];
  const { code, stderr } = await fovea([...args, '--validation-split', '0.2', '--out', 'm.keras']);
  assert.equal(code, 0, stderr);
});

test('a model is measured', async () => {
  const evaluated = await fovea(['evaluate', 'm.keras', data, '--json']);
  assert.equal(evaluated.code, 0, evaluated.stderr);
  assert.equal(lastLine(evaluated.stdout).images, 20);
});

test('a report names its images, and has the curves of the training', async () => {
  const damaged = join(root, data, 'dark', '0b.png');
  writeFileSync(damaged, readFileSync(join(root, data, 'dark', '0.png')).subarray(0, 60));
  const dangling = join(root, data, 'light', 'gone.png');
  symlinkSync('nowhere.png', dangling);
  const reported = await fovea(['report', 'm.keras', data, '--out', 'm.html', '--lang', 'zh', '--json']);
  rmSync(damaged);
  rmSync(dangling);
  assert.equal(reported.code, 0, reported.stderr);
  assert.equal(lastLine(reported.stdout).images, 20);
  const page = readFileSync(join(root, 'm.html'), 'utf8');
  assert.match(page, /<html lang="zh">/);
  // Names stay with their images where a file before them cannot be read.
  assert.match(page, /dark\/9\.png：dark/);
  assert.doesNotMatch(page, /dark\/\w+\.png：light/);
  const unread =
    /有 2 个文件无法读取，没有计入：<\/p><ul><li>light\/gone\.png<\/li><li>dark\/0b\.png<\/li><\/ul>/;
  assert.match(page, unread);
  assert.doesNotMatch(page, /没有训练记录/, 'the curves of the training that is recorded beside the model');
});

test('an explanation shows the asked class first', async () => {
  const explained = await fovea([
    'explain',
    'm.keras',
    join(data, 'dark', '0.png'),
    '--out',
    'why',
    '--target',
    'light',
    '--json',
  ]);
  assert.equal(explained.code, 0, explained.stderr);
  const { files, top } = lastLine(explained.stdout);
  assert.deepEqual([top.length, top[0].className], [2, 'light']);
  const explanation = readFileSync(join(root, 'why', 'index.html'), 'utf8');
  assert.ok(
    files.includes('heatmap-1.png') && files.includes('patterns-1.png') && files.includes('index.html'),
  );
  for (const [, file] of explanation.matchAll(/src="([^"]+)"/g))
    assert.ok(existsSync(join(root, 'why', file!)), file);
});

test('one unit without names: heatmaps for either class', async () => {
  const net = sequential({
    layers: [
      layers.conv2d({ filters: 1, kernelSize: 3, inputShape: [8, 8, 1] }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 1, kernelInitializer: 'ones', activation: 'sigmoid' }),
    ],
  });
  const [kernel, ...others] = net.getWeights();
  // Never the second class: all of its images are mistakes.
  net.setWeights([kernel!.mul(0).sub(1), ...others]);
  await net.save(join(root, 'unit.keras'));
  const reported = await fovea(['report', 'unit.keras', data, '--out', 'unit.html']);
  assert.equal(reported.code, 0, reported.stderr);
  assert.match(readFileSync(join(root, 'unit.html'), 'utf8'), /Heatmap for light/);
  const why = ['explain', 'unit.keras', join(data, 'dark', '0.png'), '--target', '0', '--out', 'unit'];
  assert.equal((await fovea(why)).code, 0);
  const page = readFileSync(join(root, 'unit', 'index.html'), 'utf8');
  const trusted = page.slice(page.indexOf('Can it be trusted'));
  const areas = [...trusted.slice(0, 400).matchAll(/-?\d\.\d\d/g)].map(([number]) => Number(number));
  assert.equal(areas.length, 4);
  assert.ok(
    areas.every((area) => area >= 0),
    `${areas}`,
  );
});

test('a model is converted there and back', async () => {
  const evaluated = await fovea(['evaluate', 'm.keras', data, '--json']);
  for (const file of ['m.h5', 'web/model.json', 'm.weights.h5', 'm.safetensors']) {
    const converted = await fovea(['convert', 'm.keras', file, '--json']);
    assert.equal(converted.code, 0, converted.stderr);
    assert.deepEqual(lastLine(converted.stdout).classNames, ['dark', 'light']);
  }
  const sized = await fovea(['convert', 'm.keras', 'm.h5', '--image-size', '16']);
  assert.equal(sized.code, 2);
  assert.match(sized.stderr, /--image-size does not go with m\.keras/);
  const back = await fovea(['convert', 'web/model.json', 'again.keras', '--json']);
  assert.equal(back.code, 0, back.stderr);
  const evaluatedAgain = await fovea(['evaluate', 'again.keras', data, '--json']);
  assert.equal(
    lastLine(evaluatedAgain.stdout).loss,
    lastLine(evaluated.stdout).loss,
    'the same through two conversions',
  );
});

test('a model classifies images, and is shown', async () => {
  const images = [join(data, 'dark', '0.png'), join(data, 'light', '0.png')];
  const predicted = await fovea(['predict', 'm.keras', ...images, '--json']);
  assert.equal(predicted.code, 0, predicted.stderr);
  for (const { probabilities, className, class: index } of lastLine(predicted.stdout).predictions) {
    assert.ok(Math.abs(probabilities[0] + probabilities[1] - 1) < 1e-5);
    assert.equal(className, ['dark', 'light'][index]);
  }
  const asFolder = await fovea(['predict', 'm.keras', data]);
  assert.deepEqual([asFolder.code, asFolder.stdout], [2, '']);
  assert.match(asFolder.stderr, /data is a folder; give image files, such as data\/\*\.jpg/);
  assert.match((await fovea(['predict', 'm.keras', images[0]!])).stdout, /0\.png: (dark|light) \(\d/);
  const summary = await fovea(['summary', 'm.keras', '--style', 'keras2']);
  assert.match(summary.stdout, /Total params: /);
});

test('functions of users as loss and metric keep no model from predicting and from its summary', async () => {
  const ownError = (yTrue: Node, yPred: Node) => ops.abs(ops.sub(yTrue, yPred));
  const net = sequential([layers.flatten({ inputShape: [8, 8, 1] }), layers.dense({ units: 2 })]);
  net.compile({ optimizer: 'adam', loss: ownError, metrics: [ownError] });
  await net.save(join(root, 'own.keras'));
  const predicted = await fovea(['predict', 'own.keras', join(data, 'dark', '0.png'), '--json']);
  assert.equal(predicted.code, 0, predicted.stderr);
  const evaluated = await fovea(['evaluate', 'own.keras', data, '--json']);
  assert.equal(evaluated.code, 0, evaluated.stderr);
  const summary = await fovea(['summary', 'own.keras']);
  assert.match(summary.stdout, /Total params: 130/);
  assert.match(summary.stderr, /The optimizer is left out.*ownError/);
});

test('one unit of logits without convolutions: the probability of both classes, and what cannot be shown', async () => {
  const net = sequential({
    layers: [
      layers.flatten({ inputShape: [8, 8, 1] }),
      layers.dense({ units: 1, kernelInitializer: 'zeros' }),
    ],
  });
  const [kernel] = net.getWeights();
  net.setWeights([kernel!, tensor([0.25], [1])]);
  await net.save(join(root, 'logit.keras'));
  const picture = join(data, 'dark', '0.png');
  const predicted = await fovea(['predict', 'logit.keras', picture, '--json']);
  assert.equal(predicted.code, 0, predicted.stderr);
  const [prediction] = lastLine(predicted.stdout).predictions;
  assert.equal(prediction.class, 1);
  assert.ok(Math.abs(prediction.probability - 1 / (1 + Math.exp(-0.25))) < 1e-6);

  const explained = await fovea([
    'explain',
    'logit.keras',
    picture,
    '--out',
    'logit',
    '--lang',
    'zh',
    '--json',
  ]);
  assert.equal(explained.code, 0, explained.stderr);
  const [best] = lastLine(explained.stdout).top;
  assert.deepEqual([best.class, best.score], [1, prediction.probability]);
  const page = readFileSync(join(root, 'logit', 'index.html'), 'utf8');
  assert.match(page, /<html lang="zh">[\s\S]*>参数从何而来</);
  assert.match(page, /这里无法显示，原因是：<span lang="en">.* comes from no convolution/);
  assert.doesNotMatch(
    page,
    />[^<]*(?:Layer|Parameters|Skip|Attribution)[^<]*</,
    'nothing is left in English',
  );
  assert.match(page, /has no rectifiers/);
});
