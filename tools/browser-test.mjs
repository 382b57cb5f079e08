/**
 * @file Loads the pages of tools/browser-pages in a headless Chromium: a small network that is trained with and without
 * cross-origin isolation, under a policy that forbids the bundle's workers and with the bundle from another origin; photos as File objects that a network is
 * trained on; image files of every kind, whose pixels are compared. Needs `npm run build` first and a Chromium:
 * CHROMIUM=/path, or one on the usual paths.
 *
 * Usage: node tools/browser-test.mjs
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesIn, findChromium, openPage, serve } from './chromium.mjs';

const ROOT = join(import.meta.dirname, '..');
const BUNDLE = join(ROOT, 'dist/browser');
const IMAGES = join(ROOT, 'tests/fixtures/images.json');
const PAGE_FOLDER = join(import.meta.dirname, 'browser-pages');
/** Where the server of the page has the bundle, and where one of other origin has it. */
const HERE = '/fovea/';
const ELSEWHERE = '/npm/fovea@0.1.0/dist/browser/';

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** Allows WebAssembly, and no workers but those with a file. */
const POLICY = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
};

/** Gzipped bytes of scripts that a page may load to train. */
const MOST_TO_TRAIN = 200_000;

const threadsOfPage = (isolated) => (report) =>
  report.isolated === isolated && report.threads === (isolated ? report.cores : 1) && report.accuracy > 0.95;
const oneThread = (isolated) => (report) =>
  report.isolated === isolated && report.threads === 1 && report.accuracy > 0.95;

/** `same`: pages that must train the same weights. */
const PAGES = [
  {
    name: 'cross-origin isolated',
    page: 'network.html',
    headers: ISOLATION,
    isGood: threadsOfPage(true),
    same: true,
  },
  { name: 'plain page', page: 'network.html', headers: {}, isGood: threadsOfPage(false), same: true },
  {
    name: 'isolated, workers forbidden',
    page: 'network.html',
    headers: { ...ISOLATION, ...POLICY },
    isGood: oneThread(true),
    same: true,
  },
  {
    name: 'the core alone',
    page: 'network.html',
    entry: 'core.js',
    headers: ISOLATION,
    isGood: (report) => threadsOfPage(true)(report) && report.loaded <= MOST_TO_TRAIN,
    same: true,
  },
  {
    name: 'the core, and namespaces by an import map',
    page: 'import-map.html',
    entry: 'core.js',
    headers: {},
    isGood: ({ shape, svg }) => String(shape) === '1,2,1' && svg,
  },
  {
    name: 'isolated, the bundle from another origin',
    page: 'network.html',
    headers: ISOLATION,
    elsewhere: true,
    isGood: threadsOfPage(true),
    same: true,
  },
  {
    name: 'photos as File objects',
    page: 'photos.html',
    headers: ISOLATION,
    isGood: ({ accuracy, classNames, skipped, saved, difference }) =>
      accuracy > 0.95 &&
      String(classNames) === 'flat,upright' &&
      skipped === 'flat/damaged.jpg' &&
      saved > 50 &&
      difference === 0,
  },
  {
    name: 'image files as Pillow reads them',
    page: 'decoding.html',
    headers: {},
    // Browsers multiply colours by alpha and back.
    isGood: ({ files, difference }) => files > 90 && difference <= 4,
  },
];

const bundle = filesIn(BUNDLE);
const below = (folder, path) => (path.startsWith(folder) ? bundle(path.slice(folder.length)) : undefined);

/** What the server of a page answers; the page imports the bundle's file `entry`. */
function answerFor(page, entry) {
  return (path) => {
    if (path === '/images.json') return readFileSync(IMAGES);
    if (path !== '/') return below(HERE, path);
    return readFileSync(join(PAGE_FOLDER, page), 'utf8').replaceAll('/fovea.js', entry);
  };
}

/** The report of a page, with the gzipped size of the scripts that it loaded. */
async function run(chromium, { page, headers, entry = 'fovea.js', elsewhere = false }) {
  const anyone = { 'Access-Control-Allow-Origin': '*' };
  const other = elsewhere ? await serve((path) => below(ELSEWHERE, path), { headers: anyone }) : null;
  try {
    const place = other === null ? HERE : `${other.address}${ELSEWHERE}`;
    const { report, asked } = await openPage(chromium, answerFor(page, `${place}${entry}`), headers);
    const scripts = [...asked, ...(other?.asked ?? [])].filter(({ path }) => path.endsWith('.js'));
    return { ...report, loaded: scripts.reduce((sum, { body }) => sum + gzipSync(body).length, 0) };
  } finally {
    other?.close();
  }
}

const chromium = findChromium();
if (!existsSync(join(BUNDLE, 'fovea.js'))) {
  console.error('dist/browser/fovea.js is missing. Run npm run build first.');
  process.exit(1);
}
let failed = 0;
const sums = [];
for (const page of PAGES) {
  const report = await run(chromium, page);
  const good = !report.error && page.isGood(report);
  if (!good) failed++;
  else if (page.same) sums.push(report.sum);
  console.log(`${good ? 'ok' : 'NOT OK'} ${page.name}: ${JSON.stringify(report)}`);
}
if (new Set(sums).size > 1) {
  failed++;
  console.log(`NOT OK the pages trained different weights: ${sums.join(' and ')}`);
}
console.log(`${PAGES.length - Math.min(PAGES.length, failed)} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
