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

const PROGRAM = `import { layers, loadModel, sequential, tensor } from 'fovea';

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
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
    const { stdout } = spawnSync(process.execPath, [TSC, '-p', project], { encoding: 'utf8' });
    assert.equal(stdout, '');
  });
}
