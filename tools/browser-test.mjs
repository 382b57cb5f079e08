/**
 * @file Loads the pages of tools/browser-pages in a headless Chromium: a small network that is trained with and without
 * cross-origin isolation and under a policy that forbids the bundle's workers; photos as File objects that a network is
 * trained on; image files of every kind, whose pixels are compared. Needs `npm run build` first and a Chromium:
 * CHROMIUM=/path, or one on the usual paths.
 *
 * Usage: node tools/browser-test.mjs
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const BUNDLE = join(ROOT, 'dist/browser/fovea.js');
const IMAGES = join(ROOT, 'tests/fixtures/images.json');
const PAGE_FOLDER = join(import.meta.dirname, 'browser-pages');
const CANDIDATES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
];
const TIMEOUT_MS = 60_000;

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** Allows WebAssembly, and no workers but those with a file. */
const POLICY = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
};

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
    name: 'photos as File objects',
    page: 'photos.html',
    headers: ISOLATION,
    isGood: ({ accuracy, classNames, skipped, saved }) =>
      accuracy > 0.95 &&
      String(classNames) === 'flat,upright' &&
      skipped === 'flat/damaged.jpg' &&
      saved > 50,
  },
  {
    name: 'image files as Pillow reads them',
    page: 'decoding.html',
    headers: {},
    // Browsers multiply colours by alpha and back.
    isGood: ({ files, difference }) => files > 90 && difference <= 4,
  },
];

function serve({ page, headers }, onReport) {
  return createServer((request, response) => {
    if (request.url === '/report') {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        response.end();
        onReport(JSON.parse(body));
      });
    } else if (request.url === '/fovea.js') {
      response.writeHead(200, { ...headers, 'Content-Type': 'text/javascript' }).end(readFileSync(BUNDLE));
    } else if (request.url === '/images.json') response.writeHead(200, headers).end(readFileSync(IMAGES));
    else
      response
        .writeHead(200, { ...headers, 'Content-Type': 'text/html' })
        .end(readFileSync(join(PAGE_FOLDER, page)));
  });
}

async function run(chromium, page) {
  const profile = mkdtempSync(join(tmpdir(), 'fovea-browser-'));
  let server;
  let browser;
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('The page did not report in time.')), TIMEOUT_MS);
      server = serve(page, (report) => {
        clearTimeout(timer);
        resolve(report);
      });
      server.listen(0, '127.0.0.1', () => {
        const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
        flags.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
        const url = `http://127.0.0.1:${server.address().port}/`;
        browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, url], { stdio: 'ignore' });
        browser.on('error', reject);
      });
    });
  } finally {
    browser?.kill('SIGKILL');
    server?.close();
    server?.closeAllConnections();
    await new Promise((resolve) => setTimeout(resolve, 200));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const chromium = CANDIDATES.find((path) => path && existsSync(path));
if (!chromium) {
  console.error(`No Chromium found at ${CANDIDATES.filter(Boolean).join(', ')}. Set CHROMIUM to its path.`);
  process.exit(1);
}
if (!existsSync(BUNDLE)) {
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
