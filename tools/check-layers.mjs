/**
 * @file Checks the imports of src/: direction between folders (tools/layers.mjs), no cycles between files, packages and
 * Node modules only where they are listed, tests never imported, no suppressed type errors. Type-only imports count.
 *
 * Usage: node tools/check-layers.mjs [ROOT]     prints one line `file:line: problem` each; exit code 1 if there are any
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { LAYERS, NODE_MODULES, PACKAGES } from './layers.mjs';

// Formatted code begins every static import and re-export at the start of a line.
const STATIC_IMPORT = /^(?:import|export)\s+(?<types>type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?'(?<to>[^']+)'/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*(?:'(?<to>[^']+)'|(?<other>[^)]*))/g;
const SUPPRESSION = /@ts-(?:ignore|nocheck|expect-error)|biome-ignore lint\/suspicious\/noExplicitAny/g;

/** Every .ts file below `folder`, as paths relative to it with forward slashes. */
function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.split(sep).join('/'))
    .sort();
}

/** The text with comments blanked out, lines kept, so that examples in comments are not taken for code. */
function withoutComments(text) {
  const blank = (comment) => comment.replace(/[^\n]/g, ' ');
  return text.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(?<=^|\s)\/\/[^\n]*/g, blank);
}

function lineOf(text, index) {
  return text.slice(0, index).split('\n').length;
}

/** The imports of one file: `{ to, line, dynamic, types }`; `to` is undefined for a computed dynamic import. */
function importsOf(text) {
  const code = withoutComments(text);
  const found = [];
  for (const match of code.matchAll(STATIC_IMPORT)) {
    const { to, types } = match.groups;
    found.push({ to, line: lineOf(code, match.index), dynamic: false, types: types !== undefined });
  }
  for (const match of code.matchAll(DYNAMIC_IMPORT)) {
    found.push({ to: match.groups.to, line: lineOf(code, match.index), dynamic: true, types: false });
  }
  return found;
}

/** The longest key of `table` that is `path` or a folder above it. */
function entryFor(table, path) {
  return Object.keys(table)
    .filter((key) => path === key || path.startsWith(`${key}/`))
    .sort((a, b) => b.length - a.length)[0];
}

const isTest = (path) => path.endsWith('.test.ts');

/** The problem of one relative import, or undefined. */
function checkRelative(path, to, files) {
  if (!files.has(to)) return `imports ${to}, which is not in src/`;
  if (isTest(path)) return undefined;
  if (isTest(to)) return `imports the test ${to}`;
  const from = entryFor(LAYERS, path);
  const target = entryFor(LAYERS, to);
  if (from === undefined) return `is in no folder of tools/layers.mjs`;
  if (from === target || LAYERS[from].includes('*')) return undefined;
  if (LAYERS[from].some((allowed) => to === allowed || to.startsWith(`${allowed}/`))) return undefined;
  return `${from} may not import ${to} (allowed: ${LAYERS[from].join(', ') || 'nothing'})`;
}

function checkPackage(path, item) {
  if (isTest(path)) return undefined;
  if (item.to.startsWith('node:')) {
    const permission = NODE_MODULES[entryFor(NODE_MODULES, path)];
    if (permission === undefined)
      return `${item.to} may not be imported here (see NODE_MODULES in tools/layers.mjs)`;
    if (permission === 'dynamic' && !item.dynamic && !item.types) {
      return `${item.to} must be imported with await import(), so that a browser can load this file`;
    }
    return undefined;
  }
  const name = item.to
    .split('/')
    .slice(0, item.to.startsWith('@') ? 2 : 1)
    .join('/');
  const folders = PACKAGES[name] ?? [];
  if (folders.some((folder) => path.startsWith(`${folder}/`))) return undefined;
  return `package ${name} may not be imported here (allowed in: ${folders.join(', ') || 'no folder'})`;
}

/** One message for each cycle that a walk along the imports runs into. */
function findCycles(edges) {
  const state = new Map();
  const problems = [];
  const visit = (path, trail) => {
    state.set(path, 'open');
    for (const { to, line } of edges.get(path) ?? []) {
      if (state.get(to) === 'open') {
        const cycle = [...trail, path];
        const loop = [...cycle.slice(cycle.indexOf(to)), to].join(' -> ');
        problems.push({ path, line, text: `import cycle: ${loop}` });
      } else if (!state.has(to)) {
        visit(to, [...trail, path]);
      }
    }
    state.set(path, 'done');
  };
  for (const path of edges.keys()) if (!state.has(path)) visit(path, []);
  return problems;
}

/** All problems of ROOT/src as `{ path, line, text }`, and how many files were read. */
function checkLayers(root) {
  const source = join(root, 'src');
  const files = new Set(sourcesIn(source));
  const problems = [];
  const edges = new Map();
  for (const path of files) {
    const text = readFileSync(join(source, path), 'utf8');
    const report = (line, message) => message && problems.push({ path, line, text: message });
    edges.set(path, []);
    for (const item of importsOf(text)) {
      if (item.to === undefined) {
        report(item.line, 'import() of something that is not a plain string cannot be checked or bundled');
      } else if (item.to.startsWith('.')) {
        const to = relative(source, resolve(source, dirname(path), item.to))
          .split(sep)
          .join('/');
        // Test helpers are outside src/; only tests may import them.
        if (isTest(path) && to.startsWith('../') && existsSync(join(source, to))) continue;
        report(item.line, checkRelative(path, to, files));
        edges.get(path).push({ to, line: item.line });
      } else {
        report(item.line, checkPackage(path, item));
      }
    }
    for (const match of text.matchAll(SUPPRESSION)) {
      report(lineOf(text, match.index), `${match[0]} hides a type error; fix the type instead`);
    }
  }
  return { problems: [...problems, ...findCycles(edges)], count: files.size };
}

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
const { problems, count } = checkLayers(root);
for (const { path, line, text } of problems) console.error(`src/${path}:${line}: ${text}`);
if (count === 0) console.error(`There are no .ts files in ${join(root, 'src')}.`);
if (problems.length > 0 || count === 0) process.exitCode = 1;
else console.log(`layers: ${count} files, every import as tools/layers.mjs allows`);
