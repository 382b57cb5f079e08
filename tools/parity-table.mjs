/**
 * @file Writes docs/parity.md: what Keras has and Fovea has, what is compared with real Keras in how many cases, and what is
 * missing. It is made of the fixtures that real Keras wrote (tools/parity), Keras' names (tests/fixtures/keras-names.json) and
 * the option tables of the compiled sources.
 *
 * Usage: node tools/parity-table.mjs [--check]: with --check nothing is written, and a page that is not up to date is an error.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs', 'parity.md');
const FIXTURES = join(ROOT, 'tests', 'fixtures');
const ARCHITECTURES = join(FIXTURES, 'parity', 'architectures');

const LAYER = 'outputs, gradients, weights';
const classOf = ({ className }) => [className];

/** Names of all objects of Keras' modules in a case, such as 'keras.constraints'. */
const objectsOf = (isModule) => (value) => {
  if (typeof value !== 'object' || value === null) return [];
  const own = typeof value.module === 'string' && isModule(value.module) ? [value.class_name] : [];
  return [...new Set([...own, ...Object.values(value).flatMap(objectsOf(isModule))])];
};
const objectsFrom = (module) => objectsOf((own) => own === module);
const operationsOf = objectsOf((own) => own.startsWith('keras.src.ops'));

/** Activation functions that a case is about. */
const activationOf = ({ className, config, name }) =>
  className === 'Activation'
    ? [config.activation].filter((one) => typeof one === 'string')
    : className
      ? []
      : [name];

/** Fixtures: folder, kind, what its tests compare, and the names that a case is about. */
const COMPARED = [
  ['layers', 'layers', LAYER, classOf],
  ['depthwise', 'layers', LAYER, classOf],
  ['activation-layers', 'layers', LAYER, classOf],
  ['shape-layers', 'layers', LAYER, classOf],
  ['normalization-layers', 'layers', LAYER, classOf],
  ['einsum-dense', 'layers', LAYER, classOf],
  ['merging-layers', 'layers', LAYER, classOf],
  ['batch-normalization', 'layers', 'both modes, gradients, statistics', () => ['BatchNormalization']],
  ['augmentation', 'layers', 'images for given parameters, configs', classOf],
  ['chosen-layers', 'layers', 'images for given parameters, configs', classOf],
  ['mixing', 'layers', 'images for given parameters, configs', classOf],
  ['losses', 'losses', 'values, gradients', classOf],
  ['metrics', 'metrics', 'results after batches, configs', classOf],
  ['optimizers', 'optimizers', '20 steps, states, configs', classOf],
  ['schedules', 'schedules', 'rates, configs', ({ object }) => [object.class_name]],
  ['initializers', 'initializers', 'statistics, configs', classOf],
  ['rules', 'regularizers', 'values, configs', classOf],
  ['rules', 'constraints', 'values, configs', classOf],
  ['weight-rules', 'regularizers', '10 steps', objectsFrom('keras.regularizers')],
  ['weight-rules', 'constraints', '10 steps', objectsFrom('keras.constraints')],
  ['activations', 'activations', 'values and gradients far from 0 and near it', activationOf],
  ['layers', 'activations', 'values, gradients', activationOf],
  ['activation-layers', 'activations', 'values, gradients', activationOf],
  ['operations', 'operations', 'outputs, gradients, configs', operationsOf],
];

const TITLES = {
  layers: 'Layers',
  losses: 'Losses',
  metrics: 'Metrics',
  optimizers: 'Optimizers',
  schedules: 'Learning-rate schedules',
  initializers: 'Initializers',
  regularizers: 'Regularizers',
  constraints: 'Constraints',
  callbacks: 'Callbacks',
  activations: 'Activation functions',
  operations: 'Operations on symbolic tensors',
};

const NOTES = {
  callbacks: 'What callbacks print, log and do is compared in tests of their own, beside these fixtures.',
  metrics: 'Each loss is a metric of the same name too.',
  operations:
    'Functions of `ops` on outputs of layers. Inside of layers and losses the same functions compute on nodes of the graph.',
};

/** Options that every thing has, or that say how TensorFlow computes. */
const EVERYWHERE = ['name', 'dtype', 'trainable', 'autocast', 'activity_regularizer', 'rank', 'kwargs'];

const names = JSON.parse(readFileSync(join(FIXTURES, 'keras-names.json'), 'utf8'));

function casesOf(folder) {
  return JSON.parse(readFileSync(join(FIXTURES, 'parity', folder, 'manifest.json'), 'utf8')).cases;
}

/** For `kind/name` the number of cases by what is compared. */
function countCases() {
  const counts = new Map();
  for (const [folder, kind, compared, namesOf] of COMPARED) {
    for (const item of casesOf(folder)) {
      for (const name of namesOf(item)) {
        const key = `${kind}/${name}`;
        const ofName = counts.get(key) ?? new Map();
        counts.set(key, ofName.set(compared, (ofName.get(compared) ?? 0) + 1));
      }
    }
  }
  return counts;
}

const canonical = (name) => name.replaceAll('_', '').toLowerCase();

