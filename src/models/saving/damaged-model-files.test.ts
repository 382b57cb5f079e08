import assert from 'node:assert/strict';
import { test } from 'node:test';
import { damagedFiles, survives, wholeFiles } from '../../../tests/support/damaged-models.ts';

test('hundreds of damaged files of all formats are read or refused, and change no model in part', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const files = await wholeFiles();
  for (const file of files) assert.ok(await survives(file), file.name);
  let refused = 0;
  let done = 0;
  for (const file of damagedFiles(files, 20_261_127)) {
    if (done++ === 500) break;
    refused += (await survives(file)) ? 0 : 1;
  }
  assert.ok(refused > 200 && refused < 500, `${refused} were refused`);
});
