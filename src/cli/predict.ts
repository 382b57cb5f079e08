/** @file `fovea predict`: classifies image files with a saved model. */

import type { Command } from 'commander';
import { addEngineOptions, chooseBackend, type EngineOptions } from './command-options.ts';
import { loadImages } from './image-folder.ts';
import { imageFormOf, openModel } from './network.ts';
import { percent, printResult } from './output.ts';

interface PredictOptions extends EngineOptions {
  readonly json?: boolean;
}

interface Prediction {
  readonly image: string;
  readonly class: number;
  /** The class' name; null where the model file has none. */
  readonly className: string | null;
  readonly probability: number;
  readonly probabilities: number[];
}

/** The likeliest class; a single output is the probability of class 1. */
function predictionOf(image: string, outputs: number[], names: readonly string[] | null): Prediction {
  const probabilities = outputs.length === 1 ? [1 - outputs[0]!, outputs[0]!] : outputs;
  const probability = Math.max(...probabilities);
  const index = probabilities.indexOf(probability);
  return { image, class: index, className: names?.[index] ?? null, probability, probabilities };
}

async function predict(path: string, images: readonly string[], options: PredictOptions): Promise<void> {
  await chooseBackend(options);
  const model = await openModel(path);
  const { size, colorMode } = imageFormOf(model, path);
  const pixels = await loadImages(images, size, colorMode);
  const outputs = await model.predict(pixels.div(255), { verbose: 0 });
  const rows = outputs.reshape([images.length, -1]).toArray() as number[][];
  const predictions = rows.map((row, i) => predictionOf(images[i]!, row, model.classNames));
  printResult(
    options.json,
    { model: path, classNames: model.classNames, predictions },
    predictions
      .map(
        (each) => `${each.image}: ${each.className ?? `class ${each.class}`} (${percent(each.probability)})`,
      )
      .join('\n'),
  );
}

/** Adds `predict` to the program. */
export function addPredictCommand(program: Command): void {
  const command = program
    .command('predict')
    .description("classify images; they are resized to the model's input, pixels scaled to 0 … 1")
    .argument('<model>', 'a .keras file')
    .argument('<image...>', 'PNG or JPEG files')
    .option('--json', 'print the result as one JSON object');
  addEngineOptions(command).action(predict);
}
