import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { FormatError, FoveaError, ValueError } from '../base/errors.ts';
import { checkExtension, readWholeFile, writeFileAtomically } from './files.ts';

const folder = await mkdtemp(join(tmpdir(), 'fovea-'));
after(() => rm(folder, { recursive: true }));

test('a file is written, then replaced, and nothing else is left', async () => {
  const path = join(folder, 'a.keras');
  await writeFileAtomically(path, Uint8Array.of(1, 2));
  await writeFileAtomically(path, Uint8Array.of(3));
  assert.deepEqual([...(await readFile(path))], [3]);
  assert.deepEqual(await readdir(folder), ['a.keras']);
  assert.deepEqual([...(await readWholeFile(path))], [3]);
});

test('a failure leaves nothing behind', async () => {
  const taken = join(folder, 'taken');
  await mkdir(taken);
  await writeFile(join(taken, 'inside'), '');
  await assert.rejects(
    writeFileAtomically(taken, Uint8Array.of(1)),
    (error) => error instanceof FoveaError && /Cannot write '.*taken': /.test(error.message),
  );
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.tmp')),
    [],
  );
  assert.deepEqual(await readdir(taken), ['inside']);
});

test('a folder that does not exist is named', async () => {
  const path = join(folder, 'absent', 'a.keras');
  await assert.rejects(
    writeFileAtomically(path, Uint8Array.of(1)),
    /Cannot write .*there is no such file or folder/,
  );
  await assert.rejects(
    readWholeFile(path),
    (error) => error instanceof FormatError && /no such file/.test(error.message),
  );
  await assert.rejects(readWholeFile(folder), /it is a folder/);
});

test('a wrong ending is refused', () => {
  checkExtension('a.keras', '.keras', 'save()');
  for (const path of ['a.h5', '', undefined, 3]) {
    assert.throws(() => checkExtension(path, '.keras', 'save()'), ValueError);
  }
});
