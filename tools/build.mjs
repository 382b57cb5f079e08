/**
 * @file Builds the package: dist/ (types; ES modules for Node, bundled into few files so that importing is fast) and
 * dist/browser (ES modules for browsers).
 *
 * Usage: node tools/build.mjs
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleForBrowsers } from './browser-bundle.mjs';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

function writeTypes() {
  const args = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

async function bundleForNode() {
  await build({
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
    entryPoints: { index: 'src/index.ts', 'cli/main': 'src/cli/main.ts' },
    outdir: 'dist',
    chunkNames: 'parts/[name]-[hash]',
    splitting: true,
    platform: 'node',
    packages: 'external',
    sourcemap: true,
  });
}

/** The programs of examples/ as JavaScript, for Node versions that do not read TypeScript; they import the library as `fovea`. */
async function buildExamples() {
  const names = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: names.map((name) => `examples/${name}`),
    outdir: 'build/examples',
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  for (const name of names) {
    const path = join(ROOT, 'build', 'examples', name.replace(/\.ts$/, '.js'));
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/(from "\.\/[^"]+)\.ts"/g, '$1.js"'));
  }
}

const start = performance.now();
rmSync(DIST, { recursive: true, force: true });
writeTypes();
await Promise.all([bundleForNode(), bundleForBrowsers(join(DIST, 'browser')), buildExamples()]);
const main = join(DIST, 'cli', 'main.js');
if (!existsSync(main)) {
  console.error(`${main} was not built, but package.json names it as the command.`);
  process.exit(1);
}
chmodSync(main, 0o755);
console.log(`Built dist/ in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
