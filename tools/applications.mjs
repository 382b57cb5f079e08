/**
 * @file Applications as files, both ways: opens those that real Keras wrote with random weights, compares their predictions, and
 * writes the same models for real Keras to open.
 *
 * Usage, after tsc:
 *   venv/bin/python tools/parity/application_files.py write FOLDER
 *   node tools/applications.mjs FOLDER
 *   venv/bin/python tools/parity/application_files.py check FOLDER
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { applications, loadModel, Tensor } from '../build/src/index.js';
import { relativeDifference } from '../build/tests/support/close.js';

const TOLERANCE = 1e-4;

const [folder] = process.argv.slice(2);
const names = folder && readdirSync(folder).flatMap((file) => /^(\w+)\.json$/.exec(file)?.[1] ?? []);
if (!names?.length) {
  console.error(
    'Usage: node tools/applications.mjs FOLDER, with the files of tools/parity/application_files.py',
  );
  process.exit(2);
}

/** Milliseconds, and the result. */
async function timed(work) {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}

async function compare(name) {
  const { options, input, shape, output } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const x = new Tensor(shape, 'float32', Float32Array.from(input));
  const path = (ending) => join(folder, `${name}.${ending}`);
  const make = applications[name];
  const found = {
    '.keras': await timed(() => loadModel(path('keras'), { compile: false })),
    '.h5': await timed(() => loadModel(path('h5'), { compile: false })),
    ours: await timed(() => make({ ...options, weights: path('weights-only.h5') })),
  };
  const parts = [];
  for (const [what, [ms, model]] of Object.entries(found)) {
    const off = relativeDifference((await model.predict(x, { verbose: 0 })).data, output);
    if (!(off <= TOLERANCE)) throw new Error(`${what}: outputs differ by ${off}`);
    parts.push(`${what} ${off.toExponential(1)} (${ms.toFixed(0)} ms)`);
  }
  const [, ours] = found.ours;
  await ours.save(path('ours.keras'));
  await ours.save(path('ours.h5'));
  const megabytes = (statSync(path('h5')).size / 1e6).toFixed(0);
  return `${ours.countParams()} parameters, ${megabytes} MB: ${parts.join(', ')}`;
}

for (const name of names) {
  try {
    console.log(`${name}: ${await compare(name)}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`${name}: ${error.stack}`);
  }
}
process.exit();
