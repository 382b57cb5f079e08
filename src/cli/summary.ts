/** @file `fovea summary`: prints the table of a saved model. */

import { type Command, Option } from 'commander';
import { openCompiledModel } from './network.ts';

async function summary(path: string, options: { readonly style: 'keras2' | 'keras3' }): Promise<void> {
  const model = await openCompiledModel(path);
  model.summary({ style: options.style, printFn: (text: string) => process.stdout.write(`${text}\n`) });
}

/** Adds `summary` to the program. */
export function addSummaryCommand(program: Command): void {
  program
    .command('summary')
    .description('print the layers of a saved model')
    .argument('<model>', 'a .keras file')
    .addOption(
      new Option('--style <style>', 'look of the table').choices(['keras2', 'keras3']).default('keras3'),
    )
    .action(summary);
}
