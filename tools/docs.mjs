/**
 * @file Writes the reference of the public API to docs/api/, from the option tables of the compiled sources and the doc
 * comments of the sources.
 *
 * Usage: node tools/docs.mjs [--check]: with --check nothing is written. An option without a doc comment, and one whose
 * comment names another default than the table, are errors.
 */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { docBefore, optionDoc, sourcesBelow } from './doc-comments.mjs';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'docs', 'api');

/** Pages of things that are made from options: folder of src, title, how a user writes it, and further text. */
const OPTION_PAGES = [
  ['layers', 'Layers', 'layers'],
  ['losses', 'Losses', 'losses'],
  [
    'metrics',
    'Metrics',
    'metrics',
    'Each [loss](losses.md) is a metric of the same name besides, with the same options but `reduction`.',
  ],
  ['optimizers', 'Optimizers', 'optimizers'],
  ['schedules', 'Learning-rate schedules', 'schedules'],
  ['callbacks', 'Callbacks', 'callbacks'],
  ['initializers', 'Initializers', 'initializers'],
  ['regularizers', 'Regularizers', 'regularizers'],
  ['constraints', 'Constraints', 'constraints'],
  [
    'applications',
    'Applications',
    'applications',
    'Functions that make pretrained networks: [docs/applications.md](../applications.md). They give promises, and each has a ' +
      'function `preprocessInput(images)`. `applications.decodePredictions(probabilities, { top: 5 })` names the classes.',
  ],
];
/** Pages of functions. */
const FUNCTION_PAGES = [
  ['operations', 'Ops: functions of graph nodes', 'ops'],
  ['activations', 'Activation functions', 'activations'],
];

const sources = sourcesBelow(join(ROOT, 'src'));
const problems = [];

/** A default as comments write it. */
function formatDefault(value) {
  if (Array.isArray(value)) {
    const items = value.map(formatDefault);
    return items.length > 1 && new Set(items).size === 1 ? items[0] : `[${items.join(', ')}]`;
  }
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'null';
  if (typeof value === 'object' && value !== null) {
    const name = value.className;
    if (name === undefined) return JSON.stringify(value);
    return `'${name.charAt(0).toLowerCase()}${name.slice(1)}'`;
  }
  return String(value);
}

/** The default of an option where it stands alone; undefined where it follows from others or from the class. */
function ownDefault({ definition }) {
  if (definition.fallback === undefined || definition.fallback.length > 0) return undefined;
  return formatDefault(definition.fallback());
}

