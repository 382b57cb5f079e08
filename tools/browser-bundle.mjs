/**
 * @file Bundles the library for browsers, in parts, into files that name no module of Node, so that every bundler takes
 * them as they are, and pages without a bundler too:
 *
 * - shared.js, the core: layers, training and the WebAssembly engine, and whatever several parts need of them;
 * - core.js: the core's public names;
 * - a file for each of the namespaces that the core does without, images.js and so on;
 * - fovea.js, the entry of the package: core.js and the namespaces, which bundlers drop where they are not used;
 * - files that are loaded when a function needs them: file formats, image decoders and so on.
 *
 * A source is in one file only. esbuild alone would make a file of each set of sources that some of these share, some
 * thirty before anything runs. So the core is found first, then everything else is built beside it, and last the core
 * with exactly the exports that the others import.
 *
 * Usage: node tools/browser-bundle.mjs FOLDER
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { browserSources, ROOT } from './browser-sources.mjs';

const INDEX = 'src/index.ts';
const CORE = './shared.js';
/** What `fovea` exports that the core does without. */
const APART = ['applications', 'charts', 'datasets', 'images', 'visualization'];

const exportLines = readFileSync(join(ROOT, INDEX), 'utf8').matchAll(
  /^export \* as (\w+) from '\.\/(.+)';$/gm,
);
/** Name → file of those of APART that there are. */
const NAMESPACES = Object.fromEntries(
  [...exportLines].filter(([, name]) => APART.includes(name)).map(([, name, file]) => [name, `src/${file}`]),
);
const isApart = (file) => Object.values(NAMESPACES).includes(file);

/** Rejects when there are errors or warnings. */
async function bundle(place, options) {
  const result = await build({
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    minify: true,
    metafile: true,
    write: false,
    outdir: 'dist/browser',
    logLevel: 'warning',
    // The code's own place has no meaning in a browser, and some bundlers cannot handle `import.meta.url`.
    define: { 'import.meta.url': '""' },
    plugins: [browserSources(place ?? (() => undefined))],
    ...options,
  });
  if (result.warnings.length > 0) throw new Error('The browser bundle has warnings.');
  return result;
}

const external = (path) => ({ path, external: true });
/** Stands for a namespace in the core, where nothing uses it. */
const LEFT_OUT = { path: 'left out', namespace: 'empty' };

/** The core's files, the files that it loads later, and the names that the index exports besides NAMESPACES. */
async function findCore() {
  const loaded = new Set();
  const place = (file, kind) => {
    if (isApart(file)) return LEFT_OUT;
    if (kind !== 'dynamic-import') return undefined;
    loaded.add(file);
    return external(file);
  };
  const { metafile } = await bundle(place, { entryPoints: [INDEX] });
  const [output] = Object.values(metafile.outputs);
  return {
    files: new Set(sourcesOf(output)),
    loaded: [...loaded],
    exports: output.exports.filter((name) => !(name in NAMESPACES)),
  };
}

/** The files that something of is in an output; small modules of browser-sources.mjs are none. */
function sourcesOf({ inputs }) {
  return Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0 && !/^\w+:|^</.test(file));
}

/** Adds what the files export, under names that are unique in the core: file → name → unique name. */
async function nameExports(files, named) {
  const entryPoints = [...files].filter((file) => !named.has(file));
  const options = { entryPoints, splitting: true, minify: false, outbase: '.' };
  const { metafile } = await bundle(undefined, options);
  for (const { entryPoint, exports } of Object.values(metafile.outputs)) {
    if (!entryPoints.includes(entryPoint)) continue;
    const at = named.size.toString(36);
    named.set(entryPoint, new Map(exports.map((name, i) => [name, `x${at}_${i}`])));
  }
}

const listed = (names) => [...names].map(([name, as]) => `${name} as ${as}`).join(', ');

/** A name for the part that begins with a file. */
const partName = (file) => file.replace(/^src\/|(\.browser)?\.ts$/g, '').replaceAll('/', '-');