/** The things that a compiled file of the sources lists, with their names there. */
async function listed(file) {
  const path = join(ROOT, 'build', 'src', file);
  if (!existsSync(path)) throw new Error(`${path} is not built. Run npx tsc -p tsconfig.json first.`);
  return Object.entries(await import(pathToFileURL(path).href));
}

/** Fovea's things of a kind by Keras' names: how a user writes each, and its option table if it has one. */
async function ours(kind) {
  const entries = await listed(kind === 'operations' ? 'operations/list.js' : `${kind}/index.js`);
  // Each loss is a metric too.
  if (kind === 'metrics') entries.unshift(...(await listed('losses/index.js')));
  return new Map(
    entries.flatMap(([name, value]) => {
      if (kind === 'operations')
        return value?.Operation ? [[value.Operation.kind.className, { name, options: null }]] : [];
      if (kind === 'activations')
        return typeof value === 'function' ? [[canonical(name), { name, options: null }]] : [];
      return value?.Class ? [[value.Class.className, { name, options: value.Class.options }]] : [];
    }),
  );
}

/** Options of Keras that are missing or take one value only. */
function missingOptions(given, options) {
  if (options === null) return [];
  const known = new Map();
  for (const [name, { definition }] of Object.entries(options)) {
    known.set(canonical(definition.key ?? name), definition.expected.startsWith('only '));
    known.set(canonical(name), definition.expected.startsWith('only '));
  }
  return given.filter((name) => !EVERYWHERE.includes(name) && known.get(canonical(name)) !== false);
}

function describeCases(found) {
  if (found === undefined) return ['', ''];
  const total = [...found.values()].reduce((sum, count) => sum + count, 0);
  return [String(total), [...found.keys()].join('; ')];
}

async function section(kind, counts) {
  const here = await ours(kind);
  const find = (name) => here.get(name) ?? (kind === 'activations' ? here.get(canonical(name)) : undefined);
  const keras = Object.entries(names[kind]);
  const rows = keras.flatMap(([name, { options }]) => {
    const mine = find(name);
    if (mine === undefined) return [];
    const [cases, compared] = describeCases(counts.get(`${kind}/${name}`));
    const missing = missingOptions(options, mine.options).map((option) => `\`${option}\``);
    return [`| ${name} | \`${mine.name}\` | ${cases} | ${compared} | ${missing.join(' ')} |`];
  });
  const absent = keras.filter(([name]) => find(name) === undefined).map(([name]) => name);
  return [
    `## ${TITLES[kind]}`,
    '',
    ...(NOTES[kind] === undefined ? [] : [NOTES[kind], '']),
    `${rows.length} of Keras' ${keras.length}.`,
    '',
    '| Keras | here | cases | compared | options that are not supported |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...(absent.length === 0 ? [] : [`Not here: ${absent.join(', ')}.`, '']),
  ];
}

const { keras, tensorflow } = names.versions;
const counts = countCases();
const lines = [
  '# Parity with Keras',
  '',
  '<!-- Made by `npm run docs` from the fixtures in tests/fixtures: change these, not this file. -->',
  '',
  `What Keras ${keras} (with TensorFlow ${tensorflow}) has and what of it is here. A case is one configuration that real Keras`,
  'computed (`tools/parity`) and that the tests under `tests/parity` compute again. The other column says what is compared.',
  '',
  'Differences allowed, as a part of the largest number of an output, gradient or weight: 2e-7 where the step is computed in',
  "float64 like the fixtures, 1e-5 on the engines (float32). Losses and metrics are compared in float64; optimizers' weights over",
  '20 steps within 1e-5. Images of augmentation layers may differ by what float32 resampling differs by. Whole networks have',
  'tolerances of their own: outputs of architectures 1e-4, three steps of training 1e-3.',
  '',
  'Things without a number have no fixture of their own; tests of another kind cover them.',
  '',
];
for (const kind of Object.keys(TITLES)) lines.push(...(await section(kind, counts)));
/** What the fixture of an architecture says. */
function architecture(file) {
  return JSON.parse(gunzipSync(readFileSync(join(ARCHITECTURES, file))).toString());
}

const numbers = (run) => run?.float32KerasDiffersBy.map((number) => number.toExponential(1)).join(', ') ?? '';
lines.push(
  '## Architectures',
  '',
  'Configs that real Keras wrote, at an eighth of their width: they open with the same weights and outputs, and take three',
  'steps of training. Float32 Keras is off from float64 Keras by the numbers of the last columns: losses, outputs after the',
  'steps, and how far weights moved, while normalizations train and while they are frozen. Where that is more than 5e-4, rounding',
  'grows from layer to layer, and only the first loss is compared.',
  '',
  '| architecture | parameters | normalizations train | frozen |',
  '| --- | --- | --- | --- |',
  ...readdirSync(ARCHITECTURES).map((file) => {
    const { params, free, frozen } = architecture(file);
    return `| ${file.replace('.json.gz', '')} | ${params} | ${numbers(free)} | ${numbers(frozen)} |`;
  }),
);

const text = `${lines.join('\n').trimEnd()}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, text);
  console.log('Wrote docs/parity.md.');
} else if (!existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== text) {
  console.error('docs/parity.md is not up to date. Run npm run docs.');
  process.exitCode = 1;
} else {
  console.log('docs/parity.md is up to date.');
}
