/** @file The library inside of users' bundles: for browsers, and as CommonJS for Node. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { whyNotNative } from './support/native-machine.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Trains a network and says on which engine. */
const PROGRAM = `
const net = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
net.compile({ optimizer: 'adam', loss: 'mse' });
globalThis.done = net
  .fit(tensor([[1, 2]]), tensor([[1]]), { verbose: 0 })
  .then(({ history }) => ({ loss: history.loss[0], engine: backend.describe().name, threads: backend.describe().threads }));
`;

let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'fovea-bundles-'));
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles a program as a user would, with no other setting than these. */
async function buildProgram(program: string, options: BuildOptions) {
  const entry = join(folder, 'program.js');
  writeFileSync(entry, program);
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    ...options,
  });
  assert.deepEqual(
    result.warnings.map(({ text }) => text),
    [],
  );
  return result;
}

/** The same into one file, which may import nothing but Node's modules. */
async function bundle(program: string, options: BuildOptions): Promise<string> {
  const { outputFiles, metafile } = await buildProgram(program, options);
  const imports = Object.values(metafile!.outputs).flatMap((output) => output.imports);
  assert.deepEqual(
    imports.filter(({ path }) => options.platform !== 'node' || !isBuiltin(path)),
    [],
  );
  return outputFiles![0]!.text;
}

interface Ran {
  readonly loss: number;
  readonly engine: string;
  readonly threads: number;
}

/** Runs a bundled program in a context with the globals of a page, without workers, and with `more`. */
async function runInPage(text: string, more: object): Promise<Ran> {
  const timers = { setTimeout, clearTimeout, setInterval, clearInterval };
  const context = createContext({
    ...timers,
    performance,
    crypto,
    console,
    URL,
    TextEncoder,
    TextDecoder,
    ...more,
  });
  runInContext(text, context);
  return context.done;
}

/** File of the bundle → its sources. */
type Sources = Readonly<Record<string, readonly string[]>>;

const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

