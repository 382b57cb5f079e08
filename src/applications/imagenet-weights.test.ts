import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, type TestContext, test } from 'node:test';
import { serveFile } from '../../tests/support/file-server.ts';
import { FoveaError, ValueError } from '../base/errors.ts';
import type { Functional } from '../models/functional.ts';
import { loadImageNetWeights } from './imagenet-weights.ts';
import { mobileNet } from './index.ts';
import type { WeightsFile } from './weights-file.ts';
import { browserCache } from './weights-store.ts';

const SMALL = { alpha: 0.125, inputShape: [32, 32, 3], classes: 3, weights: null } as const;
const TIMES = { pauseMs: 1 };

const folder = await mkdtemp(join(tmpdir(), 'fovea-'));
const server = await serveFile();
const { HOME, KERAS_HOME, FOVEA_WEIGHTS_URL } = process.env;
after(async () => {
  Object.assign(process.env, { HOME });
  for (const [name, value] of Object.entries({ KERAS_HOME, FOVEA_WEIGHTS_URL })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await server.close();
  await rm(folder, { recursive: true });
});

const source = await mobileNet(SMALL);
const path = join(folder, 'source.h5');
await source.saveWeights(path);
const bytes = new Uint8Array(await readFile(path));
const NAME = 'net.h5';
const file: WeightsFile = {
  ...{ name: NAME, path: `nets/${NAME}`, url: 'http://127.0.0.1:1/official/net.h5' },
  checksum: createHash('md5').update(bytes).digest('hex'),
};
const unchecked = { ...file, checksum: null };

let homes = 0;
let models = '';
/** Empty folders for Keras and for the user, and a server that answers nothing yet. */
beforeEach(async () => {
  const home = join(folder, `home-${homes++}`);
  Object.assign(process.env, { KERAS_HOME: join(home, 'keras'), HOME: join(home, 'user') });
  process.env.FOVEA_WEIGHTS_URL = server.url;
  models = join(home, 'keras', 'models');
  await mkdir(models, { recursive: true });
  await mkdir(join(home, 'user', '.keras', 'models'), { recursive: true });
  server.requests.splice(0);
  server.answers = [{ bytes: new Uint8Array(0), status: 404 }];
});

const numbersOf = (model: Functional) => model.getWeights().map(({ data }) => [...data]);

/** A model with other numbers that took those of the source. */
async function loaded(which: WeightsFile): Promise<void> {
  const model = await mobileNet(SMALL);
  await loadImageNetWeights(model, which, TIMES);
  assert.deepEqual(numbersOf(model), numbersOf(source));
}

/** Fails unless the weights are refused with the message, and the model is as before. */
async function refused(which: WeightsFile, message: RegExp): Promise<void> {
  const model = await mobileNet(SMALL);
  const before = numbersOf(model);
  await assert.rejects(loadImageNetWeights(model, which, TIMES), (error) => {
    assert.ok(error instanceof FoveaError);
    assert.match(error.message, message);
    return true;
  });
  assert.deepEqual(numbersOf(model), before);
}

function warnings(t: TestContext): string[] {
  const given: string[] = [];
  t.mock.method(console, 'warn', (text: string) => given.push(text));
  return given;
}

test("files are found in Keras' folders", async () => {
  await writeFile(join(process.env.HOME!, '.keras', 'models', NAME), bytes);
  await loaded(file);
  delete process.env.KERAS_HOME;
  await loaded(unchecked);
  assert.equal(server.requests.length, 0);
});

test('a file is downloaded once, and kept as a whole', async () => {
  server.answers = [{ bytes, cutAfter: 10_000 }, { bytes }];
  await loaded(file);
  assert.deepEqual(await readdir(models), [NAME]);
  assert.deepEqual(new Uint8Array(await readFile(join(models, NAME))), bytes);
  const { length } = server.requests;
  assert.deepEqual(
    server.requests.map((request) => request.path),
    Array.from({ length }, () => `/${NAME}`),
  );
  await loaded(file);
  assert.equal(server.requests.length, length);
});

test('folders for the models are made, and several may fetch at once', async () => {
  process.env.KERAS_HOME = join(folder, 'new', 'home');
  server.answers = [{ bytes }];
  await Promise.all([loaded(file), loaded(file), loaded(unchecked)]);
  assert.deepEqual(await readdir(join(folder, 'new', 'home', 'models')), [NAME]);
});

test("where files lie under Keras' paths, they are found there", async () => {
  server.answers = [{ bytes: new Uint8Array(0), status: 404 }, { bytes }];
  await loaded(file);
  assert.deepEqual(
    server.requests.map((request) => request.path),
    [`/${NAME}`, `/nets/${NAME}`],
  );
});

test('wrong bytes are neither used nor kept', async () => {
  const wrong = bytes.with(bytes.length - 100, bytes.at(-100)! ^ 1);
  server.answers = [{ bytes: wrong }];
  await refused(file, /MD5 is .*, expected/);
  server.answers = [{ bytes: bytes.subarray(0, 20_000) }];
  await refused(unchecked, /truncated/);
  server.answers = [{ bytes: new TextEncoder().encode('<html>not here</html>') }];
  await refused(unchecked, /net\.h5 \([^()]*is a web page[^()]*\);/);
  assert.deepEqual(await readdir(models), []);
});

test('a damaged copy is told about and replaced', async (t) => {
  const given = warnings(t);
  const copies = [
    [file, bytes.subarray(0, 5000)],
    [unchecked, bytes.subarray(0, 5000)],
    [unchecked, '<!doctype html><p>Log in</p>'],
  ] as const;
  for (const [which, copy] of copies) {
    await writeFile(join(models, NAME), copy);
    server.answers = [{ bytes }];
    await loaded(which);
    assert.deepEqual(new Uint8Array(await readFile(join(models, NAME))), bytes);
  }
  assert.equal(given.length, copies.length);
  assert.match(given[0]!, /net\.h5 is damaged or another file, and will be downloaded again: MD5/);
});

test('without a place to keep it, the file is used all the same', async (t) => {
  const given = warnings(t);
  await writeFile(join(folder, 'a file'), '');
  process.env.KERAS_HOME = join(folder, 'a file', 'keras');
  server.answers = [{ bytes }];
  await loaded(file);
  assert.match(given[0]!, /'net\.h5' could not be kept/);
});

test('offline, the error says what was tried and what to do', async () => {
  delete process.env.FOVEA_WEIGHTS_URL;
  await refused(
    file,
    /'net\.h5' are not in .*keras.models and .*user.\.keras.models and could not be downloaded: http:.*official\/net\.h5 \(fetch failed.*put them into .*models as 'net\.h5'/,
  );
  process.env.FOVEA_WEIGHTS_URL = `${server.url},http://127.0.0.1:1/x`;
  await refused(file, /answered 404 .*nets.*404.*:1\/x\/net\.h5 \(fetch failed/);
  process.env.FOVEA_WEIGHTS_URL = 'ftp://x';
  const model = await mobileNet(SMALL);
  await assert.rejects(loadImageNetWeights(model, file), ValueError);
});

test("weights: 'imagenet' is the published file for the options", async () => {
  const options = { alpha: 0.25, includeTop: false, inputShape: [128, 128, 3], pooling: 'avg' } as const;
  const model = await mobileNet({ ...options, weights: null });
  const net = join(folder, 'mobilenet.h5');
  await model.saveWeights(net);
  server.answers = [{ bytes: new Uint8Array(await readFile(net)) }];
  assert.deepEqual(numbersOf(await mobileNet(options)), numbersOf(model));
  assert.equal(server.requests[0]!.path, '/mobilenet_2_5_128_tf_no_top.h5');
  assert.deepEqual(await readdir(models), ['mobilenet_2_5_128_tf_no_top.h5']);
});

test('who asks is told of the progress, and what the listener throws ends the download', async () => {
  server.answers = [{ bytes }];
  const told: [number, number | undefined][] = [];
  const onProgress = (received: number, total: number | undefined) => void told.push([received, total]);
  await loadImageNetWeights(await mobileNet(SMALL), file, { onProgress });
  assert.deepEqual(told.at(-1), [bytes.length, bytes.length]);
  await rm(join(models, NAME));
  server.requests.splice(0);
  const fails = () => {
    throw new RangeError('of the listener');
  };
  await assert.rejects(
    loadImageNetWeights(await mobileNet(SMALL), file, { onProgress: fails }),
    (error) => error instanceof RangeError,
  );
  assert.equal(server.requests.length, 1);
  await assert.rejects(
    mobileNet({ ...SMALL, onProgress: 3 as never }),
    (error) => error instanceof ValueError && /onProgress.*a function/.test(error.message),
  );
});

test('in a browser that keeps nothing, such as in a sandboxed frame, weights are downloaded', async (t) => {
  const refuse = () => {
    throw new DOMException('The context is sandboxed.', 'SecurityError');
  };
  Object.defineProperty(globalThis, 'caches', { get: refuse, configurable: true });
  t.after(() => Reflect.deleteProperty(globalThis, 'caches'));
  const store = browserCache();
  for await (const kept of store.find(file)) assert.fail(kept.place);
  await store.keep(file, bytes);
  const advice = store.advice(file);
  assert.match(advice, /CORS/);
  assert.match(advice, /weights: '\/weights\/net\.h5'/);
  assert.doesNotMatch(advice, /FOVEA_WEIGHTS_URL|command line/);
});

test("in a browser files are kept in the page's cache, where there is one", async (t) => {
  const found = async () => {
    const places: string[] = [];
    for await (const kept of browserCache().find(file)) {
      assert.deepEqual(kept.bytes, bytes);
      places.push(kept.place);
    }
    return places;
  };
  await browserCache().keep(file, bytes);
  assert.deepEqual(await found(), []);
  const answers = new Map<string, Response>();
  const cache = {
    match: async (url: string) => answers.get(url)?.clone(),
    put: async (url: string, answer: Response) => void answers.set(url, answer),
  };
  Object.assign(globalThis, { caches: { open: async () => cache } });
  t.after(() => Reflect.deleteProperty(globalThis, 'caches'));
  await browserCache().keep(file, bytes);
  assert.deepEqual(await found(), [file.url]);
});
