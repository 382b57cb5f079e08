/** @file Callbacks that write logs to files and servers, where Keras cannot be asked: interruptions, answers, errors. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { csvLogger, remoteMonitor } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-logs-'));
after(() => rmSync(folder, { recursive: true }));

test('a table goes on after an interruption, without the rows that are made again', async () => {
  const filename = join(folder, 'log.csv');
  const first = csvLogger({ filename });
  await first.onTrainBegin();
  await first.onEpochEnd(0, { loss: 3 });
  const state = structuredClone(first.getState());
  await first.onEpochEnd(1, { loss: 2 });
  const second = csvLogger({ filename });
  await second.onTrainBegin();
  second.setState(state);
  await second.onEpochEnd(1, { loss: 2.5 });
  assert.equal(readFileSync(filename, 'utf8'), 'epoch,loss,val_loss\r\n0,3.0,NA\r\n1,2.5,NA\r\n');
});

test('names with separators and quotes are quoted', async () => {
  const filename = join(folder, 'quoted.csv');
  const callback = csvLogger({ filename });
  await callback.onTrainBegin();
  await callback.onEpochEnd(0, { 'a,"b"': 1, val_c: 2 });
  assert.equal(readFileSync(filename, 'utf8'), 'epoch,"a,""b""",val_c\r\n0,1.0,2.0\r\n');
  await assert.rejects(csvLogger({ filename: folder }).onTrainBegin(), /Cannot write .*: it is a folder/);
});

interface Request {
  readonly url: string;
  readonly type: string;
  readonly key: string | undefined;
  readonly body: string;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

test('logs are sent to a server, in a form or as JSON', async () => {
  const requests: Request[] = [];
  const server = createServer(async (request, response) => {
    const { url = '', headers } = request;
    const body = await textOf(request);
    requests.push({ url, type: headers['content-type'] ?? '', key: headers['x-key'] as string, body });
    response.statusCode = url === '/teapot' ? 418 : 200;
    response.end('thank you');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    await remoteMonitor({ root }).onEpochEnd(0, { loss: 0.5 });
    await remoteMonitor({ root, field: 'logs', path: '/here' }).onEpochEnd(1, { loss: 0.25 });
    const headers = { 'X-Key': 'secret' };
    await remoteMonitor({ root, path: '/teapot', sendAsJson: true, headers }).onEpochEnd(2, { loss: 1 });
  } finally {
    await new Promise((done) => server.close(done));
  }
  try {
    await remoteMonitor({ root }).onEpochEnd(3, { loss: 1 });
  } finally {
    console.warn = warn;
  }
  const form = 'application/x-www-form-urlencoded';
  assert.deepEqual(requests, [
    {
      ...{ url: '/publish/epoch/end/', type: form, key: undefined },
      body: `data=${encodeURIComponent('{"epoch":0,"loss":0.5}')}`,
    },
    {
      ...{ url: '/here', type: form, key: undefined },
      body: `logs=${encodeURIComponent('{"epoch":1,"loss":0.25}')}`,
    },
    { url: '/teapot', type: 'application/json', key: 'secret', body: '{"epoch":2,"loss":1}' },
  ]);
  assert.deepEqual(warnings, [
    `RemoteMonitor root server at ${root} answered 418.`,
    `Could not reach RemoteMonitor root server at ${root}`,
  ]);
  assert.throws(() => remoteMonitor({ headers: { a: 1 } as never }), /Expected a record of texts/);
});