/** Notes the problem of an option's comment, if there is one; does not throw. */
function checkDoc(owner, name, doc, option) {
  if (doc === undefined) {
    problems.push(`${owner}: the option ${name} has no doc comment.`);
    return;
  }
  const said = /\bDefault ((?:'[^']*'|\[[^\]]*\]|[^.:;()]|\.\d)+)/.exec(doc)?.[1]?.trim();
  const known = ownDefault(option);
  if (known === undefined || said === undefined) {
    if (known !== undefined && said === undefined)
      problems.push(`${owner}: the comment of ${name} does not say "Default ${known}".`);
    return;
  }
  const same = said === known || Number(said) === Number(known);
  if (!same) problems.push(`${owner}: the comment of ${name} says Default ${said}, the table says ${known}.`);
}

/** Classes from `Class` up to the base of its kind that add options of their own, and these options. */
function ownTables(Class) {
  const tables = [];
  let name = Class.name;
  for (let each = Class; each.options !== undefined; each = Object.getPrototypeOf(each)) {
    if (each.name !== 'Extended') name = each.name;
    const above = Object.getPrototypeOf(each).options ?? {};
    const own = Object.entries(each.options).filter(([key, option]) => above[key] !== option);
    if (own.length > 0) tables.push([name, own]);
  }
  return tables;
}

function optionRows(owner, entries) {
  const offered = entries.filter(([, { definition }]) => !definition.expected.startsWith('only '));
  return offered.map(([name, option]) => {
    const doc = optionDoc(sources, owner, name);
    checkDoc(owner, name, doc, option);
    const need = option.definition.fallback === undefined ? ' (needed)' : '';
    const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
    return `| \`${name}\`${need} | ${cell(option.definition.expected)} | ${cell(doc ?? '')} |`;
  });
}

const HEADER = ['| option | what it is | meaning |', '| --- | --- | --- |'];

function thingSection(namespace, name, { Class }, described) {
  const doc =
    docBefore(sources, `export const ${name} = `) ?? docBefore(sources, `class ${Class.name} `) ?? '';
  const classDoc = docBefore(sources, `class ${Class.name} `) ?? '';
  const lines = [
    `## \`${namespace}.${name}\``,
    '',
    doc,
    ...(classDoc === '' || classDoc === doc ? [] : ['', classDoc]),
    '',
  ];
  lines.push(`Keras: \`${Class.className}\`.`, '');
  const rows = [];
  for (const [owner, entries] of ownTables(Class)) {
    if (described.has(owner)) continue;
    rows.push(...optionRows(owner, entries));
  }
  if (rows.length > 0) lines.push(...HEADER, ...rows, '');
  return lines;
}

/** Options that all things of the kind take: those of the class that all of them extend. */
function commonSection(factories) {
  const chains = factories.map(([, { Class }]) => ownTables(Class).map(([owner]) => owner));
  const common = (chains[0] ?? []).filter((owner) => chains.every((chain) => chain.includes(owner)));
  const [, { Class }] = factories[0];
  const tables = ownTables(Class).filter(([owner]) => common.includes(owner) && factories.length > 1);
  const rows = tables.flatMap(([owner, entries]) => optionRows(owner, entries));
  const lines = rows.length === 0 ? [] : ['Options that all of them take:', '', ...HEADER, ...rows, ''];
  return { lines, described: new Set(tables.map(([owner]) => owner)) };
}

async function load(folder) {
  const path = join(ROOT, 'build', 'src', folder, 'index.js');
  if (!existsSync(path)) throw new Error(`${path} is not built. Run npm run docs, which compiles first.`);
  return Object.entries(await import(pathToFileURL(path).href)).sort(([a], [b]) => (a < b ? -1 : 1));
}

async function optionPage([folder, title, namespace, note]) {
  const factories = (await load(folder)).filter(([, value]) => value?.Class !== undefined);
  const { lines, described } = commonSection(factories);
  return [
    `# ${title}`,
    '',
    ...(note === undefined ? [] : [note, '']),
    ...lines,
    ...factories.flatMap(([name, make]) => thingSection(namespace, name, make, described)),
  ];
}

async function functionPage([folder, title, namespace]) {
  const functions = (await load(folder)).filter(([, value]) => typeof value === 'function');
  // Functions of other folders may have the same name.
  const places = [...sourcesBelow(join(ROOT, 'src', folder)), ...sources];
  return [
    `# ${title}`,
    '',
    ...functions.flatMap(([name, value]) => {
      const doc =
        docBefore(places, `export function ${name}(`) ??
        docBefore(places, `export const ${name}`) ??
        docBefore(places, `export function ${value.name}(`);
      if (doc === undefined) problems.push(`${namespace}.${name} has no doc comment.`);
      return [`## \`${namespace}.${name}\``, '', doc ?? '', ''];
    }),
  ];
}

const NOTE =
  '<!-- Made by `npm run docs` from the sources: change their comments and tables, not this file. -->';
const pages = new Map();
for (const page of OPTION_PAGES) pages.set(`${page[0]}.md`, await optionPage(page));
for (const page of FUNCTION_PAGES) pages.set(`${page[0]}.md`, await functionPage(page));
pages.set('README.md', [
  '# Reference',
  '',
  "What `import … from 'fovea'` gives, with every option. Options are named as in Keras, in camelCase.",
  '',
  ...[...OPTION_PAGES, ...FUNCTION_PAGES]
    .filter(([folder]) => pages.has(`${folder}.md`))
    .map(([folder, title]) => `- [${title}](${folder}.md)`),
]);

const check = process.argv.includes('--check');
if (!check) {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  for (const [name, lines] of pages) {
    const text = [lines[0], '', NOTE, ...lines.slice(1)]
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trimEnd();
    writeFileSync(join(OUT, name), `${text}\n`);
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(check ? 'Comments and option tables agree.' : `Wrote ${pages.size} pages to docs/api.`);
