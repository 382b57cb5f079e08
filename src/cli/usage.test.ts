/** @file Help, wrong usage and failures: exit codes, and one sentence. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandFolder } from '../../tests/support/cli-process.ts';

const folder = new CommandFolder();
const { root } = folder;
const fovea: CommandFolder['fovea'] = (...args) => folder.fovea(...args);
const data = folder.makeData();

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
  const picture = join(data, 'dark', '0.png');
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
    [['report', 'none.keras', data, '--out', 'r.html', '--lang', 'fr'], /Allowed choices are en, zh/],
    [['explain', 'none.keras', 'x.png', '--out', 'why', '--lang', 'fr'], /Allowed choices are en, zh/],
    [['report', 'none.keras', data], /--out/],
    [['explain', 'none.keras', 'x.png', '--out', 'why'], /There is no model file/],
    [['explain', 'none.keras', 'x.png', '--out', `${picture}/why`], /0\.png is a file; give a folder/],
    [['train', picture], /0\.png is a file; expected a folder with one sub-folder per class/],
    [['train', `${data}/dark`], /has images \(such as 0\.png\), but in no folder of a class: expected/],
    [['train', data, '--base', 'mobilnet'], /no network of that name\. Did you mean 'mobilenet'/],
    [['train', data, '--fine-tune', 'Conv_1'], /say with --base which one/],
    [['train', data, '--base', 'vgg16', '--fine-tune-rate', '1'], /name the layer/],
    [['train', 'none', '--base', 'vgg16'], /Unknown data set 'none'/],
    [['train', 'mnist', '--base', 'vgg16'], /--base is for folders of photos/],
    [['train', data, '--out', 'folder.keras'], /there is a folder of that name/],
    [['convert', 'none.keras', 'x.h5'], /There is no model file/],
    [['convert', 'none.keras', 'x.onnx'], /must end in \.keras, \.h5 or model\.json/],
    [['convert', 'none.keras', 'none.keras'], /are one file/],
    [['convert', 'none.keras', 'x.KERAS'], /must end in/],
    [['convert', 'none.keras', 'x.KERAS'], /must end in \.keras/],
    [['doctor', 'none'], /There is no folder none/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await fovea(args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^ {4}at /m, 'no stack');
  }
});

test('failing work ends with 1 and one sentence', async () => {
  writeFileSync(join(root, 'broken.keras'), 'no model');
  const { code, stderr } = await fovea(['summary', 'broken.keras']);
  assert.equal(code, 1);
  assert.match(stderr, /^fovea: [^\n]+\n$/);
  const verbose = await fovea(['summary', 'broken.keras', '--verbose']);
  assert.match(verbose.stderr, /^ {4}at /m);
});
