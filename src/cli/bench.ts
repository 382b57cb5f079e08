/** @file `fovea bench`: how fast this machine computes, compared with the processor's peak. */

import { availableParallelism, cpus, loadavg } from 'node:os';
import type { Command } from 'commander';
import { benchTable } from './bench/bench-table.ts';
import { runBench } from './bench/run-bench.ts';
import { addEngineOptions, chooseBackend, type EngineOptions } from './command-options.ts';
import { printResult, say } from './output.ts';
import { ownPackage } from './package-info.ts';

interface BenchCommandOptions extends EngineOptions {
  readonly quick?: boolean;
  readonly json?: boolean;
}

function machine() {
  return {
    fovea: ownPackage().version,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
  };
}

/**
 * The mean number of processes that ran or waited to run over the last minute. Other programs make the measured numbers
 * worse.
 */
function load(): number {
  return Math.round(100 * (loadavg()[0] ?? 0)) / 100;
}

async function bench(options: BenchCommandOptions): Promise<void> {
  await chooseBackend(options);
  const loadBefore = load();
  const start = performance.now();
  const result = await runBench({ quick: options.quick ?? false, progress: say });
  const about = { ...machine(), loadBefore, loadAfter: load() };
  const seconds = (performance.now() - start) / 1000;
  const { backend, isa, threads } = result;
  const heading = [
    `Fovea ${about.fovea}, ${backend} (${isa}), ${threads} thread${threads === 1 ? '' : 's'}, Node ${about.node}`,
    `${about.cpu}, ${about.cores} cores; load ${loadBefore} before, ${about.loadAfter} after (own work included)`,
  ].join('\n');
  printResult(options.json, { ...about, ...result, seconds }, `${heading}\n\n${benchTable(result)}`);
}

/** Adds `bench` to the program. */
export function addBenchCommand(program: Command): void {
  const command = program
    .command('bench')
    .description("measure kernels, training and prediction against the processor's peak (under a minute)");
  addEngineOptions(command)
    .option('--quick', 'measure little, to see that it works')
    .option('--json', 'print one JSON object')
    .action(bench);
}
