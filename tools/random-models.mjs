/**
 * @file Opens random models that real Keras wrote (tools/parity/random_models.py), compares their outputs and a training step,
 * and saves them for real Keras to open.
 *
 * Usage: node tools/random-models.mjs FOLDER (after tsc)
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFromBytes, modelToBytes, Tensor } from '../build/src/index.js';

const OUTPUTS = 1e-4;
const AFTER_STEP = 1e-3;

const toTensor = ({ shape, values }) => new Tensor(shape, 'float32', Float32Array.from(values));
const oneOrList = (tensors) => (tensors.length === 1 ? tensors[0] : tensors);

/** The largest difference, as a part of the largest expected number. */
function difference(actual, expected) {
  return Math.max(
    ...expected.map(({ values }, i) => {
      const scale = Math.max(1e-3, ...values.map(Math.abs));
      return Math.max(...values.map((value, j) => Math.abs(actual[i].data[j] - value))) / scale;
    }),
  );
}

async function predict(model, inputs) {
  const outputs = await model.predict(oneOrList(inputs), { verbose: 0 });
  return outputs instanceof Tensor ? [outputs] : outputs;
}

/** Throws what Fovea throws, and an error for numbers that are not Keras'. */
async function compare(folder, name) {
  const about = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  const model = await modelFromBytes(readFileSync(join(folder, `${name}.keras`)));
  const inputs = about.inputs.map(toTensor);
  const check = (what, off, allowed) => {
    if (!(off <= allowed)) throw new Error(`${what} differ by ${off.toPrecision(2)}`);
  };
  check('outputs', difference(await predict(model, inputs), about.outputs), OUTPUTS);
  if (about.loss !== undefined) {
    const [loss] = await model.trainOnBatch(oneOrList(inputs), oneOrList(about.targets.map(toTensor)));
    check('losses', Math.abs(loss - about.loss) / Math.max(1e-3, Math.abs(about.loss)), OUTPUTS);
    check('outputs after a step', difference(await predict(model, inputs), about.after), AFTER_STEP);
  }
  const outputs = (await predict(model, inputs)).map(({ shape, data }) => ({ shape, values: [...data] }));
  writeFileSync(join(folder, `${name}.ours.keras`), await modelToBytes(model));
  writeFileSync(join(folder, `${name}.ours.json`), JSON.stringify({ inputs: about.inputs, outputs }));
  return about.loss === undefined ? 'predicted' : 'trained';
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node tools/random-models.mjs FOLDER');
  process.exit(2);
}
const names = readdirSync(folder).flatMap((file) => /^(\d+)\.json$/.exec(file)?.[1] ?? []);
if (names.length === 0) {
  console.error(`${folder} has no models (NUMBER.json).`);
  process.exit(1);
}
const counts = { predicted: 0, trained: 0 };
const failures = [];
for (const name of names) {
  try {
    counts[await compare(folder, name)]++;
  } catch (error) {
    failures.push(`${name}: ${error.name}: ${error.message}`);
  }
}
console.log(
  `${names.length} models of Keras: ${counts.trained} predicted and trained a step, ${counts.predicted} predicted.`,
);
console.log(`${failures.length} failures`);
for (const failure of failures) console.log(failure);
process.exit(failures.length === 0 ? 0 : 1);
