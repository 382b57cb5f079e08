/** @file `fovea explain`: why a model decides as it does about one image. */

import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { images, type Language, utils } from '../index.ts';
import type { Html } from '../report/html.ts';
import { probabilityReader } from '../report/probabilities.ts';
import { shownClassNames } from './class-names.ts';
import { UsageError } from './command-error.ts';
import {
  addEngineOptions,
  addLanguageOption,
  chooseBackend,
  type EngineOptions,
  wholeNumber,
} from './command-options.ts';
import { CHAPTERS, type Chapter } from './explain/chapters.ts';
import { classLabel, type Explained, PictureFolder } from './explain/explained.ts';
import { explanationPage } from './explain/page.ts';
import { EXPLAIN_TEXTS, type ExplainTexts } from './explain/texts.ts';
import { RESIZE } from './image-folder.ts';
import { checkClassifier, imageFormOf, type Network, openModel } from './network.ts';
import { printResult, say } from './output.ts';
import { checkFolderWritable } from './output-file.ts';
import { type Pixels, pixelsOf, preparedPixels } from './pixels.ts';

interface ExplainOptions extends EngineOptions {
  readonly out: string;
  readonly target?: string;
  readonly seed: number;
  readonly lang: Language;
  readonly json?: boolean;
}

const SHOWN_CLASSES = 5;

/** Black and white in the numbers that a model takes; of several channels those of the middle one. */
const RANGES: Readonly<Record<Pixels, readonly [number, number]>> = {
  none: [0, 255],
  unit: [0, 1],
  tf: [-1, 1],
  torch: [-2, 2.4],
  caffe: [-117, 138],
};

/** The classes, best first; the asked one before them. Throws UsageError for a class that does not exist. */
function topClasses(
  probabilities: Float32Array,
  names: readonly string[] | null,
  target: string | undefined,
): Explained['top'] {
  const list = Array.from(probabilities, (score, index) => ({ index, score })).sort(
    (a, b) => b.score - a.score,
  );
  if (target === undefined) return list.slice(0, SHOWN_CLASSES);
  const named = names?.indexOf(target) ?? -1;
  const index = named >= 0 ? named : /^\d+$/.test(target) ? Number(target) : -1;
  const wanted = list.find((one) => one.index === index);
  if (wanted === undefined) {
    throw new UsageError(
      `--target ${target}: the model has no such class. Give ${names === null ? '' : 'a name, or '}a number from 0 to ${list.length - 1}.`,
    );
  }
  return [wanted, ...list.filter((one) => one !== wanted)].slice(0, SHOWN_CLASSES);
}

/** One unit without names has one score, which is the second class'. */
function withTwoNames(model: Network, { classNumber }: ExplainTexts): void {
  if (model.outputs[0]!.shape.at(-1) === 1 && model.classNames === null)
    model.classNames = [classNumber(0), classNumber(1)];
}

async function explainedImage(path: string, modelPath: string, options: ExplainOptions): Promise<Explained> {
  const texts = EXPLAIN_TEXTS[options.lang];
  const model = await openModel(modelPath);
  checkClassifier(model);
  withTwoNames(model, texts);
  const { size, colorMode } = imageFormOf(model, modelPath);
  const photo = await images.loadImage(path, { colorMode });
  const small = images.resizeImage(photo, size, RESIZE);
  const pixels = pixelsOf(model);
  const input = preparedPixels(pixels, small.reshape([1, ...small.shape]));
  const classNames = await shownClassNames(model);
  const [probabilities] = probabilityReader('explain', model)(await model.predict(input, { verbose: 0 }));
  return {
    ...{ model, photo, small, input, classNames, seed: options.seed },
    range: RANGES[pixels],
    colors: pixels === 'caffe' ? 'bgr' : 'rgb',
    top: topClasses(probabilities!, classNames, options.target),
    lang: options.lang,
    texts,
    folder: new PictureFolder(options.out),
  };
}

async function explain(modelPath: string, path: string, options: ExplainOptions): Promise<void> {
  await checkFolderWritable(`--out ${options.out}`, options.out);
  await chooseBackend(options);
  utils.setRandomSeed(options.seed);
  const start = performance.now();
  const about = await explainedImage(path, modelPath, options);
  const [best] = about.top;
  const name = classLabel({ ...about, texts: EXPLAIN_TEXTS.en }, best!.index);
  say(`${path}: ${name} (${best!.score.toFixed(3)}). Writing to ${options.out} …`);
  await mkdir(options.out, { recursive: true });
  const parts: [Chapter, Html][] = [];
  for (const chapter of CHAPTERS) {
    const begun = performance.now();
    parts.push([chapter, await chapter.make(about)]);
    say(`${EXPLAIN_TEXTS.en[chapter.id]}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }
  const page = explanationPage(about, about.texts.title(about.model.name, basename(path)), parts);
  await about.folder.write('index.html', new TextEncoder().encode(page));
  const seconds = (performance.now() - start) / 1000;
  const top = about.top.map(({ index, score }) => ({
    class: index,
    className: about.classNames?.[index] ?? null,
    score,
  }));
  printResult(
    options.json,
    { model: modelPath, image: path, out: options.out, top, files: about.folder.written, seconds },
    `Wrote ${about.folder.written.length} files in ${seconds.toFixed(1)} s. Open ${pathToFileURL(`${options.out}/index.html`).href}`,
  );
}

/** Adds `explain` to the program. */
export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .description(
      'show why a model decides as it does about an image: heatmaps, feature maps, patterns, one number',
    )
    .argument('<model>', 'a model file')
    .argument('<image>', 'an image file')
    .requiredOption('--out <folder>', 'the folder for the pictures and index.html')
    .option(
      '--target <class>',
      'the class to explain, by name or number (default: the one with the highest score)',
    )
    .option('--seed <n>', 'of the noise that patterns start from', wholeNumber(0, 4294967295), 1)
    .option('--json', 'print the result as one JSON object');
  addLanguageOption(addEngineOptions(command)).action(explain);
}
