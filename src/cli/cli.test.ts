import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import { layers, type Node, ops, sequential, tensor } from '../index.ts';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'fovea-cli-'));
after(() => rmSync(root, { recursive: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `fovea ARGS…`; `onText` sees standard error as it grows and may send signals. */
function fovea(
  args: string[],
  onText?: (text: string, kill: () => void) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: root, env: { ...process.env, ...env } });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    ended.stdout += text;
  });
  child.stderr.on('data', (text) => {
    ended.stderr += text;
    onText?.(ended.stderr, () => child.kill('SIGINT'));
  });
  return new Promise((done) => child.on('close', (code) => done({ ...ended, code })));
}

const lastLine = (text: string) => JSON.parse(text.trimEnd().split('\n').at(-1)!);

/** Dark images in one class, bright ones in the other. */
function makeData(): string {
  for (const [name, base] of [
    ['dark', 20],
    ['light', 200],
  ] as const) {
    mkdirSync(join(root, 'data', name), { recursive: true });
    for (let i = 0; i < 10; i++) {
      const data = Uint8Array.from({ length: 64 }, (_, at) => base + ((at * 7 + i * 13) % 40));
      writeFileSync(join(root, 'data', name, `${i}.png`), encode({ width: 8, height: 8, channels: 1, data }));
    }
  }
  return 'data';
}
const data = makeData();

