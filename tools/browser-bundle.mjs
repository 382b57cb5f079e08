/**
 * @file Bundles the library for browsers into one file that names no module of Node, so that every bundler takes it as
 * it is.
 *
 * Where there is an `x.browser.ts` next to `x.ts`, the bundle takes it. All other imports of Node's modules get a
 * module that throws.
 *
 * Usage: node tools/browser-bundle.mjs OUTFILE
 */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

const SWAPS = {
  name: 'browser-files',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\..*\.ts$/ }, ({ path, importer }) => {
      const swapped = resolve(dirname(importer), path).replace(/\.ts$/, '.browser.ts');
      return existsSync(swapped) ? { path: swapped } : undefined;
    });
    onResolve({ filter: /^node:/ }, ({ path }) => ({
      path: path.slice('node:'.length),
      namespace: 'node-only',
    }));
    onLoad({ filter: /.*/, namespace: 'node-only' }, ({ path }) => ({
      contents: `import { UnsupportedError } from './src/base/errors.ts';
throw new UnsupportedError("This needs Node's module '${path}', which browsers do not have.");`,
      resolveDir: ROOT,
    }));
  },
};

/** Writes the bundle. Rejects when there are errors or warnings. */
export async function bundleForBrowsers(outfile) {
  const { warnings } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/index.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    logLevel: 'warning',
    plugins: [SWAPS],
    // The code's own place has no meaning in a browser, and some bundlers cannot handle `import.meta.url`.
    define: { 'import.meta.url': '""' },
  });
  if (warnings.length > 0) throw new Error('The browser bundle has warnings.');
}

if (process.argv[1] === import.meta.filename) {
  const [outfile] = process.argv.slice(2);
  if (outfile === undefined) throw new Error('Usage: node tools/browser-bundle.mjs OUTFILE');
  await bundleForBrowsers(outfile);
}
