/** @file `fovea report`: one page about a trained model. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { writeFileAtomically } from '../formats/files.ts';
import { backend, type Language, modelReport, type ReportData } from '../index.ts';
import { UsageError } from './command-error.ts';
import { addEngineOptions, addLanguageOption, chooseBackend, type EngineOptions } from './command-options.ts';
import { BUILT_IN_NAMES, openDataSource } from './data-source.ts';
import { partToMeasure, warnOfOtherClasses } from './evaluate.ts';
import { checkImageShape, imageFormOf, imageShapeOf, openModel, taskOf } from './network.ts';
import { printResult, say } from './output.ts';
import { checkWritable } from './output-file.ts';
import { historyPathOf } from './train/outcome.ts';

interface ReportOptions extends EngineOptions {
  readonly out: string;
  readonly lang: Language;
  readonly history?: string;
  readonly json?: boolean;
}

const BATCH_SIZE = 64;
const SAY_EVERY = 2000;

async function checkOut(path: string): Promise<void> {
  if (!/\.html?$/i.test(path))
    throw new UsageError(`--out ${path}: a report is a page, so the name must end in .html.`);
  await checkWritable(`--out ${path}`, path);
}

/** The training's numbers: of the file that is named, else of the one beside the model, if it is there. */
async function readHistory(
  model: string,
  given: string | undefined,
): Promise<Record<string, number[]> | undefined> {
  const path = given ?? historyPathOf(model);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    if (given === undefined) return undefined;
    throw new UsageError(`--history ${given}: there is no such file.`);
  }
  try {
    const { history } = JSON.parse(text) as { readonly history?: unknown };
    if (typeof history === 'object' && history !== null) return history as Record<string, number[]>;
  } catch {
    // What is no JSON is no history either.
  }
  throw new UsageError(
    `${path} is no record of a training, as \`fovea train --out\` writes it. Leave it away.`,
  );
}

async function report(path: string, data: string, options: ReportOptions): Promise<void> {
  const { out, lang } = options;
  await checkOut(out);
  await chooseBackend(options);
  const start = performance.now();
  const model = await openModel(path);
  const history = await readHistory(path, options.history);
  const form = imageFormOf(model, path);
  const source = await openDataSource(data, {
    ...form,
    batchSize: BATCH_SIZE,
    classNames: model.classNames,
    inOrder: true,
  });
  const { part, partName } = partToMeasure(source);
  checkImageShape(source.imageShape, imageShapeOf(model, path));
  const task = taskOf(model, source.classNames.length);
  warnOfOtherClasses(model, path, source);
  // With names, one unit has a score for either of its classes.
  model.classNames ??= source.classNames;
  const examples = part.examples(task);
  let next = SAY_EVERY;
  say(`Looking at ${part.images} images …`);
  const page = await modelReport(model, (examples.length === 1 ? examples[0] : examples) as ReportData, {
    dataName: source.fromFiles && partName !== 'train' ? `${source.name} (${partName})` : source.name,
    classNames: source.classNames,
    lang,
    ...(history === undefined ? {} : { history }),
    skipped: part.skipped,
    ...(part.names === undefined ? {} : { imageNames: part.names }),
    progress: (images) => {
      if (images < next) return;
      next = images + SAY_EVERY;
      say(`${images} of ${part.images} images`);
    },
  });
  await writeFileAtomically(out, new TextEncoder().encode(page));
  const seconds = (performance.now() - start) / 1000;
  const { name, isa, threads } = backend.describe();
  const images = part.images - part.skipped.length;
  const result = {
    model: path,
    dataset: source.name,
    backend: name,
    isa,
    threads,
    images,
    seconds,
    report: out,
  };
  printResult(
    options.json,
    { ...result, part: partName, skipped: part.skipped },
    `Wrote ${out} about ${images} images in ${seconds.toFixed(1)} s. Open ${pathToFileURL(resolve(out)).href}`,
  );
}

/** Adds `report` to the program. */
export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .description('write a page about a trained model: classes, confusions, mistakes, labels to check')
    .argument('<model>', 'a model file')
    .argument(
      '<data>',
      `built-in data set (${BUILT_IN_NAMES}: its test images), or a folder with one sub-folder per class; of a folder ` +
        'with parts the images for test, else for validation',
    )
    .requiredOption('--out <file>', 'the page to write (.html)')
    .option('--history <file>', "the training's record (default: the one that train wrote beside the model)")
    .option('--json', 'print the result as one JSON object');
  addLanguageOption(addEngineOptions(command)).action(report);
}
