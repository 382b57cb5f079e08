/**
 * @file The sweep over the instruction table against the bytes that GNU `as` makes: tests/fixtures/x64/golden.txt, written
 * by tools/x64/sweep.mjs. Some cases are there as text, all of them as one digest.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fixtureUrl } from '../../../tests/support/fixtures.ts';
import { goldenCases, goldenLine, sweep, sweepDigest } from '../../../tests/support/x64-sweep.ts';
import { INSTRUCTIONS, type Mnemonic } from './instructions.ts';
import { formsOf } from './notation.ts';

describe('x64 encodings', () => {
  const cases = [...sweep()];
  const [summary, ...lines] = readFileSync(fixtureUrl('x64/golden.txt'), 'utf8').trimEnd().split('\n');

  it('are those of GNU as in every golden line', () => {
    assert.deepEqual(goldenCases(cases).map(goldenLine), lines);
  });

  it('are those of GNU as in all other cases (if not, tools/x64/sweep.mjs shows which)', () => {
    assert.equal(`${cases.length} | ${sweepDigest(cases)}`, summary);
  });

  it('are tried for every form of the table', () => {
    const tried = new Set(cases.map(({ form }) => form));
    const forms = (Object.keys(INSTRUCTIONS) as Mnemonic[]).flatMap(formsOf);
    const missing = forms
      .filter((form) => !tried.has(form))
      .map(({ mnemonic, text }) => `${mnemonic}: ${text}`);
    assert.deepEqual(missing, []);
  });
});
