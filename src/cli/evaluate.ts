/** @file `fovea evaluate`: measures a saved model on a data set. */

import type { Command } from 'commander';
import { ProgbarLogger } from '../callbacks/progbar-logger.ts';
import { backend } from '../index.ts';
import { UsageError } from './command-error.ts';
import { addEngineOptions, chooseBackend, type EngineOptions } from './command-options.ts';
import type { DataPart, DataSource, PartName } from './data-parts.ts';
import { BUILT_IN_NAMES, openDataSource } from './data-source.ts';
import { checkImageShape, imageFormOf, imageShapeOf, type Network, openModel, taskOf } from './network.ts';
import { percent, printResult, say } from './output.ts';
import { evaluateOn } from './training-run.ts';

interface EvaluateOptions extends EngineOptions {
  readonly json?: boolean;
}

/** Says when a folder has classes of other names than those that the model was trained on: the numbers may not match. */
export function warnOfOtherClasses(model: Network, path: string, source: DataSource): void {
  const known = model.classNames;
  if (known === null || known.every((name, i) => name === source.classNames[i])) return;
  say(
    `Note: ${path} tells ${known.join(', ')} apart; ${source.name} has ${source.classNames.join(', ')}. Classes are matched in ` +
      'this order.',
  );
}

const BATCH_SIZE = 64;

/** The images for testing, else for validation, else all. */
export function partToMeasure({ name, parts }: DataSource): { part: DataPart; partName: PartName } {
  for (const partName of ['test', 'validation', 'train'] as const) {
    const part = parts[partName];
    if (part !== undefined) return { part, partName };
  }
  throw new UsageError(`${name} has no images.`);
}

async function evaluate(path: string, data: string, options: EvaluateOptions): Promise<void> {
  await chooseBackend(options);
  const model = await openModel(path);
  const form = imageFormOf(model, path);
  const source = await openDataSource(data, { ...form, batchSize: BATCH_SIZE, classNames: model.classNames });
  const { part, partName } = partToMeasure(source);
  checkImageShape(source.imageShape, imageShapeOf(model, path));
  const task = taskOf(model, source.classNames.length);
  warnOfOtherClasses(model, path, source);
  model.compile({ optimizer: 'rmsprop', loss: task.loss, metrics: ['accuracy'] });
  const start = performance.now();
  const callbacks = [new ProgbarLogger({ output: process.stderr })];
  const { loss, accuracy } = await evaluateOn(model, part.examples(task), { callbacks });
  const seconds = (performance.now() - start) / 1000;
  const { name, isa, threads } = backend.describe();
  const images = part.images - part.skipped.length;
  printResult(
    options.json,
    {
      model: path,
      dataset: source.name,
      backend: name,
      isa,
      threads,
      images,
      accuracy,
      loss,
      seconds,
      part: partName,
      skipped: part.skipped,
    },
    `Accuracy on ${images} images${source.fromFiles && partName !== 'train' ? ` for ${partName}` : ''}: ${accuracy.toFixed(4)} (${percent(accuracy)}), loss: ${loss.toFixed(4)}.`,
  );
}

/** Adds `evaluate` to the program. */
export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description('measure a saved model on a data set')
    .argument('<model>', 'a .keras file')
    .argument(
      '<data>',
      `built-in data set (${BUILT_IN_NAMES}: its test images), or a folder with one sub-folder per class; of a folder ` +
        'with parts the images for test, else for validation',
    )
    .option('--json', 'print the result as one JSON object');
  addEngineOptions(command).action(evaluate);
}
