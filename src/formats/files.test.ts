import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { pathToFileURL } from 'node:url';
import { FormatError, FoveaError, UnsupportedError, ValueError } from '../base/errors.ts';
import { makeFolderOf, readWholeFile, toFilePath, writeFileAtomically } from './files.ts';

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

test('a link stays a link, and a private file private', { skip: process.platform === 'win32' }, async () => {
  const [path, link] = ['private.h5', 'link.h5'].map((name) => join(folder, name)) as [string, string];
  await writeFile(path, 'old', { mode: 0o600 });
  await symlink(path, link);
  await writeFileAtomically(link, Uint8Array.of(7));
  assert.deepEqual([...(await readFile(path))], [7]);
  assert.ok((await lstat(link)).isSymbolicLink());
  assert.equal((await stat(path)).mode & 0o777, 0o600);
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

test('names of files are as long as the system has them', async () => {
  const longest = `${'a'.repeat(249)}.keras`;
  await writeFileAtomically(join(folder, longest), Uint8Array.of(1));
  await rm(join(folder, longest));
  await assert.rejects(
    writeFileAtomically(join(folder, `a${longest}`), Uint8Array.of(1)),
    (error) => error instanceof FoveaError && /the name is too long/.test(error.message),
  );
  assert.ok(!(await readdir(folder)).some((name) => name.endsWith('.tmp')));
});

test('paths and URLs of files are taken, others refused', async () => {
  const path = join(folder, 'with space.keras');
  const url = pathToFileURL(path);
  for (const given of [path, url, url.href]) assert.equal(await toFilePath(given, 'save()'), path);
  assert.equal(await toFilePath('a.keras', 'save()'), 'a.keras');
  const refused: [unknown, typeof FoveaError, RegExp][] = [
    [undefined, ValueError, /save\(\) takes a path/],
    ['', ValueError, /takes a path/],
    [3, ValueError, /filepath=3/],
    ['https://example.org/a.keras', UnsupportedError, /takes paths and file: URLs/],
    [new URL('https://example.org/a.keras'), UnsupportedError, /URL of 'https:'/],
    ['data:application/zip;base64,UEs=', UnsupportedError, /takes paths and file: URLs/],
    ['file://host/a%2Fb', ValueError, /the URL of no file/],
  ];
  for (const [given, Class, message] of refused) {
    await assert.rejects(
      toFilePath(given as string, 'save()'),
      (error) => error instanceof Class && message.test(error.message),
      String(given),
    );
  }
});

test('folders are made', async () => {
  const path = join(folder, 'deep', 'er', 'a.keras');
  await makeFolderOf(path);
  await writeFileAtomically(path, Uint8Array.of(1));
  await assert.rejects(makeFolderOf(join(path, 'below', 'b.keras')), /a part of it is a file/);
});
