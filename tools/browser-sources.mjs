/**
 * @file How sources change on their way into the browser bundle: files that stand in for others, functions that are
 * loaded when they are called for the first time, Node's modules.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/**
 * Files of which others use asynchronous functions only: file → those functions. Importers get functions that load the
 * file when they are called, so that it, and what nothing else needs, is not loaded before.
 */
export const LOADED_BY_CALLS = {
  'src/applications/imagenet-weights.ts': ['loadImageNetWeights'],
  'src/datasets/cifar10-package.ts': ['loadCifar10Package'],
  'src/datasets/idx-data-set.ts': ['loadIdxDataSet'],
  'src/datasets/keras-cifar.ts': ['loadKerasCifar'],
  'src/formats/state-file.ts': ['readState', 'writeState'],
  'src/images/dataset-from-directory.ts': ['datasetFromDirectory'],
  'src/images/generator/directory-flow.ts': ['flowDirectory'],
  'src/images/inspect-directory.ts': ['inspectDirectory'],
  'src/images/load-image.ts': ['loadImage'],
  'src/models/lr-finder.ts': ['lrFinder'],
  'src/models/saving/load.ts': ['loadModel', 'modelFromBytes'],
  'src/models/saving/save.ts': ['modelToBytes', 'modelToFiles', 'weightsToFiles'],
  'src/plots/plot-model.ts': ['plotModel'],
  'src/visualization/attribution.ts': ['attribution', 'attributions'],
  'src/visualization/class-activation.ts': ['classActivation', 'classActivations'],
  'src/visualization/explain-pixel.ts': ['explainPixel'],
  'src/visualization/feature-maps.ts': ['featureMaps'],
  'src/visualization/filter-patterns.ts': ['filterPatterns'],
  'src/visualization/sanity-check.ts': ['sanityCheck'],
  'src/visualization/translation-test.ts': ['translationTest'],
  'src/visualization/trust.ts': ['trust'],
};

/** A path as esbuild's reports have it. */
export const fromRoot = (path) => relative(ROOT, path).split(sep).join('/');

/** The file for browsers, where there is one. */
function forBrowsers(file) {
  const own = file.replace(/\.ts$/, '.browser.ts');
  return existsSync(own) ? own : file;
}

/** Functions that load a file when they are called, with what they were given then. Throws for one that is not asynchronous in the file. */
function loadingText(file) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const functions = LOADED_BY_CALLS[file].map((name) => {
    if (!new RegExp(`^export async function ${name}\\b`, 'm').test(text)) {
      throw new Error(`${file} has no \`export async function ${name}\`, so it cannot be loaded by a call.`);
    }
    return `export const ${name} = async (...given) => {
  const own = given.map(withoutLiveList);
  return (await import('./${file}')).${name}(...own);
};`;
  });
  return ["import { withoutLiveList } from './src/base/live-list.ts';", ...functions].join('\n');
}

/**
 * The plugin of esbuild. `place(file, kind)` may put an import of a file elsewhere: it gives what esbuild's onResolve
 * gives (with a namespace of its own for a small module in its place), or undefined.
 */
export function browserSources(place) {
  return {
    name: 'browser-sources',
    setup({ onResolve, onLoad, resolve: resolvePackage }) {
      onResolve({ filter: /^node:/ }, ({ path }) => ({
        path: path.slice('node:'.length),
        namespace: 'node',
      }));
      onLoad({ filter: /.*/, namespace: 'node' }, ({ path }) => ({
        contents: `import { UnsupportedError } from './src/base/errors.ts';
throw new UnsupportedError("This needs Node's module '${path}', which browsers do not have.");`,
        resolveDir: ROOT,
      }));
      onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (kind === 'entry-point' || pluginData === 'default') return undefined;
        const isOurs = path.startsWith('.') && path.endsWith('.ts');
        const found = isOurs
          ? { path: forBrowsers(resolve(resolveDir, path)), sideEffects: false }
          : await resolvePackage(path, { kind, importer, resolveDir, pluginData: 'default' });
        if (found.errors?.length > 0) return { errors: found.errors };
        const file = fromRoot(found.path);
        const called = kind === 'import-statement' && file in LOADED_BY_CALLS;
        const placed = called ? { path: file, namespace: 'calls' } : place(file, kind);
        // Each importer has a copy of such small modules, or esbuild would make a file for each.
        if (placed?.namespace) return { ...placed, suffix: `?${importer}`, sideEffects: false };
        return placed ?? { path: found.path, sideEffects: found.sideEffects };
      });
      onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export {};' }));
      onLoad({ filter: /.*/, namespace: 'calls' }, ({ path }) => ({
        contents: loadingText(path),
        resolveDir: ROOT,
      }));
    },
  };
}
