import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Answer, serveFile } from '../../tests/support/file-server.ts';
import { FoveaError } from '../base/errors.ts';
import { checksumProblem } from './checksum.ts';
import { download } from './download.ts';
import { md5 as browserMd5 } from './md5.browser.ts';
import { md5 } from './md5.ts';

const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const others = bytes.map((byte) => byte ^ 1);

const server = await serveFile();
after(() => server.close());
beforeEach(() => server.requests.splice(0));

async function fetched(...answers: readonly Answer[]): Promise<Uint8Array> {
  server.answers = answers;
  const stalls = answers.some(({ stallAfter }) => stallAfter !== undefined);
  return download(`${server.url}file`, { silenceMs: stalls ? 1000 : 60_000, pauseMs: 1 });
}

const rangesAsked = () => server.requests.map(({ headers }) => headers.range ?? null);

async function fails(answers: readonly Answer[], message: RegExp, requests: number): Promise<void> {
  await assert.rejects(
    fetched(...answers),
    (error) => error instanceof FoveaError && message.test(error.message),
  );
  assert.equal(server.requests.length, requests);
}

test('a file comes as it is, with and without a length, packed or behind a redirect', async () => {
  assert.deepEqual(await fetched({ bytes }), bytes);
  assert.deepEqual(await fetched({ bytes, length: false }), bytes);
  assert.deepEqual(await fetched({ bytes: gzipSync(bytes), headers: { 'content-encoding': 'gzip' } }), bytes);
  const moved = { bytes: new Uint8Array(0), status: 302, headers: { location: '/elsewhere' } };
  assert.deepEqual(await fetched(moved, { bytes }), bytes);
  assert.equal(server.requests.at(-1)!.path, '/elsewhere');
  assert.deepEqual(await fetched({ bytes: new Uint8Array(0) }), new Uint8Array(0));
});

test('a download goes on where it was cut', async () => {
  assert.deepEqual(
    await fetched({ bytes, cutAfter: 100_000 }, { bytes, cutAfter: 50_000 }, { bytes }),
    bytes,
  );
  assert.deepEqual(rangesAsked(), [null, 'bytes=100000-', 'bytes=150000-']);
  assert.equal(server.requests[1]!.headers['if-range'], '"v1"');
});

test('it goes on through many cuts, so long as each brings something', async () => {
  assert.deepEqual(
    await fetched(...Array.from({ length: 9 }, () => ({ bytes, cutAfter: 30_000 })), { bytes }),
    bytes,
  );
});

test('it begins again where the server has another file, or cannot go on', async () => {
  const changed = { bytes: others, headers: { etag: '"v2"' } };
  assert.deepEqual(await fetched({ bytes, cutAfter: 100_000 }, changed), others);
  assert.deepEqual(await fetched({ bytes, cutAfter: 100_000 }, { bytes: others, ranges: false }), others);
  const beyond = { bytes: new Uint8Array(0), status: 416 };
  assert.deepEqual(await fetched({ bytes, cutAfter: 100_000 }, beyond, { bytes: others }), others);
  const wrong = { bytes, headers: { 'content-range': 'bytes 5-9/300000' } };
  assert.deepEqual(await fetched({ bytes, cutAfter: 100_000 }, wrong, { bytes: others }), others);
  server.requests.splice(0);
  const refusing = { bytes, cutAfter: 100_000, headers: { 'accept-ranges': 'none' } };
  assert.deepEqual(await fetched(refusing, { bytes }), bytes);
  assert.deepEqual(rangesAsked(), [null, null]);
});

test('a server that stalls or is busy is asked again', async () => {
  assert.deepEqual(await fetched({ bytes, stallAfter: 100_000 }, { bytes }), bytes);
  assert.deepEqual(rangesAsked(), [null, 'bytes=100000-']);
  const busy = { bytes: new Uint8Array(0), status: 503 };
  assert.deepEqual(await fetched(busy, { ...busy, status: 429 }, { bytes }), bytes);
});

test('what does not get better is an error', async () => {
  const none = new Uint8Array(0);
  await fails([{ bytes: none, status: 404 }], /^the server answered 404 Not Found$/, 1);
  server.requests.splice(0);
  await fails([{ bytes: none, status: 500 }], /answered 500 .*after 4 attempts/, 4);
  server.requests.splice(0);
  await fails([{ bytes, stallAfter: 0 }], /silent for 1 seconds, after 4 attempts/, 4);
  server.requests.splice(0);
  await fails([{ bytes, cutAfter: 1000, ranges: false }], /after 4 attempts/, 4);
  server.requests.splice(0);
  // Without `close`, the server would leave the connection open for five seconds.
  const headers = { 'content-length': '5000', connection: 'close' };
  const short = { bytes: bytes.subarray(0, 1000), headers, ranges: false };
  await fails([short], /after 4 attempts/, 4);
});

test('without any connection nothing is tried again', async (t) => {
  const gone = await serveFile();
  await gone.close();
  const fetchMock = t.mock.method(globalThis, 'fetch');
  await assert.rejects(download(`${gone.url}x`), /^FoveaError: fetch failed: .*ECONNREFUSED[^,]*$/);
  assert.equal(fetchMock.mock.callCount(), 1);
});

test('checksums are told by their lengths', async () => {
  const text = new TextEncoder().encode('message digest');
  assert.equal(await checksumProblem(text, 'f96b697d7cb7938d525a2f31aaf161d0'), null);
  assert.match((await checksumProblem(text, '0'.repeat(32)))!, /^MD5 is f96b697d.*, expected 0000/);
  assert.match((await checksumProblem(text, '0'.repeat(64)))!, /^SHA-256 is f7846f55/);
  assert.deepEqual(new Uint8Array(await browserMd5(bytes)), new Uint8Array(await md5(bytes)));
});
