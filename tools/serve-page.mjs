/**
 * @file Serves a page of examples/ with the built library, under the headers that allow threads, and prints its address.
 *
 * Usage: node tools/serve-page.mjs NAME   (after npm run build)
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, serve } from './chromium.mjs';

const ROOT = join(import.meta.dirname, '..');
const page = `/examples/${process.argv[2]}.html`;
if (!existsSync(join(ROOT, page)) || !existsSync(join(ROOT, 'dist/browser/fovea.js'))) {
  console.error(
    `There is no ${page} or no dist/browser/fovea.js: npm run build, then node tools/serve-page.mjs NAME.`,
  );
  process.exit(2);
}
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const files = filesIn(ROOT);
const isShown = (path) => /^\/(examples|dist\/browser)\//.test(path);
const { address } = await serve((path) => (isShown(path) ? files(path) : undefined), { headers });
console.log(`Open ${address}${page} (Ctrl-C ends the server).`);
