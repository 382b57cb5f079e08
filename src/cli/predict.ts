/** @file `fovea predict`: classifies image files with a saved model. */

import type { Command } from 'commander';
import { FoveaError } from '../base/errors.ts';
import { images, type Tensor } from '../index.ts';
import { probabilityReader } from '../report/probabilities.ts';
import { shownClassNames } from './class-names.ts';
import { UsageError } from './command-error.ts';
import { addEngineOptions, chooseBackend, type EngineOptions } from './command-options.ts';
import { RESIZE } from './image-folder.ts';
import { checkClassifier, imageFormOf, type Network, openModel } from './network.ts';
import { percent, printResult, say } from './output.ts';
import { isFolder } from './output-file.ts';
import { pixelsOf, preparedPixels } from './pixels.ts';

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

/** The likeliest class. */
function predictionOf(image: string, probabilities: number[], names: readonly string[] | null): Prediction {
  const probability = Math.max(...probabilities);
  const index = probabilities.indexOf(probability);
  return { image, class: index, className: names?.[index] ?? null, probability, probabilities };
}

interface FailedImage {
  readonly image: string;
  readonly message: string;
}

/** Images that are loaded and predicted together. */
const BATCH_SIZE = 64;

/** Predicts images part by part, so that any number of them fits in memory. */
class Predictor {
  readonly predictions: Prediction[] = [];
  readonly failed: FailedImage[] = [];
  readonly #model: Network;
  readonly #loader = images.createImageLoader();
  readonly #spec: images.ImageSpec;
  readonly #read: (outputs: Tensor) => Float32Array[];

  constructor(model: Network, path: string) {
    this.#model = model;
    this.#spec = { ...imageFormOf(model, path), resize: RESIZE };
    this.#read = probabilityReader('predict', model);
  }

  async run(paths: readonly string[]): Promise<void> {
    for (let start = 0; start < paths.length; start += BATCH_SIZE) {
      await this.#predict(paths.slice(start, start + BATCH_SIZE));
    }
    await this.#loader.close();
  }

  async #predict(paths: readonly string[]): Promise<void> {
    const loaded = await Promise.all(paths.map((path) => this.#load(path)));
    const readable = paths.filter((_, i) => loaded[i] !== undefined);
    const [first, ...others] = loaded.filter((image) => image !== undefined);
    if (first === undefined) return;
    const pixels = preparedPixels(pixelsOf(this.#model), first.concat(others));
    const outputs = await this.#model.predict(pixels, { verbose: 0 });
    const rows = this.#read(outputs);
    const classNames = await shownClassNames(this.#model);
    this.predictions.push(...rows.map((row, i) => predictionOf(readable[i]!, Array.from(row), classNames)));
  }

  /** The image as a batch of one; undefined when it cannot be read. */
  async #load(path: string): Promise<Tensor | undefined> {
    try {
      const image = await this.#loader.load(path, this.#spec);
      return image.reshape([1, ...image.shape]);
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error;
      this.failed.push({ image: path, message: error.message });
      say(`fovea: ${error.message}`);
      return undefined;
    }
  }
}

function lineOf({ image, class: index, className, probability }: Prediction): string {
  return `${image}: ${className ?? `class ${index}`} (${percent(probability)})`;
}

async function predict(path: string, paths: readonly string[], options: PredictOptions): Promise<void> {
  await chooseBackend(options);
  const model = await openModel(path);
  checkClassifier(model);
  for (const image of paths) {
    if (!(await isFolder(image))) continue;
    throw new UsageError(
      `${image} is a folder; give image files, such as ${image}/*.jpg. \`fovea evaluate\` measures a folder with classes.`,
    );
  }
  const predictor = new Predictor(model, path);
  await predictor.run(paths);
  const { predictions, failed } = predictor;
  if (failed.length > 0) process.exitCode = 1;
  const result = { model: path, classNames: model.classNames, predictions, failed };
  if (options.json || predictions.length > 0)
    printResult(options.json, result, predictions.map(lineOf).join('\n'));
}

/** Adds `predict` to the program. */
export function addPredictCommand(program: Command): void {
  const command = program
    .command('predict')
    .description(
      "classify images; they are resized to the model's input, and scaled to 0 … 1 unless the model does it itself",
    )
    .argument('<model>', 'a model file')
    .argument('<image...>', 'image files')
    .option('--json', 'print the result as one JSON object');
  addEngineOptions(command).action(predict);
}
