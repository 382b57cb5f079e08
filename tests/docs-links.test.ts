/** @file The hand-written docs: each link leads to a file, and each decision has a number of its own. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);

function pagesIn(folder: string): string[] {
  return readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => folder + name);
}

test('links from page to page, and from page to file, lead somewhere', () => {
  const pages = [...pagesIn('./'), ...pagesIn('docs/'), ...pagesIn('docs/decisions/')];
  const dead: string[] = [];
  for (const page of pages) {
    for (const [, target] of readFileSync(new URL(page, root), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      if (/^https?:/.test(target!)) continue;
      if (!existsSync(new URL(target!, new URL(page, root)))) dead.push(`${page}: ${target}`);
    }
  }
  assert.ok(pages.length > 15);
  assert.deepEqual(dead, []);
});

test('each decision has a number of its own, which its heading says', () => {
  const folder = 'docs/decisions/';
  const numbers = pagesIn(folder).map((page) => {
    const number = page.slice(folder.length, folder.length + 4);
    assert.ok(readFileSync(new URL(page, root), 'utf8').startsWith(`# ${Number(number)}. `), page);
    return number;
  });
  assert.deepEqual([...new Set(numbers)], numbers);
});