describe('the browser bundle', () => {
  let home: string;
  let sources: Sources;

  before(async () => {
    home = join(folder, 'node_modules', 'fovea');
    mkdirSync(home, { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(home, 'package.json'));
    const tool = await import(pathToFileURL(join(ROOT, 'tools', 'browser-bundle.mjs')).href);
    sources = await tool.bundleForBrowsers(join(home, 'dist', 'browser'));
  });

  /** The files that load together with one, itself included. */
  function loadedWith(file: string, found = new Set<string>()): Set<string> {
    if (found.has(file)) return found;
    found.add(file);
    const text = readFileSync(join(home, 'dist', 'browser', file), 'utf8');
    for (const [, other] of text.matchAll(/(?:\bfrom ?|\bimport ?)["']\.\/([^"']+)["']/g))
      loadedWith(other!, found);
    return found;
  }

  const sizeOf = (files: Iterable<string>): number =>
    [...files].reduce((sum, file) => sum + gzipped(readFileSync(join(home, 'dist', 'browser', file))), 0);

  it('needs at most 200 kB gzipped to train: its core, and the compiler of the engine when that begins', () => {
    const first = [...loadedWith('core.js')];
    assert.deepEqual(first, ['core.js', 'shared.js']);
    const all = loadedWith('engine-wasm-backend.js', new Set(first));
    const [begin, end] = [sizeOf(first), sizeOf(all)];
    assert.ok(end > begin && end <= 200_000, `${begin} bytes, then ${end}`);
    const core = [...all].flatMap((file) => sources[file] ?? []);
    for (const source of ['layers/conv2d.ts', 'models/training/fit-loop.ts', 'runtime/wasm/worker-pool.ts']) {
      assert.ok(core.includes(`src/${source}`), source);
    }
    const elsewhere =
      /^src\/(?:applications|charts|datasets\/(?!to-categorical)|drawing|formats\/hdf5|images|plots|visualization)\/|node_modules/;
    assert.deepEqual(
      core.filter((source) => elsewhere.test(source)),
      [],
    );
  });

  it('has each source in one file, and none of the compiler to machine code', () => {
    const all = Object.values(sources).flat();
    assert.deepEqual(
      all.filter((source, i) => all.indexOf(source) !== i),
      [],
    );
    assert.deepEqual(
      all.filter((source) => /codegen\/x64|runtime\/native\/(?!support\.browser)|src\/cli/.test(source)),
      [],
    );
  });

  it('loads file formats, decoders and data sets when they are used', () => {
    const first = [...loadedWith('fovea.js')].flatMap((file) => sources[file] ?? []);
    const later = Object.values(sources)
      .flat()
      .filter((source) => !first.includes(source));
    for (const source of [
      ...['src/formats/hdf5/reader.ts', 'src/formats/zip.ts', 'src/models/saving/load.ts'],
      ...[
        'src/images/jpeg/decode-jpeg.browser.ts',
        'src/images/decode-png.ts',
        'src/datasets/cifar-files.ts',
      ],
      ...['src/plots/plot-model.ts', 'src/models/lr-finder.ts'],
    ]) {
      assert.ok(later.includes(source), source);
    }
  });

  it('leaves a program that only trains with the core', async () => {
    const split = { splitting: true, outdir: join(folder, 'split'), minify: true } as const;
    const { outputFiles, metafile } = await buildProgram(program, {
      platform: 'browser',
      format: 'esm',
      ...split,
    });
    const paths = Object.keys(metafile!.outputs);
    const found = new Set<string>();
    const visit = (path: string): void => {
      if (found.has(path)) return;
      found.add(path);
      const { imports } = metafile!.outputs[path]!;
      for (const { kind, path: other } of imports) if (kind !== 'dynamic-import') visit(other);
    };
    visit(paths.find((path) => path.endsWith('/program.js'))!);
    visit(paths.find((path) => path.includes('engine-wasm-backend'))!);
    const loaded = outputFiles!.filter((_, at) => found.has(paths[at]!));
    const size = loaded.reduce((sum, { contents }) => sum + gzipped(contents), 0);
    assert.ok(size <= 200_000, `${size} bytes`);
    assert.ok(paths.length > found.size + 5, 'the parts are files of their own');
  });

  const program = `import { backend, layers, sequential, tensor } from 'fovea';${PROGRAM}`;

  it('is taken by a bundler for browsers as it is, and names no module of Node', async () => {
    const text = await bundle(program, { platform: 'browser', format: 'esm' });
    assert.doesNotMatch(text, /["'`]node:/);
    assert.doesNotMatch(text, /\brequire\(["'`]/);
    assert.doesNotMatch(text, /import\.meta/);
  });

  it('trains where there is nothing of Node, as in a plain page', async () => {
    const text = await bundle(program, { platform: 'browser', format: 'iife' });
    const { loss, engine } = await runInPage(text, {});
    assert.equal(engine, 'wasm');
    assert.ok(Number.isFinite(loss));
  });

  it('trains on one thread where the page has shared memory and its policy forbids workers', async () => {
    const text = await bundle(program, { platform: 'browser', format: 'iife' });
    let asked = 0;
    /** As in a browser, only an event reports that a policy forbids the worker. */
    class ForbiddenWorker {
      onerror: (event: object) => void = () => {};
      constructor() {
        asked++;
        setTimeout(() => this.onerror({}), 1);
      }
      terminate(): void {}
    }
    const page = {
      crossOriginIsolated: true,
      navigator: { hardwareConcurrency: 2 },
      Blob,
      Worker: ForbiddenWorker,
    };
    const { loss, engine, threads } = await runInPage(text, page);
    assert.deepEqual([engine, threads], ['wasm', 1]);
    assert.ok(asked > 0 && Number.isFinite(loss));
  });

  it('takes the files of a form that the page clears at once', async () => {
    const text = await bundle(
      `import { layers, loadModel, modelToBytes, sequential } from 'fovea';
async function run() {
  const net = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
  const file = new File([await modelToBytes(net)], 'net.keras');
  const take = async (read) => {
    const chosen = { length: 1, 0: file, [Symbol.toStringTag]: 'FileList' };
    const reading = read(chosen);
    chosen.length = 0;
    return reading;
  };
  await take((files) => net.loadWeights(files));
  return (await take(loadModel)).layers.length;
}
globalThis.done = run();`,
      { platform: 'browser', format: 'iife' },
    );
    assert.equal(await runInPage(text, { Blob, File }), 1);
  });

  it('writes no files, and says what to take instead', async () => {
    const text = await bundle(
      `import { images, layers, sequential, tensor } from 'fovea';
const net = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
const picture = tensor(new Uint8Array(3), [1, 1, 3]);
const tries = ['net.keras', 'indexeddb://net', 'downloads://net'].map((path) => net.save(path));
tries.push(net.saveWeights('net.weights.h5'), images.saveImage('a.png', picture));
globalThis.done = Promise.allSettled(tries).then((all) => all.map(({ reason }) => reason.name + ': ' + reason.message).join('\\n'));`,
      { platform: 'browser', format: 'iife' },
    );
    const said = String(await runInPage(text, {})).split('\n');
    assert.equal(said.length, 5);
    for (const line of said)
      assert.match(line, /^UnsupportedError: There are no files in a browser.*modelToBytes.*toPng/);
  });

  it('says which policy of the page forbids WebAssembly', async () => {
    const text = await bundle(program, { platform: 'browser', format: 'iife' });
    const words = [
      "WebAssembly.compile(): violates the following Content Security policy directive because 'unsafe-eval' is not allowed",
      'call to WebAssembly.compile() blocked by CSP',
    ];
    for (const message of words) {
      const refusing = Object.create(WebAssembly, {
        compile: { value: () => Promise.reject(new WebAssembly.CompileError(message)) },
      });
      await assert.rejects(
        runInPage(text, { WebAssembly: refusing }),
        ({ name, message: said }: Error) =>
          name === 'BackendError' && said.includes("allow 'wasm-unsafe-eval' in its script-src"),
      );
    }
  });

  it('stays with what browsers have where there is a process, as in a page of Electron or of a test runner', async () => {
    const text = await bundle(program, { platform: 'browser', format: 'iife' });
    const { engine } = await runInPage(text, { process });
    assert.equal(engine, 'wasm');
  });
});

describe('a bundle as CommonJS', () => {
  const run = (file: string, env: Record<string, string> = {}) =>
    execFileSync(process.execPath, [file], {
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, ...env },
    });

  let file: string;

  before(async () => {
    const index = JSON.stringify(join(ROOT, 'build', 'src', 'index.js'));
    const program = `const { backend, layers, sequential, tensor } = require(${index});${PROGRAM}
done.then(({ engine }) => console.log(engine));`;
    // The warning says that CommonJS has no import.meta, which the library handles.
    const logOverride = { 'empty-import-meta': 'silent' } as const;
    const text = await bundle(program, { platform: 'node', external: ['koffi'], logOverride });
    file = join(folder, 'bundle.cjs');
    writeFileSync(file, text);
  });

  it('runs on the portable engine where koffi is not beside it', () => {
    rmSync(join(folder, 'node_modules', 'koffi'), { force: true });
    assert.equal(run(file), 'wasm\n');
    assert.throws(() => run(file, { FOVEA_BACKEND: 'native' }), /the package koffi did not load/);
  });

  it('finds koffi beside it', { skip: whyNotNative('avx2') }, () => {
    const home = join(folder, 'node_modules');
    mkdirSync(home, { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', 'koffi'), join(home, 'koffi'), 'junction');
    assert.equal(run(file), 'native\n');
  });
});
