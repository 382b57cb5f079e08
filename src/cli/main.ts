#!/usr/bin/env node
/** @file The `fovea` command. Exit codes: 0 done, 1 the work failed, 2 called wrongly. */

import { Command, CommanderError } from 'commander';
import { FoveaError } from '../base/errors.ts';
import { addBenchCommand } from './bench.ts';
import { InterruptedError, UsageError } from './command-error.ts';
import { addConvertCommand } from './convert.ts';
import { addDoctorCommand } from './doctor.ts';
import { addEvaluateCommand } from './evaluate.ts';
import { addExplainCommand } from './explain.ts';
import { say } from './output.ts';
import { ownPackage } from './package-info.ts';
import { addPredictCommand } from './predict.ts';
import { addReportCommand } from './report.ts';
import { addSummaryCommand } from './summary.ts';
import { addTrainCommand } from './train.ts';

const FAILED = 1;
const CALLED_WRONGLY = 2;

function createProgram(): Command {
  const program = new Command('fovea')
    .description('Train and use convolutional networks.')
    .version(ownPackage().version)
    .option('--verbose', 'print the stack when something fails');
  addTrainCommand(program);
  addEvaluateCommand(program);
  addPredictCommand(program);
  addSummaryCommand(program);
  addExplainCommand(program);
  addReportCommand(program);
  addConvertCommand(program);
  addDoctorCommand(program);
  addBenchCommand(program);
  for (const command of [program, ...program.commands]) {
    // Errors are thrown and do not end the process, so that exit codes are decided in one place.
    command.exitOverride();
    if (command !== program) command.option('--verbose', 'print the stack when something fails');
  }
  return program;
}

/** One sentence for what went wrong, and the exit code for it. */
function explain(error: unknown): { text: string; code: number } {
  if (error instanceof UsageError) return { text: error.message, code: CALLED_WRONGLY };
  if (error instanceof FoveaError || error instanceof InterruptedError)
    return { text: error.message, code: FAILED };
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { text: `${text} (--verbose shows where)`, code: FAILED };
}

async function main(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already printed its message, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : CALLED_WRONGLY;
    const { text, code } = explain(error);
    say(`fovea: ${text}`);
    if (args.includes('--verbose') && error instanceof Error) say(error.stack ?? '');
    return code;
  }
}

// `fovea summary m.keras | head` closes the pipe early. This is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// A command that did its work and found something wrong has set the code itself.
const code = await main(process.argv.slice(2));
process.exitCode ||= code;
