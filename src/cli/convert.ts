/** @file `fovea convert`: a model from one kind of file to another. */

import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { ShapeError, ValueError } from '../base/errors.ts';
import { UsageError } from './command-error.ts';
import { imageSize } from './command-options.ts';
import { type Network, openCompiledModel } from './network.ts';
import { printResult, say } from './output.ts';
import { checkFolderWritable, checkWritable, isFolder } from './output-file.ts';

/** The ends of names of files with models, and what these are; then those of weights alone. */
const KINDS: readonly (readonly [end: RegExp, kind: 'model' | 'weights', name: string])[] = [
  [/\.weights\.h5$/, 'weights', "weights for Keras 3's load_weights"],
  [/\.safetensors$/, 'weights', 'weights as safetensors'],
  [/\.keras$/, 'model', 'a model of Keras 3'],
  [/\.h5$/, 'model', 'a model in the older form of Keras'],
  [/(^|[\\/])model\.json$/, 'model', 'a layers-model of TensorFlow.js'],
];

function kindOf(path: string): (typeof KINDS)[number] {
  const kind = KINDS.find(([end]) => end.test(path));
  if (kind !== undefined) return kind;
  throw new UsageError(
    `${path}: the name must end in .keras, .h5 or model.json for a model, in .weights.h5 or .safetensors for its weights.`,
  );
}

interface ConvertOptions {
  readonly imageSize?: readonly [number, number];
  readonly json?: boolean;
}

/** Throws UsageError when the model cannot be written there. The folder of `model.json` belongs to the model, and is made. */
async function checkPlace(to: string): Promise<void> {
  if (!to.endsWith('model.json')) return checkWritable(to, to);
  await checkFolderWritable(to, dirname(to));
  if (await isFolder(to)) throw new UsageError(`${to}: there is a folder of that name.`);
}

/** Opens the model, made for images of `size`. Throws UsageError where the model says the size, or does not take colour images. */
async function open(from: string, size: ConvertOptions['imageSize']): Promise<Network> {
  if (size === undefined) return openCompiledModel(from);
  return openCompiledModel(from, [...size, 3]).catch((error: unknown) => {
    if (!(error instanceof ValueError || error instanceof ShapeError)) throw error;
    throw new UsageError(`--image-size does not go with ${from}. ${error.message}`, { cause: error });
  });
}

async function convert(from: string, to: string, options: ConvertOptions): Promise<void> {
  const [, kind, name] = kindOf(to);
  if (resolve(from) === resolve(to))
    throw new UsageError(`${from} and ${to} are one file; give another name to write to.`);
  await checkPlace(to);
  say(`Reading ${from} …`);
  const model = await open(from, options.imageSize);
  if (kind === 'model') await model.save(to);
  else await model.saveWeights(to);
  const params = model.countParams();
  printResult(
    options.json,
    { from, to, kind, layers: model.layers.length, params, classNames: model.classNames },
    `Wrote ${to}: ${name}, ${model.layers.length} layers, ${params.toLocaleString('en-US')} parameters.`,
  );
}

/** Adds `convert` to the program. */
export function addConvertCommand(program: Command): void {
  program
    .command('convert')
    .description(
      'write a model as another kind of file: .keras, .h5, model.json of TensorFlow.js; or its weights',
    )
    .argument('<in>', 'a model: .keras, .h5, model.json, a folder or zip of Teachable Machine, a URL')
    .argument('<out>', 'the file to write; the end of its name says which kind')
    .option(
      '--image-size <size>',
      'for a model that takes colour images of any size: make it for this one, N or HxW',
      imageSize,
    )
    .option('--json', 'print the result as one JSON object')
    .action(convert);
}