/** Everything but the core and the entry. The core's modules are imported from its file. */
async function bundleParts(core, named) {
  const place = (file) => (core.files.has(file) ? { path: file, namespace: 'core' } : undefined);
  const fromCore = {
    name: 'from-core',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /.*/, namespace: 'core' }, () => external(CORE));
      onLoad({ filter: /.*/, namespace: 'core' }, ({ path }) => {
        const names = [...named.get(path)].map(([name, unique]) => [unique, name]);
        return { contents: `export { ${listed(names)} } from '${CORE}';` };
      });
    },
  };
  const loaded = core.loaded.filter((file) => !core.files.has(file)).map((file) => [partName(file), file]);
  return bundle(undefined, {
    sourcemap: true,
    entryPoints: { ...NAMESPACES, ...Object.fromEntries(loaded) },
    splitting: true,
    chunkNames: '[name]-[hash]',
    plugins: [fromCore, browserSources(place)],
  });
}

/** The unique names that the parts import from the core. */
function namesUsed(outputFiles) {
  const used = new Set();
  for (const { text } of outputFiles) {
    for (const [, names] of text.matchAll(/import\{([^}]*)\}from"\.\/shared\.js"/g)) {
      for (const name of names.split(',')) used.add(name.split(' ')[0]);
    }
  }
  return used;
}

async function bundleCore(core, named, parts) {
  const used = namesUsed(parts.outputFiles);
  const lines = [`export { ${core.exports.join(', ')} } from './${INDEX}';`];
  for (const [file, names] of named) {
    const wanted = [...names].filter(([, unique]) => used.has(unique));
    if (wanted.length > 0) lines.push(`export { ${listed(wanted)} } from './${file}';`);
  }
  const outputs = Object.entries(parts.metafile.outputs);
  const partOf = new Map(outputs.map(([path, { entryPoint }]) => [entryPoint, `./${basename(path)}`]));
  const place = (file, kind) => {
    if (isApart(file)) return LEFT_OUT;
    return kind === 'dynamic-import' && !core.files.has(file) ? external(partOf.get(file)) : undefined;
  };
  const stdin = { contents: lines.join('\n'), resolveDir: ROOT };
  return bundle(place, { stdin, sourcemap: true, outdir: undefined, outfile: 'dist/browser/shared.js' });
}

/** The core and the parts. */
async function bundleBoth(core) {
  const named = new Map();
  for (;;) {
    await nameExports(core.files, named);
    const parts = await bundleParts(core, named);
    const whole = await bundleCore(core, named, parts);
    const count = core.files.size;
    for (const source of Object.values(whole.metafile.outputs).flatMap(sourcesOf)) core.files.add(source);
    if (core.files.size === count) return [whole, parts];
    // What only parts use of the core's files has brought other files into it, which the parts still have too.
  }
}

/** The licences of the packages that sources are from. */
function licencesOf(sources) {
  const folders = sources.map((source) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0]);
  const texts = [...new Set(folders.filter(Boolean))].sort().map((folder) => {
    const name = readdirSync(join(ROOT, folder)).find((file) => /^licen[cs]e/i.test(file));
    if (name === undefined) throw new Error(`${folder} has no licence, which the bundle must show.`);
    return `${folder.replace(/.*node_modules\//, '')}\n\n${readFileSync(join(ROOT, folder, name), 'utf8').trim()}\n`;
  });
  return `Parts of these files are from the following packages.\n\n${texts.join('\n\n')}`;
}

/** Writes the bundle. Resolves to the sources that each file has something of: file → sources. */
export async function bundleForBrowsers(folder) {
  const core = await findCore();
  const built = await bundleBoth(core);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sources = {};
  for (const { outputFiles, metafile } of built) {
    for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
    for (const [path, output] of Object.entries(metafile.outputs))
      sources[basename(path)] = sourcesOf(output);
  }
  const spaces = Object.keys(NAMESPACES).map((name) => `export * as ${name} from './${name}.js';\n`);
  writeFileSync(join(folder, 'core.js'), `export { ${core.exports.join(', ')} } from '${CORE}';\n`);
  writeFileSync(join(folder, 'fovea.js'), `export * from './core.js';\n${spaces.join('')}`);
  writeFileSync(join(folder, 'LICENSES.txt'), licencesOf(Object.values(sources).flat()));
  return sources;
}

if (process.argv[1] === import.meta.filename) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Usage: node tools/browser-bundle.mjs FOLDER');
  await bundleForBrowsers(folder);
}
