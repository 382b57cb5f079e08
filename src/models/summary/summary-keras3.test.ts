import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { SummaryContent } from './summary-content.ts';
import { formatKeras3, type Keras3Layout } from './summary-keras3.ts';

// Written by real Keras: tools/parity/summary_goldens.py.
const cases: { name: string; options: Keras3Layout; content: SummaryContent; text: string }[] = JSON.parse(
  readFileSync('tests/fixtures/summary-keras3.json', 'utf8'),
);

for (const { name, options, content, text } of cases) {
  test(`summary equals Keras': ${name}`, () => {
    assert.equal(formatKeras3(content, options), text);
  });
}

test('a table without room is refused', () => {
  const { content, options } = cases[0]!;
  assert.throws(() => formatKeras3(content, { ...options, lineLength: 12 }), /Insufficient console width/);
});
