/**
 * @file Opens architectures of full width that real Keras wrote, and compares weights and outputs.
 *
 * Usage, after tsc: venv/bin/python tools/parity/make_architectures.py full FOLDER, then node tools/architectures.mjs FOLDER
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setBackend } from '../build/src/engine/backend.js';
import { withoutInitialValues } from '../build/src/initializers/initial-values.js';
import { modelFromConfig } from '../build/src/models/saving/from-config.js';
import {
  architectureImages,
  endOfPath,
  kerasWeightName,
  setArchitectureWeights,
} from '../build/tests/support/architecture-weights.js';
import { relativeDifference } from '../build/tests/support/close.js';

const TOLERANCE = 1e-4;

const [folder, backend = 'auto'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node tools/architectures.mjs FOLDER [native|wasm|auto]');
  process.exit(2);
}
await setBackend(backend);

/** What Fovea lacks, or null when all is as in Keras. */
async function compare(about) {
  const start = performance.now();
  // As a file is opened, whose weights come next.
  const model = withoutInitialValues(() => modelFromConfig(about.config));
  const milliseconds = performance.now() - start;
  const calls = model.graph.levels.flat().length;
  const facts = `${model.layers.length} layers, opened in ${milliseconds.toFixed(0)} ms (${(milliseconds / calls).toFixed(2)} a node)`;
  if (model.countParams() !== about.params)
    throw new Error(`${model.countParams()} parameters, not ${about.params}`);
  const weights = model.weights.map(({ name, shape }) => [kerasWeightName(name), shape]);
  const theirs = about.weights.map(([path, shape]) => [endOfPath(path), shape]);
  const wrong = weights.findIndex((weight, i) => JSON.stringify(weight) !== JSON.stringify(theirs[i]));
  if (wrong >= 0) throw new Error(`weight ${wrong} is ${weights[wrong]}, in Keras ${theirs[wrong]}`);
  setArchitectureWeights(model, about.gain);
  const output = await model.predict(architectureImages(0x1a6e, model, 1), { verbose: 0 });
  const off = relativeDifference(output.data, about.outputs);
  if (!(off <= TOLERANCE)) throw new Error(`outputs differ by ${off}`);
  return `${about.params} parameters, ${facts}, outputs differ by ${off.toExponential(1)}`;
}

const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
if (files.length === 0) {
  console.error(`${folder} has no configs (*.json) of architectures.`);
  process.exit(1);
}
for (const file of files) {
  try {
    console.log(`${file}: ${await compare(JSON.parse(readFileSync(join(folder, file), 'utf8')))}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`${file}: ${error.name}: ${error.message}`);
  }
}
process.exit();
