/** @file Models from folders, archives, servers and lists of files: what is found, and what is said of what is not. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { FormatError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { type FileSource, openSource } from '../open-source.ts';
import { writeZip } from '../zip.ts';
import { firstFile } from './first-file.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (found: Uint8Array | null) => (found === null ? null : new TextDecoder().decode(found));

let folder = '';
let origin = '';
const asked: string[] = [];

/** What the server has at a path. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/m/model.json': (response) => response.end('{"modelTopology": 1}'),
  '/m/weights.bin': (response) => response.end('weights'),
  '/m/page.bin': (response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>x</title>'),
  '/m/broken.bin': (response) => response.writeHead(503).end(),
  '/m/refused.bin': (response) => response.destroy(),
  '/short': (response) => response.writeHead(302, { location: '/m/model.json' }).end(),
  '/m/cut.bin': (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('x', () => response.destroy());
  },
};
const server = createServer(({ url = '' }, response) => {
  asked.push(url);
  const answer = ANSWERS[new URL(url, 'http://x').pathname];
  if (answer === undefined) response.writeHead(404).end('<html>');
  else answer(response);
});

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-'));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function refuses(
  source: unknown,
  Class: typeof FormatError | typeof ValueError,
  message: RegExp,
): Promise<void> {
  await assert.rejects(
    openSource(source as FileSource, 'loadModel()'),
    (error) => error instanceof Class && message.test(error.message),
    String(message),
  );
}

test("the model's own file among others", () => {
  const cases: [string[], string | null][] = [
    [['weights.bin', 'metadata.json', 'model.json'], 'model.json'],
    [['labels.txt', 'keras_model.h5'], 'keras_model.h5'],
    [['a/metadata.json', 'a/model.json', '__MACOSX/a/._model.json'], 'a/model.json'],
    [['best.keras', 'log.csv'], 'best.keras'],
    [['one.h5', 'two.h5'], null],
    [['a/model.json', 'b/model.json'], null],
    [['deep/er/x.keras', 'x.keras'], 'x.keras'],
    [['weights.bin', 'metadata.json'], null],
    [[], null],
  ];
  for (const [paths, expected] of cases) assert.equal(firstFile(paths), expected, paths.join());
});

test('a path, a folder, a file: URL as text and as object', async () => {
  const own = join(folder, 'own');
  await mkdir(join(own, 'sub'), { recursive: true });
  await writeFile(join(own, 'model.json'), '{}');
  await writeFile(join(own, 'sub', 'weights.bin'), 'weights');
  const url = pathToFileURL(join(own, 'model.json'));
  for (const source of [own, `${own}/`, join(own, 'model.json'), url, url.href]) {
    const file = await openSource(source, 'loadModel()');
    assert.equal(textOf(file.bytes), '{}');
    assert.equal(textOf(await file.beside('sub/weights.bin')), 'weights');
    assert.equal(await file.beside('other.bin'), null);
    await assert.rejects(
      file.needed('other.bin', 'with numbers'),
      /needs the file 'other\.bin' beside it, with numbers: there is no such file/,
    );
    await assert.rejects(file.beside('../own/model.json'), FormatError);
  }
  await refuses(join(folder, 'absent'), FormatError, /no such file or folder/);
  await refuses(folder, FormatError, /holds no file.*It holds own/);
  await refuses('data:application/json,{}', UnsupportedError, /takes paths and file: URLs/);
});

test('an archive, with its files in a folder or not, and one of another kind', async () => {
  for (const at of ['', 'export/']) {
    const members = {
      [`${at}model.json`]: bytes('{}'),
      [`${at}weights.bin`]: bytes('weights'),
      '__MACOSX/._model.json': bytes(''),
    };
    const file = await openSource(new File([writeZip(members) as BlobPart], 'tm.zip'), 'loadModel()');
    assert.equal(file.name, `tm.zip/${at}model.json`);
    assert.equal(textOf(await file.beside('weights.bin')), 'weights');
    await assert.rejects(file.needed('x.bin', 'with numbers'), /it is not in the archive/);
  }
  const other = await openSource(
    new File([writeZip({ 'readme.txt': bytes('') }) as BlobPart], 'a.zip'),
    'loadModel()',
  );
  assert.equal(other.name, 'a.zip');
});

test('files as objects, in any order, also out of a chosen folder', async () => {
  const list = [new File(['weights'], 'weights.bin'), new File(['{}'], 'model.json')];
  const file = await openSource(list, 'loadModel()');
  assert.equal(textOf(file.bytes), '{}');
  assert.equal(textOf(await file.beside('shards/weights.bin')), 'weights');
  await assert.rejects(file.needed('x.bin', 'with numbers'), /not among the 2 files/);
  const alone = await openSource([new File(['{}'], 'model.json')], 'loadModel()');
  await assert.rejects(alone.needed('w.bin', 'with numbers'), /only one file was given\. Give all files/);
  const blob = await openSource(new Blob(['{}']), 'loadModel()');
  assert.equal(textOf(await blob.beside('weights.bin')), null);
  const chosen = ['m/model.json', 'm/a/w.bin', 'm/b/w.bin'].map((path) =>
    Object.assign(new File([path], path.split('/').at(-1)!), { webkitRelativePath: path }),
  );
  // A property of a File that is read only in browsers.
  const relative = chosen.map((one, i) => ({
    ...{ name: one.name, size: one.size, type: one.type, arrayBuffer: () => one.arrayBuffer() },
    webkitRelativePath: ['m/model.json', 'm/a/w.bin', 'm/b/w.bin'][i]!,
  }));
  const fromFolder = await openSource(relative, 'loadModel()');
  assert.equal(textOf(await fromFolder.beside('b/w.bin')), 'm/b/w.bin');
  assert.equal(await fromFolder.beside('c/w.bin'), null);
  await refuses([new File([''], 'a.bin'), new File([''], 'b.bin')], ValueError, /Received a\.bin, b\.bin/);
  await refuses([new File([''], 'a.json'), new File([''], 'a.json')], ValueError, /the same name/);
  await refuses([new Blob(['']), new Blob([''])], ValueError, /without one/);
  await refuses({ length: 0 }, ValueError, /Received: a list of no files/);
  for (const given of [undefined, null, 3, {}, [], [3], '']) await refuses(given, ValueError, /takes a path/);
});

test('an archive with several models, and names of members in other encodings', async () => {
  const open = (archive: Uint8Array) => openSource(new File([archive as BlobPart], 'tm.zip'), 'loadModel()');
  const two = { 'a/model.json': bytes('{}'), 'b/model.json': bytes('{}') };
  await assert.rejects(open(writeZip(two)), /tm\.zip .*several models: a\/model\.json, b\/model\.json/);
  const named = writeZip({ 'Modele/model.json': bytes('{}'), 'Modele/w.bin': bytes('w') });
  for (let at = 0; at < named.length; at++) {
    // In the code page of old Windows, é is 0x82.
    if (String.fromCharCode(...named.subarray(at, at + 7)) === 'Modele/') named[at + 5] = 0x82;
  }
  const file = await open(named);
  assert.equal(textOf(file.bytes), '{}');
  assert.equal(textOf(await file.beside('w.bin')), 'w');
  const unicode = await open(
    writeZip({ 'Modèle 猫/model.json': bytes('{}'), 'Modèle 猫/ü.bin': bytes('w') }),
  );
  assert.equal(textOf(await unicode.beside('ü.bin')), 'w');
  const windows = await open(
    writeZip({ 'tm\\model.json': bytes('{}'), 'tm\\metadata.json': bytes('m'), 'tm\\w.bin': bytes('w') }),
  );
  assert.equal(windows.name, 'tm.zip/tm/model.json');
  assert.equal(textOf(await windows.beside('w.bin')), 'w');
  await assert.rejects(unicode.needed('constructor', 'with numbers'), /it is not in the archive/);
});

test('an address that leads elsewhere, one of a blob, and one that is none', async () => {
  const file = await openSource(`${origin}/short`, 'loadModel()');
  assert.equal(textOf(file.bytes), '{"modelTopology": 1}');
  assert.equal(textOf(await file.beside('weights.bin')), 'weights');
  const url = URL.createObjectURL(new Blob(['{}']));
  const blob = await openSource(url, 'loadModel()');
  URL.revokeObjectURL(url);
  assert.equal(textOf(blob.bytes), '{}');
  assert.equal(await blob.beside('weights.bin'), null);
  await refuses('http://', ValueError, /'http:\/\/' is no URL/);
});

test('a server is asked for what is not needed only where it is likely', async () => {
  const file = await openSource(`${origin}/m/model.json`, 'loadModel()');
  const before = asked.length;
  assert.equal(await file.extra('weights.bin', false), null);
  assert.equal(asked.length, before);
  assert.equal(textOf(await file.extra('weights.bin', true)), 'weights');
  const given = await openSource([new File(['{}'], 'model.json'), new File(['a'], 'a.txt')], 'loadModel()');
  assert.equal(textOf(await given.extra('a.txt', false)), 'a');
});

test('a server: files beside the model, with what stands behind its address', async () => {
  const url = `${origin}/m/model.json?key=1`;
  for (const source of [url, new URL(url)]) {
    const file = await openSource(source, 'loadModel()');
    assert.equal(textOf(await file.beside('weights.bin')), 'weights');
    assert.equal(asked.at(-1), '/m/weights.bin?key=1');
    await assert.rejects(file.needed('x.bin', 'with numbers'), /the server answered 404/);
    await assert.rejects(file.needed('page.bin', 'with numbers'), /a page \(HTML\)/);
    await assert.rejects(file.beside('broken.bin'), /broken\.bin\?key=1: the server answered 503/);
    await assert.rejects(file.beside('cut.bin'), /the connection broke/);
    // So it looks in a browser where an answer "no such file" lacks the permission for other pages.
    assert.equal(await file.beside('refused.bin'), null);
    await assert.rejects(file.needed('refused.bin', 'with numbers'), /refused\.bin.*no connection/);
    await assert.rejects(file.needed('%2e%2e/model.json', 'with numbers'), /lies elsewhere/);
    await assert.rejects(file.beside('https://example.org/x'), /Only files in its own folder/);
    await assert.rejects(file.beside('//example.org/x'), /Only files in its own folder/);
  }
  await refuses(
    `${origin}/m/absent.json`,
    FormatError,
    /absent\.json: the server answered 404.*Check the address/,
  );
  await refuses(`${origin}/m/?key=1`, FormatError, /address of a folder: give that of .*model\.json/);
  await refuses(`${origin}/m/page.bin`, FormatError, /a page \(HTML\)/);
  await refuses('http://localhost:1/model.json', FormatError, /no connection.*CORS/);
});