test('help and version go to standard output', async () => {
  const help = await fovea(['--help']);
  assert.deepEqual([help.code, help.stderr], [0, '']);
  for (const command of [
    'train',
    'evaluate',
    'predict',
    'summary',
    'explain',
    'report',
    'convert',
    'doctor',
    'bench',
  ]) {
    assert.match(help.stdout, new RegExp(`^ {2}${command} `, 'm'));
    assert.equal((await fovea([command, '--help'])).code, 0);
  }
  const version = await fovea(['--version']);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

test('wrong usage ends with 2 and one sentence', async () => {
  mkdirSync(join(root, 'folder.keras'));
  const cases: [string[], RegExp][] = [
    [['trian'], /unknown command 'trian'/],
    [['train'], /missing required argument 'data'/],
    [['train', data, '--epoch', '3'], /unknown option '--epoch'/],
    [['train', data, '--epochs', '0'], /Expected a whole number from 1 up/],
    [['train', data, '--epochs', '1.5'], /Expected a whole number/],
    [['train', data, '--seed', '-1'], /Expected a whole number from 0 to 4294967295/],
    [['train', data, '--no-flip'], /--no-flip says how --augment changes images/],
    [['train', data, '--learning-rate', '0'], /Expected a number above 0/],
    [['train', data, '--validation-split', '1'], /Expected a number between 0 and 1/],
    [['train', data, '--backend', 'gpu'], /Allowed choices are native, wasm, auto/],
    [['train', data, '--out', 'model.bin'], /must end in \.keras/],
    [['train', data, '--out', 'none/model.keras'], /does not exist or cannot be written to/],
    [['train', data, '--optimizer', 'rmsporp'], /Did you mean 'rmsprop'/],
    [['train', data, '--model', 'none.keras'], /There is no model file none\.keras/],
    [['train', 'mnits'], /Unknown data set 'mnits'\. Did you mean 'mnist'\?.*no folder of that name/],
    [['evaluate', 'none.keras', data], /There is no model file/],
    [['report', 'none.keras', data, '--out', 'r.html'], /There is no model file/],
    [['report', 'none.keras', data, '--out', 'r.pdf'], /must end in \.html/],
    [['report', 'none.keras', data, '--out', 'r.html', '--lang', 'fr'], /expected en or zh/],
    [['report', 'none.keras', data], /--out/],
    [['explain', 'none.keras', 'x.png', '--out', 'why'], /There is no model file/],
    [['train', data, '--base', 'mobilnet'], /no network of that name\. Did you mean 'mobilenet'/],
    [['train', data, '--fine-tune', 'Conv_1'], /say with --base which one/],
    [['train', data, '--base', 'vgg16', '--fine-tune-rate', '1'], /name the layer/],
    [['train', 'none', '--base', 'vgg16'], /Unknown data set 'none'/],
    [['train', 'mnist', '--base', 'vgg16'], /--base is for folders of photos/],
    [['train', data, '--out', 'folder.keras'], /there is a folder of that name/],
    [['convert', 'none.keras', 'x.h5'], /There is no model file/],
    [['convert', 'none.keras', 'x.onnx'], /must end in \.keras, \.h5 or model\.json/],
    [['convert', 'none.keras', 'none.keras'], /are one file/],
    [['doctor', 'none'], /There is no folder none/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await fovea(args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^ {4}at /m, 'no stack');
  }
});

test('a model is trained, saved, measured, shown and used', async () => {
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

  const evaluated = await fovea(['evaluate', 'm.keras', data, '--json']);
  assert.equal(evaluated.code, 0, evaluated.stderr);
  assert.equal(lastLine(evaluated.stdout).images, 20);

  const damaged = join(root, data, 'dark', '0b.png');
  writeFileSync(damaged, readFileSync(join(root, data, 'dark', '0.png')).subarray(0, 60));
  const reported = await fovea(['report', 'm.keras', data, '--out', 'm.html', '--lang', 'zh', '--json']);
  rmSync(damaged);
  assert.equal(reported.code, 0, reported.stderr);
  assert.equal(lastLine(reported.stdout).images, 20);
  const page = readFileSync(join(root, 'm.html'), 'utf8');
  assert.match(page, /<html lang="zh">/);
  // Names stay with their images where a file before them cannot be read.
  assert.match(page, /dark\/9\.png：dark/);
  assert.doesNotMatch(page, /dark\/\w+\.png：light/);
  assert.doesNotMatch(page, /没有训练记录/, 'the curves of the training that is recorded beside the model');

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

  mkdirSync(join(root, 'web'));
  for (const file of ['m.h5', 'web/model.json', 'm.weights.h5', 'm.safetensors']) {
    const converted = await fovea(['convert', 'm.keras', file, '--json']);
    assert.equal(converted.code, 0, converted.stderr);
    assert.deepEqual(lastLine(converted.stdout).classNames, ['dark', 'light']);
  }
  const back = await fovea(['convert', 'web/model.json', 'again.keras', '--json']);
  assert.equal(back.code, 0, back.stderr);
  const evaluatedAgain = await fovea(['evaluate', 'again.keras', data, '--json']);
  assert.equal(
    lastLine(evaluatedAgain.stdout).loss,
    lastLine(evaluated.stdout).loss,
    'the same through two conversions',
  );

  const images = [join(data, 'dark', '0.png'), join(data, 'light', '0.png')];
  const predicted = await fovea(['predict', 'm.keras', ...images, '--json']);
  assert.equal(predicted.code, 0, predicted.stderr);
  for (const { probabilities, className, class: index } of lastLine(predicted.stdout).predictions) {
    assert.ok(Math.abs(probabilities[0] + probabilities[1] - 1) < 1e-5);
    assert.equal(className, ['dark', 'light'][index]);
  }
  assert.match((await fovea(['predict', 'm.keras', images[0]!])).stdout, /0\.png: (dark|light) \(\d/);
  const summary = await fovea(['summary', 'm.keras', '--style', 'keras2']);
  assert.match(summary.stdout, /Total params: /);

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

/** A base without a classifier, in a file. */
async function makeBase(): Promise<string> {
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

  const spoiled = [...args, '--fine-tune', 'first', '--fine-tune-epochs', '1', '--fine-tune-rate', '1e6'];
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

test('failing work ends with 1 and one sentence', async () => {
  writeFileSync(join(root, 'broken.keras'), 'no model');
  const { code, stderr } = await fovea(['summary', 'broken.keras']);
  assert.equal(code, 1);
  assert.match(stderr, /^fovea: [^\n]+\n$/);
  const verbose = await fovea(['summary', 'broken.keras', '--verbose']);
  assert.match(verbose.stderr, /^ {4}at /m);
});

/** Sends SIGINT once, when the second epoch begins. */
function interruptInSecondEpoch(): (text: string, kill: () => void) => void {
  let sent = false;
  return (text, kill) => {
    if (!sent && text.includes('Epoch 2/')) {
      sent = true;
      kill();
    }
  };
}

test('Ctrl-C stops training and keeps what was asked to be saved', async () => {
  const args = ['train', data, '--epochs', '1000000', '--json'];
  const kept = await fovea([...args, '--out', 'stopped.keras'], interruptInSecondEpoch());
  assert.equal(kept.code, 0, kept.stderr);
  assert.match(kept.stderr, /Stopping\. Press.*\n(?:.*\n)*Interrupted in epoch/);
  assert.deepEqual(
    [lastLine(kept.stdout).interrupted, existsSync(join(root, 'stopped.keras'))],
    [true, true],
  );

  const told = await fovea([...args.slice(0, -1), '--out', 'stopped.keras'], interruptInSecondEpoch());
  assert.match(
    told.stdout,
    /^Not tested, because training was interrupted\. Training took .* s\.\nSaved stopped\.keras, stopped-curves\.svg, .*\n$/,
  );

  const lost = await fovea(args, interruptInSecondEpoch());
  assert.deepEqual([lost.code, lost.stdout], [1, '']);
  assert.match(lost.stderr, /Interrupted\. Nothing was saved, because --out was not given/);
});

test('doctor reports the machine', async () => {
  const { code, stdout, stderr } = await fovea(['doctor', '--json']);
  assert.equal(code, 0, stderr);
  const found = lastLine(stdout);
  assert.equal(found.node, process.version);
  assert.equal(found.backends.find((each: { name: string }) => each.name === 'wasm').available, true);
  assert.ok(Object.values(found.packages).every((version) => typeof version === 'string'));
  assert.match((await fovea(['doctor'])).stdout, /^backend +\S/m);
});

test('doctor tells of settings that cannot be had', async () => {
  const env = { FOVEA_BACKEND: 'abacus' };
  const { code, stdout, stderr } = await fovea(['doctor', '--json'], undefined, env);
  assert.equal(code, 0, stderr);
  const found = lastLine(stdout);
  assert.equal(found.selected, null);
  assert.match(found.problem, /abacus/);
  assert.match((await fovea(['doctor'], undefined, env)).stdout, /^backend +none: .*abacus/m);
});

test('doctor looks through a folder of images', async () => {
  const copy = join(root, 'split', 'validation', 'dark');
  mkdirSync(copy, { recursive: true });
  mkdirSync(join(root, 'split', 'train', 'dark'), { recursive: true });
  copyFileSync(join(root, data, 'dark', '0.png'), join(root, 'split', 'train', 'dark', 'a.png'));
  copyFileSync(join(root, data, 'dark', '0.png'), join(copy, 'b.png'));
  writeFileSync(join(copy, 'empty.png'), '');
  const { code, stdout, stderr } = await fovea(['doctor', 'split']);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^Listing files …\nReading images 0\/3\n/);
  assert.match(
    stdout,
    /Leaks, .*: 1 picture\n {2}equal files +train\/dark\/a.png\n +validation\/dark\/b.png\n/,
  );
  assert.match(stdout, /1 file empty\n {4}validation\/dark\/empty.png: /);
  assert.match(stdout, /To be repaired: 1 file that cannot be used, 1 leak\.\n$/);
  const asJson = await fovea(['doctor', 'split', '--json']);
  assert.equal(asJson.stdout.trimEnd().split('\n').length, 1);
  assert.deepEqual([lastLine(asJson.stdout).leaks, lastLine(asJson.stdout).problems.length], [1, 1]);
  const sound = await fovea(['doctor', join('split', 'train')]);
  assert.deepEqual([sound.code, /Nothing that harms training was found\.\n$/.test(sound.stdout)], [0, true]);
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

  const explained = await fovea(['explain', 'logit.keras', picture, '--out', 'logit', '--json']);
  assert.equal(explained.code, 0, explained.stderr);
  const [best] = lastLine(explained.stdout).top;
  assert.deepEqual([best.class, best.score], [1, prediction.probability]);
  const page = readFileSync(join(root, 'logit', 'index.html'), 'utf8');
  assert.match(page, /comes from no convolution/);
  assert.match(page, /has no rectifiers/);
});
