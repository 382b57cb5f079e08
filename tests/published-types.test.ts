/**
 * @file The types of the package, in a strict project that checks all of them, with the types of plain JavaScript only,
 * and with those of Node.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const ROOT = join(import.meta.dirname, '..', '..');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

const PROGRAM = `import { input, layers, loadModel, Model, model, sequential, type Tensor, tensor, utils } from 'fovea';
import type { CallContext, Node } from 'fovea';

const net = sequential();
net.add(layers.dense({ units: 3, inputShape: [4] }));
net.compile({ optimizer: 'rmsprop', loss: 'mse', metrics: ['accuracy'] });
const [x, y] = [tensor([[1, 2, 3, 4]]), tensor([[1, 2, 3]])];

const [testLoss, testAcc] = await net.evaluate(x, y);
export const sum: number = testLoss! + testAcc!;
export const named: Record<string, number> = await net.evaluate(x, y, { returnDict: true });
export const unknown: number[] | Record<string, number> = await net.evaluate(x, y, {} as { returnDict?: boolean });
export const [onBatch]: number[] = await net.trainOnBatch(x, y);
export const probabilities: Float32Array | ArrayLike<number> = (await net.predict(x)).data;
const source = input({ shape: [4] });
const [first, second] = [layers.dense({ units: 1 }).apply(source), layers.dense({ units: 2 }).apply(source)];
const listed = model({ inputs: source, outputs: [first, second] });
const [left, right] = await listed.predict(x);
export const pair: [Tensor, Tensor] = [left, right];
const named2 = model({ inputs: { source }, outputs: { first, second } });
export const { first: one, second: two }: { first: Tensor; second: Tensor } = await named2.predict({ source: x });
export const single: Tensor = await model({ inputs: source, outputs: first }).predict(x);
export const onlyOne: Tensor = await model({ inputs: [source], outputs: [first] }).predictOnBatch(x);
listed.compile({ loss: ['mse', null], metrics: [null, ['mae']] });
named2.compile({ loss: { first: 'mse' }, lossWeights: { first: 2 }, metrics: { second: ['mae', 'mse'] } });
await listed.fit([x], [y, y], { sampleWeight: [[1], null], validationData: [x, { first: y, second: y }] });
export const svg: string = await utils.plotModel(listed, { showShapes: true, rankdir: 'LR' });
export const text: string = listed.toText();
class Net extends Model {
  readonly out = layers.dense({ units: 1 });
  override call([h]: readonly Node[], context: CallContext): Node {
    return context.apply(this.out, h!);
  }
}
export const own: Tensor = await new Net().predict(x);
// @ts-expect-error A third output is not there.
export const third = (await listed.predict(x))[2].shape;
// @ts-expect-error Nor is one of that name.
export const wrongName = (await named2.predict(x)).third;
// @ts-expect-error Two outputs are no single Tensor.
export const shape = (await listed.predict(x)).shape;
// @ts-expect-error A slip in an option's name is found.
listed.compile({ losses: ['mse', 'mse'] });
// @ts-expect-error Data flows in four directions.
await utils.plotModel(listed, { rankdir: 'UP' });
// @ts-expect-error A model of one's own says what it computes.
new (class extends Model {})();
// @ts-expect-error A table has no such option.
listed.summary({ expandnested: true });
export const again = await loadModel('a.keras');
// @ts-expect-error A slip in an option's name is found.
await net.evaluate(x, y, { bacthSize: 3 });
// @ts-expect-error A record is no list.
export const [wrong] = await net.evaluate(x, y, { returnDict: true });
`;

let project: string;

before(() => {
  project = mkdtempSync(join(tmpdir(), 'fovea-types-'));
  const home = join(project, 'node_modules', 'fovea');
  mkdirSync(home, { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(home, 'package.json'));
  const types = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(home, 'dist')];
  assert.equal(spawnSync(process.execPath, [TSC, ...types]).status, 0);
  symlinkSync(join(ROOT, 'node_modules', '@types'), join(project, 'node_modules', '@types'), 'junction');
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(project, 'main.ts'), PROGRAM);
});

after(() => rmSync(project, { recursive: true, force: true }));

for (const types of [[], ['node']]) {
  test(`the types hold with ${types.length === 0 ? 'JavaScript alone' : 'those of Node'}`, () => {
    const compilerOptions = {
      target: 'es2023',
      lib: ['es2023'],
      types,
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
    };
    assert.equal(problems(compilerOptions, 'main.ts'), '');
  });
}

/** What a page does with files. */
const PAGE = `import { images, loadModel, type Model, modelToBytes, modelToFiles, type Tensor, weightsToFiles } from 'fovea';

export async function run(chosen: FileList, image: Tensor): Promise<Blob[]> {
  const net: Model = await loadModel(chosen);
  const photos = await images.datasetFromDirectory(chosen, { batchSize: 8 });
  await net.fit(photos);
  await net.loadWeights(chosen);
  const files = [...(await modelToFiles(net, 'model.json')), ...(await weightsToFiles(net, 'net.safetensors'))];
  const png = new Blob([images.toPng(image)], { type: 'image/png' });
  return [png, new Blob([await modelToBytes(net)]), ...files.map(({ name, bytes }) => new File([bytes], name))];
}
`;

for (const moduleResolution of ['bundler', 'node16']) {
  test(`files of a page have its types, with moduleResolution ${moduleResolution}`, () => {
    writeFileSync(join(project, 'page.ts'), PAGE);
    const compilerOptions = {
      ...{ target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], types: [], strict: true, noEmit: true },
      ...{ module: moduleResolution === 'bundler' ? 'esnext' : 'node16', moduleResolution },
    };
    assert.equal(problems(compilerOptions, 'page.ts'), '');
  });
}

/** What the compiler says to a file of the project. */
function problems(compilerOptions: object, file: string): string {
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  return spawnSync(process.execPath, [TSC, '-p', project], { encoding: 'utf8' }).stdout;
}
