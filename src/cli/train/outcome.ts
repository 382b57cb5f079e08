/** @file What has come of a training: how good the model is on other images, its curves, and the words for them. */

import { writeFileAtomically } from '../../formats/files.ts';
import { charts } from '../../index.ts';
import type { DataSource } from '../data-parts.ts';
import type { Task } from '../network.ts';
import { percent } from '../output.ts';
import { evaluateOn, type TrainingRun } from '../training-run.ts';
import type { Prepared } from './prepare.ts';
import type { TrainOptions } from './train-options.ts';

/** How good the model is. */
export interface Quality {
  /** On what was not trained on: the test part, else the validation part; null without both. */
  readonly testAccuracy: number | null;
  readonly testLoss: number | null;
  readonly testedOn: 'test' | 'validation' | null;
}

export async function test({ source, model }: Prepared, task: Task, run: TrainingRun): Promise<Quality> {
  const { test: part } = source.parts;
  if (part === undefined || run.interrupted) {
    const { val_accuracy: accuracy, val_loss: loss } = run.history;
    const testedOn = accuracy === undefined ? null : 'validation';
    const at = run.kept ?? -1;
    return { testAccuracy: accuracy?.at(at) ?? null, testLoss: loss?.at(at) ?? null, testedOn };
  }
  const { accuracy, loss } = await evaluateOn(model, part.examples(task), { verbose: 0 });
  return { testAccuracy: accuracy, testLoss: loss, testedOn: 'test' };
}

/** Where the numbers of a model's training are kept: beside the model. */
export function historyPathOf(model: string): string {
  return `${model.replace(/\.[^./\\]+$/, '')}-history.json`;
}

/** Writes the curves beside the model, and their numbers; null when there is nothing to draw or no model is saved. */
export async function saveCurves(
  run: TrainingRun,
  options: TrainOptions,
): Promise<{ svg: string; png: string } | null> {
  if (options.out === undefined || run.secondsPerEpoch.length === 0) return null;
  const stem = options.out.replace(/\.keras$/, '-curves');
  const chart = charts.trainingCurves(run.history);
  const paths = { svg: `${stem}.svg`, png: `${stem}.png` };
  await charts.saveChart(paths.svg, chart);
  await charts.saveChart(paths.png, chart);
  const numbers = JSON.stringify({ history: run.history, secondsPerEpoch: run.secondsPerEpoch }, null, 2);
  await writeFileAtomically(historyPathOf(options.out), new TextEncoder().encode(`${numbers}\n`));
  return paths;
}

export function describe(
  run: TrainingRun,
  { testAccuracy, testLoss, testedOn }: Quality,
  skipped: number,
): string {
  const left = skipped === 0 ? '' : ` ${skipped} ${skipped === 1 ? 'file' : 'files'} could not be read.`;
  const time = `Training took ${run.seconds.toFixed(1)} s.${left}`;
  if (testAccuracy === null || testLoss === null) {
    return `${run.interrupted ? 'Not tested, because training was interrupted.' : 'No test data.'} ${time}`;
  }
  const title = testedOn === 'test' ? 'Test' : 'Validation';
  return `${title} accuracy: ${testAccuracy.toFixed(4)} (${percent(testAccuracy)}), loss: ${testLoss.toFixed(4)}. ${time}`;
}

export function skippedFiles({ parts }: DataSource) {
  return Object.values(parts).flatMap((part) => part?.skipped ?? []);
}
