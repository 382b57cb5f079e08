/** @file What package.json files say: Fovea's version, and those of the packages it uses. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InternalError } from '../base/errors.ts';

interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The package.json of package `name`, looked for from `start` upwards; undefined when there is none. */
function packageAbove(start: string, name: string): PackageInfo | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (existsSync(path)) {
      const info = JSON.parse(readFileSync(path, 'utf8')) as PackageInfo;
      if (info.name === name) return info;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** Fovea's own package.json. */
export function ownPackage(): PackageInfo {
  const info = packageAbove(dirname(fileURLToPath(import.meta.url)), 'fovea');
  if (info === undefined)
    throw new InternalError('The package.json of fovea is missing from its installation.');
  return info;
}

/** Version of an installed package; null when it is not installed. */
export function packageVersion(name: string): string | null {
  const require = createRequire(import.meta.url);
  const folders = require.resolve.paths(name) ?? [];
  for (const folder of folders) {
    const path = join(folder, name, 'package.json');
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as PackageInfo).version;
  }
  return null;
}
