/**
 * @file The type checker's errors about options: wrong names and wrong literals are errors, both spellings are allowed.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');
// Inside the repository, so that the compiler finds Node's types.
const folder = mkdtempSync(join(ROOT, 'build/option-types-'));
after(() => rmSync(folder, { recursive: true }));

/** Uses of the API, with a part of the expected compiler message for wrong ones and null for right ones. */
const USES: readonly [use: string, error: RegExp | null][] = [
  ["layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same' })", null],
  ['layers.conv2d({ filters: 8, kernelSize: [3, 5], strides: [2, 1], useBias: false })', null],
  ["layers.conv2d({ filters: 8, kernelSize: 3, kernelInitializer: 'he_normal' })", null],
  ["layers.conv2d({ filters: 8, kernelSize: 3, kernelInitializer: 'heNormal', activation: 'relu' })", null],
  ["layers.conv2d({ filters: 8, kernelSize: 3, dataFormat: 'channels_last' })", null],
  ["layers.dense({ units: 3, activation: 'hard_sigmoid', kernelRegularizer: 'l2' })", null],
  ["layers.dense({ units: 3, activation: (x) => ops.mul(x, x), kernelConstraint: 'max_norm' })", null],
  [
    'layers.dense({ units: 3, kernelRegularizer: regularizers.l2({ l2: 0.1 }), kernelConstraint: null })',
    null,
  ],
  ["layers.batchNormalization({ gammaInitializer: 'ones', betaConstraint: constraints.nonNeg() })", null],
  ['layers.batchNormalization()', null],
  ['const rate: number = layers.dropout({ rate: 0.5 }).rate', null],
  ["const mode: 'rows' | 'columns' = regularizers.orthogonalRegularizer({ mode: 'columns' }).mode", null],
  ['new Own({ size: 3, name: "own" }).size.toFixed()', null],
  ["layers.conv2d({ filters: 8, kernelSize: 3, padding: 'sam' })", /'"sam"' is not assignable/],
  ['layers.conv2d({ filters: 8, kernelsize: 3 })', /'kernelsize' does not exist/],
  ['layers.conv2d({ filters: 8 })', /Property 'kernelSize' is missing/],
  ['layers.conv2d()', /Expected 1 arguments, but got 0/],
  ["layers.conv2d({ filters: '8', kernelSize: 3 })", /'string' is not assignable to type 'number'/],
  ["layers.dense({ units: 3, activation: 'rel' })", /'"rel"' is not assignable/],
  ["layers.dense({ units: 3, kernelInitializer: 'glorot' })", /'"glorot"' is not assignable/],
  ["layers.dense({ units: 3, kernelRegularizer: 'l3' })", /'"l3"' is not assignable/],
  ["layers.dense({ units: 3, kernelConstraint: 'norm' })", /'"norm"' is not assignable/],
  ['layers.dense({ units: 3, kernel_initializer: "zeros" })', /'kernel_initializer' does not exist/],
  ['layers.dense({ units: 3, loraRank: 2 })', /'loraRank' does not exist/],
  ['layers.dropout({ rate: 0.5, noiseShape: [null, 1] })', null],
  ["layers.dropout({ rate: 0.5, noiseShape: 'all' })", /'string' is not assignable/],
  [
    "layers.conv2d({ filters: 8, kernelSize: 3, activation: 'threshold' })",
    /'"threshold"' is not assignable/,
  ],
  ["layers.activation({ activation: 'hard_shrink' })", null],
  ['layers.batchNormalization({ renorm: true })', /'renorm' does not exist/],
  ["layers.batchNormalization({ center: 'yes' })", /'string' is not assignable to type 'boolean/],
  ["regularizers.orthogonalRegularizer({ mode: 'row' })", /'"row"' is not assignable/],
  ['constraints.maxNorm({ max: 2 })', /'max' does not exist/],
  ['layers.dense({ units: 3 }).units = 4', /Cannot assign to 'units' because it is a read-only property/],
  ['new Own({})', /Property 'size' is missing/],
  ['new Own({ size: 3, depth: 1 })', /'depth' does not exist/],
];

const HEAD = [
  "import { constraints, Layer, layers, type Node, ops, options, regularizers, withOptions } from 'fovea';",
  'class Own extends withOptions(Layer, { /** How large. Default none. */ size: options.count() }) {',
  '  override call([x]: readonly Node[]): Node { return x!; }',
  '}',
  'export { Own, constraints, ops, regularizers };',
];

test('wrong options are compile errors, and right ones in either spelling are none', () => {
  const lines = USES.map(([use], i) => `export const use${i}: unknown = () => { ${use}; };`);
  writeFileSync(join(folder, 'uses.ts'), [...HEAD, ...lines].join('\n'));
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: true,
      rootDir: ROOT,
      noUnusedLocals: false,
      paths: { fovea: [join(ROOT, 'src/index.ts')] },
    },
    include: [],
    files: ['uses.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = spawnSync(process.execPath, [COMPILER, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  const said = new Map<number, string>();
  for (const part of stdout.split(/^(?=\S+\(\d+,\d+\): )/m)) {
    const [, file, line] = /^(\S+)\((\d+),/.exec(part) ?? [];
    assert.match(file ?? 'nothing', /uses\.ts$/, stdout);
    const at = Number(line) - HEAD.length - 1;
    said.set(at, (said.get(at) ?? '') + part);
  }
  for (const [i, [use, error]] of USES.entries()) {
    if (error === null) assert.equal(said.get(i), undefined, use);
    else assert.match(said.get(i) ?? 'nothing', error, use);
  }
  assert.ok(
    [...said.keys()].every((i) => i >= 0),
    stdout,
  );
});
