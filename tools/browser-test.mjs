/**
 * @file Loads the browser bundle in a headless Chromium, with and without cross-origin isolation and under a policy that
 * forbids its workers, trains a small network there and checks what it learnt. Needs `npm run build` first and a Chromium: CHROMIUM=/path, or one on the usual paths.
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
const CANDIDATES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
];
const TIMEOUT_MS = 60_000;

const PAGE = `<!doctype html><meta charset="utf-8"><script type="module">
const report = (body) => fetch('/report', { method: 'POST', body: JSON.stringify(body) });
try {
  const { sequential, layers, tensor, Tensor, utils, backend } = await import('/fovea.js');
  utils.setRandomSeed(7);
  const size = 8, count = 256;
  const x = new Float32Array(count * size * size), y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    y[i] = i % 2;
    for (let j = 0; j < size; j++) x[i * size * size + (y[i] ? j * size + (i % size) : (i % size) * size + j)] = 1;
  }
  const net = sequential();
  net.add(layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [size, size, 1] }));
  net.add(layers.maxPooling2d({ poolSize: 2 }));
  net.add(layers.flatten());
  net.add(layers.dense({ units: 2, activation: 'softmax' }));
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const images = tensor(x, [count, size, size, 1]), labels = tensor(y);
  let beats = 0;
  const timer = setInterval(() => beats++, 1);
  await net.fit(images, labels, { epochs: 30, batchSize: 32, verbose: 0 });
  clearInterval(timer);
  const [loss, accuracy] = await net.evaluate(images, labels, { verbose: 0 });
  const weights = net.getWeights().flatMap((w) => [...w.data]);
  const sum = weights.reduce((total, w) => total + w, 0);
  await report({ isolated: crossOriginIsolated, cores: navigator.hardwareConcurrency, ...backend.describe(), loss, accuracy, beats, sum });
} catch (error) {
  await report({ error: String(error && error.stack || error) });
}
</script>`;

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** Allows WebAssembly, and no workers but those with a file. */
const POLICY = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
};

const PAGES = [
  { name: 'cross-origin isolated', headers: ISOLATION, isolated: true, manyThreads: true },
  { name: 'plain page', headers: {}, isolated: false, manyThreads: false },
  {
    name: 'isolated, workers forbidden',
    headers: { ...ISOLATION, ...POLICY },
    isolated: true,
    manyThreads: false,
  },
];

function serve(headers, onReport) {
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
    } else response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(PAGE);
  });
}

async function run(chromium, headers) {
  const profile = mkdtempSync(join(tmpdir(), 'fovea-browser-'));
  let server;
  let browser;
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('The page did not report in time.')), TIMEOUT_MS);
      server = serve(headers, (report) => {
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
for (const { name, headers, isolated, manyThreads } of PAGES) {
  const report = await run(chromium, headers);
  const threadsRight = manyThreads ? report.threads === report.cores : report.threads === 1;
  const good = !report.error && report.isolated === isolated && threadsRight && report.accuracy > 0.95;
  if (!good) failed++;
  else sums.push(report.sum);
  console.log(`${good ? 'ok' : 'NOT OK'} ${name}: ${JSON.stringify(report)}`);
}
if (new Set(sums).size > 1) {
  failed++;
  console.log(`NOT OK the pages trained different weights: ${sums.join(' and ')}`);
}
console.log(`${PAGES.length - Math.min(PAGES.length, failed)} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
