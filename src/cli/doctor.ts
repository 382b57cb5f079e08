/** @file `fovea doctor`: what a folder of images has wrong; without a folder, what this machine offers. */

import type { Command } from 'commander';
import { ValueError } from '../base/errors.ts';
import { images } from '../index.ts';
import { UsageError } from './command-error.ts';
import { folderText } from './folder-report.ts';
import { machineReport, machineText } from './machine-report.ts';
import { printResult } from './output.ts';
import { ProgressLine } from './progress-line.ts';

const STAGES = {
  listing: 'Listing files',
  reading: 'Reading images',
  comparing: 'Comparing images',
} as const;

async function inspect(folder: string): Promise<images.DirectoryReport & { readonly seconds: number }> {
  const line = new ProgressLine(process.stderr);
  const start = performance.now();
  try {
    const report = await images.inspectDirectory(folder, {
      onProgress: ({ stage, done, total }) => line.show(STAGES[stage], done, total),
    });
    return { ...report, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(error.message, { cause: error });
    throw error;
  } finally {
    line.end();
  }
}

async function doctor(folder: string | undefined, options: { readonly json?: boolean }): Promise<void> {
  if (folder === undefined) {
    const found = await machineReport();
    printResult(options.json, found, machineText(found));
    return;
  }
  const report = await inspect(folder);
  printResult(options.json, report, folderText(report));
  if (!report.sound || report.images === 0) process.exitCode = 1;
}

/** Adds `doctor` to the program. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'look for damaged, duplicate, leaked and unbalanced images in a folder; without a folder, show what this ' +
        'machine offers: backends, packages, caches',
    )
    .argument('[folder]', 'a sub-folder per class, or train, validation and test with such sub-folders')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExit code 1 when the folder has files that cannot be read, a picture in two parts or two classes, a class\n' +
        'without images, or no images at all.',
    )
    .action(doctor);
}
