/** @file Opens a page in a headless Chromium, from a server of its own, and waits for what the page reports. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

const CANDIDATES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
];
const TIMEOUT_MS = 60_000;
const TYPES = {
  '': 'text/html',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
};
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** The path of a Chromium. Ends the process where there is none. */
export function findChromium() {
  const chromium = CANDIDATES.find((path) => path && existsSync(path));
  if (chromium) return chromium;
  console.error(`No Chromium found at ${CANDIDATES.filter(Boolean).join(', ')}. Set CHROMIUM to its path.`);
  process.exit(1);
}

/** What a server answers for a folder: the file of the path, or undefined. */
export function filesIn(folder) {
  return (path) =>
    path.includes('..') || !existsSync(join(folder, path)) ? undefined : readFileSync(join(folder, path));
}

/**
 * A server on a free port. `answer(path)` gives the bytes or the text of a path, or undefined for 404; `onReport` gets
 * what a page posts to /report. Resolves to its address and `close()`.
 */
export async function serve(answer, { headers = {}, onReport = () => {} } = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/report') {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        response.end();
        onReport(JSON.parse(body));
      });
      return;
    }
    const body = answer(pathname);
    if (body !== undefined) asked.push({ path: pathname, body });
    const type = TYPES[extname(pathname)] ?? 'application/octet-stream';
    response.writeHead(body === undefined ? 404 : 200, { ...headers, 'Content-Type': type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://127.0.0.1:${server.address().port}`, asked, close };
}

/** Removes a folder of processes that are ending, which may still write into it for a while. */
async function removeFolder(folder) {
  for (let tries = 1; ; tries++) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * Opens `/` of a server and resolves to the object that the page posts to /report, and the answers that it got before:
 * `{ report, asked: [{ path, body }] }`. `flags` are more of Chromium's. Rejects when there is no report in time.
 */
export async function openPage(chromium, answer, headers = {}, flags = []) {
  const profile = mkdtempSync(join(tmpdir(), 'fovea-browser-'));
  let server;
  let browser;
  let timer;
  try {
    const report = await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('The page did not report in time.')), TIMEOUT_MS);
      const opened = serve(answer, { headers, onReport: resolve }).then((it) => {
        server = it;
        const args = [...FLAGS, ...flags, `--user-data-dir=${profile}`, `${it.address}/`];
        browser = spawn(chromium, args, { stdio: 'ignore', detached: true });
        browser.on('error', reject);
      });
      opened.catch(reject);
    });
    return { report, asked: server.asked };
  } finally {
    clearTimeout(timer);
    server?.close();
    if (browser?.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    await removeFolder(profile);
  }
}
