/**
 * @file Builds the programs of tools/bundled-apps with Vite, webpack and esbuild, each with no more setting than it
 * needs, and runs them in a headless Chromium: the engine's workers start, a network trains the same weights
 * everywhere, a model is written and read, images of every format are decoded. Prints what each page loads.
 *
 * Usage: node tools/bundlers.mjs FOLDER (after npm run build; FOLDER is where `npm install vite webpack` was run)
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { filesIn, findChromium, openPage } from './chromium.mjs';

const ROOT = join(import.meta.dirname, '..');
const PROGRAMS = ['training', 'files'];
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const [peers] = process.argv.slice(2);
if (peers === undefined || !existsSync(join(ROOT, 'dist/browser/fovea.js'))) {
  console.error(
    'Usage: node tools/bundlers.mjs FOLDER, after npm run build and, in FOLDER, npm install vite webpack',
  );
  process.exit(1);
}
/** A package that is installed in the folder. */
const peer = (name) =>
  import(pathToFileURL(createRequire(resolve(peers, 'package.json')).resolve(name)).href);

/** Bundler → what builds `program`.js of the project in `folder` into `out`, with the name of the script for the page. */
const BUNDLERS = {
  async esbuild(folder, program, out) {
    await esbuild.build({
      entryPoints: [join(folder, `${program}.js`)],
      outdir: out,
      bundle: true,
      splitting: true,
      format: 'esm',
      minify: true,
    });
  },
  async webpack(folder, program, out) {
    const { default: webpack } = await peer('webpack');
    const settings = {
      mode: 'production',
      context: folder,
      entry: { [program]: `./${program}.js` },
      output: { path: out },
    };
    const stats = await new Promise((resolve, reject) => {
      webpack(settings, (error, result) => (error ? reject(error) : resolve(result)));
    });
    if (stats.hasErrors()) throw new Error(stats.toString());
  },
  async vite(folder, program, out) {
    const { build } = await peer('vite');
    writeFileSync(join(folder, 'index.html'), page(`/${program}.js`));
    await build({ root: folder, logLevel: 'warn', build: { outDir: out, emptyOutDir: true } });
  },
};

const page = (script) =>
  `<!doctype html><meta charset="utf-8"><script type="module" src="${script}"></script>\n`;

/** A project that has `fovea` installed, as from the registry. */
function makeProject() {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-bundlers-'));
  cpSync(join(import.meta.dirname, 'bundled-apps'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const home = join(folder, 'node_modules', 'fovea');
  mkdirSync(home, { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(home, 'package.json'));
  cpSync(join(ROOT, 'dist/browser'), join(home, 'dist/browser'), { recursive: true });
  return folder;
}

/** What the server has beside the bundle: image files, and a model of real Keras. */
function fixtures() {
  const { decoding } = JSON.parse(readFileSync(join(ROOT, 'tests/fixtures/images.json'), 'utf8'));
  const files = new Map(
    Object.entries(decoding).map(([name, { file }]) => [`/${name}`, Buffer.from(file, 'base64')]),
  );
  const model = readFileSync(join(ROOT, 'tests/fixtures/parity/keras-files/stack.keras.gz'));
  return files.set('/model.keras', gunzipSync(model));
}

/** What is wrong with a report, or undefined. */
function problemOf(program, { error, accuracy, name, threads, difference, opened, shapes, refused }) {
  if (error) return error;
  if (name !== 'wasm' || threads < 2) return `the engine is ${name} with ${threads} thread(s)`;
  if (!(accuracy > 0.95)) return `accuracy ${accuracy}`;
  if (program === 'training') return undefined;
  if (difference !== 0) return `the model that was written and read predicts otherwise, by ${difference}`;
  if (!(opened > 2)) return `the model of Keras has ${opened} layers`;
  if (shapes.some((shape) => shape !== shapes[0]) || shapes[0] !== '20×30×3')
    return `images are ${shapes.join(', ')}`;
  return refused === 'FormatError' ? undefined : `a damaged file gives ${refused}`;
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
const packed = (bodies) => bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);

const chromium = findChromium();
const files = fixtures();
const folder = makeProject();
let failed = 0;
try {
  for (const [bundler, build] of Object.entries(BUNDLERS)) {
    for (const program of PROGRAMS) {
      const out = join(folder, 'out', bundler, program);
      await build(folder, program, out);
      const built = filesIn(out);
      const own = existsSync(join(out, 'index.html'))
        ? readFileSync(join(out, 'index.html'))
        : page(`/${program}.js`);
      const answer = (path) => (path === '/' ? own : (files.get(path) ?? built(path)));
      const { report, asked } = await openPage(chromium, answer, ISOLATION);
      const problem = problemOf(program, report);
      if (problem) failed++;
      const scripts = asked.filter(({ path }) => path.endsWith('.js')).map(({ body }) => body);
      const all = readdirSync(out, { recursive: true }).filter((path) => path.endsWith('.js'));
      console.log(
        `${problem ? 'NOT OK' : 'ok'} ${bundler}, ${program}: ${problem ?? `${report.threads} threads`}; loaded ` +
          `${scripts.length} of ${all.length} files, ${kilobytes(packed(scripts))} gzipped ` +
          `(the first ${kilobytes(packed(scripts.slice(0, 1)))})`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
