/**
 * @file Opens pages of `fovea report` and `fovea explain` in Chromium, in both themes, wide and narrow, and checks that nothing
 * is asked from a network, that no script fails, that the page is not wider than the window, and that axe-core, if it is
 * installed in the folder AXE, finds no violation.
 *
 *   [AXE=folder/with/axe-core] node tools/report-test.mjs PAGE.html…
 *
 * Chromium is found as by tools/chromium.mjs. Links of confusion matrices are followed with the keyboard's click.
 */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesIn, findChromium, openPage } from './chromium.mjs';

/** What the page checks about itself, as text: it runs in the page. */
const CHECKS = `
const problems = window.problems;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
addEventListener('load', async () => {
  const link = document.querySelector('.matrix a');
  if (link) {
    link.focus();
    if (document.activeElement !== link) problems.push('a number of the matrix cannot be focused');
    link.click();
    await wait(100);
    const target = document.getElementById(link.hash.slice(1));
    if (!target?.open) problems.push(link.hash + ' does not open');
    if (document.activeElement !== target?.querySelector('summary')) problems.push(link.hash + ' is not focused');
  }
  for (const details of document.querySelectorAll('details')) details.open = true;
  for (const image of document.images) image.loading = 'eager';
  await Promise.all([...document.images].map((image) => image.decode().catch(() => problems.push('no image: ' + image.src.slice(0, 80)))));
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  if (new Set(ids).size !== ids.length) problems.push('an id is there twice');
  for (const { hash } of document.querySelectorAll('a[href^="#"]')) if (!ids.includes(hash.slice(1))) problems.push(hash + ' leads nowhere');
  for (const figure of document.querySelectorAll('figure')) {
    if (figure.scrollWidth > figure.clientWidth + 1) { problems.push('a figure is wider than its place: ' + figure.textContent.trim().slice(0, 80)); break; }
  }
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) problems.push('the page is ' + root.scrollWidth + ' pixels wide in a window of ' + root.clientWidth);
  if (window.axe) for (const { id, nodes } of (await axe.run()).violations) problems.push('axe: ' + id + ': ' + nodes[0].html.slice(0, 120));
  await fetch('/report', { method: 'POST', body: JSON.stringify({ problems, width: root.clientWidth, images: document.images.length }) });
});
`;
const CATCHER = `<script>window.problems = [];
addEventListener('error', ({ message }) => problems.push('script: ' + message));
addEventListener('securitypolicyviolation', ({ blockedURI }) => problems.push('asked for ' + blockedURI));
</script>`;

const axeFile = join(process.env.AXE ?? '', 'node_modules/axe-core/axe.min.js');
const axe = process.env.AXE && existsSync(axeFile) ? readFileSync(axeFile, 'utf8') : '';
if (axe === '') console.log('Without axe-core: AXE names no folder that has it.');

/** The page with the checks in it. Its own policy would not let it report; the one of the server allows that and no more. */
function checked(text) {
  return text
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
    .replace('<head>', () => `<head>${CATCHER}`)
    .replace('</body>', () => `<script>${axe}</script><script>${CHECKS}</script></body>`);
}

const headers = {
  'Content-Security-Policy':
    "default-src 'none'; img-src data: 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
};
const VIEWS = [
  ['light', ['--window-size=1180,900']],
  ['dark', ['--window-size=1180,900', '--blink-settings=preferredColorScheme=0']],
  ['narrow', ['--window-size=500,900']],
];
const chromium = findChromium();
let failed = 0;
for (const page of process.argv.slice(2)) {
  const files = filesIn(dirname(page));
  const answer = (path) =>
    path === '/' ? checked(readFileSync(page, 'utf8')) : files(decodeURIComponent(path));
  for (const [name, flags] of VIEWS) {
    const { report } = await openPage(chromium, answer, headers, flags);
    failed += report.problems.length;
    const result = report.problems.length === 0 ? 'ok' : report.problems.join('\n  ');
    console.log(`${basename(page)}, ${name}, ${report.width} pixels, ${report.images} images: ${result}`);
  }
}
if (process.argv.length < 3) console.error('Give the pages to check.');
process.exit(failed > 0 || process.argv.length < 3 ? 1 : 0);
