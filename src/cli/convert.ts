/** @file `fovea convert`: a model from one kind of file to another. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from './command-error.ts';
import { imageSize } from './command-options.ts';
import { openCompiledModel } from './network.ts';
import { printResult, say } from './output.ts';
import { checkWritable } from './output-file.ts';

/** The ends of names of files with models, and what these are; then those of weights alone. */
const KINDS: readonly (readonly [end: RegExp, kind: 'model' | 'weights', name: string])[] = [
  [/\.weights\.h5$/i, 'weights', "weights for Keras 3's load_weights"],
  [/\.safetensors$/i, 'weights', 'weights as safetensors'],
  [/\.keras$/i, 'model', 'a model of Keras 3'],
  [/\.h5$/i, 'model', 'a model in the older form of Keras'],
  [/(^|[\\/])model\.json$/i, 'model', 'a layers-model of TensorFlow.js'],
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

async function convert(from: string, to: string, options: ConvertOptions): Promise<void> {
  const [, kind, name] = kindOf(to);
  if (resolve(from) === resolve(to))
    throw new UsageError(`${from} and ${to} are one file; give another name to write to.`);
  await checkWritable(to, to);
  say(`Reading ${from} …`);
  const { imageSize } = options;
  const model = await openCompiledModel(from, imageSize && [...imageSize, 3]);
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
