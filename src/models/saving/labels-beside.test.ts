/** @file Names of classes beside a model on a server: asked for where they may be, and never in the way of the model. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { dense } from '../../layers/index.ts';
import { Sequential } from '../sequential.ts';
import { loadModel } from './load.ts';
import { modelToFiles } from './save.ts';

const asked: string[] = [];
const files = new Map<string, Uint8Array>();
const server = createServer(({ url = '' }, response) => {
  asked.push(url);
  const bytes = files.get(url);
  if (bytes !== undefined) response.end(bytes);
  else response.writeHead(url.startsWith('/busy/') ? 503 : 404).end();
});
let origin = '';

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const small = () => dense({ units: 2, inputShape: [3] });
  const plain = new Sequential({ layers: [small()] });
  const exported = new Sequential({ layers: [new Sequential({ layers: [small()] }), dense({ units: 2 })] });
  const folders = {
    '/plain/net.h5': plain,
    '/plain/model.json': plain,
    '/busy/keras_model.h5': plain,
    '/tm/keras_model.h5': plain,
    '/tm/model.json': exported,
  };
  for (const [path, net] of Object.entries(folders)) {
    const [, folder, name] = path.split('/');
    for (const file of await modelToFiles(net, name!)) files.set(`/${folder}/${file.name}`, file.bytes);
  }
  const encode = (text: string) => new TextEncoder().encode(text);
  files.set('/tm/labels.txt', encode('0 cats\n1 dogs\n'));
  files.set('/tm/metadata.json', encode('{"labels": ["cats", "dogs"]}'));
});
after(() => {
  server.closeAllConnections();
  server.close();
});

for (const name of ['net.h5', 'model.json']) {
  test(`nothing but its own files is asked for with a ${name} that Teachable Machine did not make`, async () => {
    asked.splice(0);
    assert.equal((await loadModel(`${origin}/plain/${name}`)).classNames, null);
    assert.deepEqual(
      asked.filter((path) => !files.has(path)),
      [],
    );
  });
}

for (const name of ['keras_model.h5', 'model.json']) {
  test(`the names beside a ${name} as Teachable Machine makes it`, async () => {
    assert.deepEqual((await loadModel(`${origin}/tm/${name}`)).classNames, ['cats', 'dogs']);
  });
}

test('a server that fails at the names gives the model without them, with a warning', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  assert.equal((await loadModel(`${origin}/busy/keras_model.h5`)).classNames, null);
  assert.match(String(warn.mock.calls[0]!.arguments[0]), /labels\.txt.*503.*without names of its classes/);
});
