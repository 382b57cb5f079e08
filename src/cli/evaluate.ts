/** @file `fovea evaluate`: measures a saved model on a data set. */

import type { Command } from 'commander';
import { ProgbarLogger } from '../callbacks/progbar-logger.ts';
import { backend } from '../index.ts';
import { addEngineOptions, chooseBackend, type EngineOptions } from './command-options.ts';
import { BUILT_IN_NAMES, type DataSource, loadDataSource } from './data-source.ts';
import {
  checkImageShape,
  examplesOf,
  imageFormOf,
  imageShapeOf,
  type Network,
  openModel,
  taskOf,
} from './network.ts';
import { percent, printResult, say } from './output.ts';

interface EvaluateOptions extends EngineOptions {
  readonly json?: boolean;
}

/** Says when a folder has classes of other names than those that the model was trained on: the numbers may not match. */
function warnOfOtherClasses(model: Network, path: string, source: DataSource): void {
  const known = model.classNames;
  if (known === null || known.every((name, i) => name === source.classNames[i])) return;
  say(
    `Note: ${path} tells ${known.join(', ')} apart; ${source.name} has ${source.classNames.join(', ')}. Classes are matched in ` +
      'this order.',
  );
}

async function evaluate(path: string, data: string, options: EvaluateOptions): Promise<void> {
  await chooseBackend(options);
  const model = await openModel(path);
  const source = await loadDataSource(data, imageFormOf(model, path));
  const part = source.test ?? source.train;
  checkImageShape(part.images, imageShapeOf(model, path));
  const task = taskOf(model, source.classNames.length);
  warnOfOtherClasses(model, path, source);
  model.compile({ optimizer: 'rmsprop', loss: task.loss, metrics: ['accuracy'] });
  const [x, y] = examplesOf(part, task);
  const start = performance.now();
  const callbacks = [new ProgbarLogger({ output: process.stderr })];
  const [loss, accuracy] = await model.evaluate(x, y, { callbacks });
  const seconds = (performance.now() - start) / 1000;
  const { name, isa, threads } = backend.describe();
  printResult(
    options.json,
    {
      model: path,
      dataset: source.name,
      backend: name,
      isa,
      threads,
      images: part.labels.length,
      accuracy,
      loss,
      seconds,
    },
    `Accuracy on ${part.labels.length} images: ${accuracy.toFixed(4)} (${percent(accuracy)}), loss: ${loss.toFixed(4)}.`,
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
      `built-in data set (${BUILT_IN_NAMES}: its test images), or a folder with one sub-folder per class`,
    )
    .option('--json', 'print the result as one JSON object');
  addEngineOptions(command).action(evaluate);
}
