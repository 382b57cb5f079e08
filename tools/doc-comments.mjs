/** @file Finds doc comments in the sources, as text. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The texts of all sources below a folder, tests left out. */
export function sourcesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}

/** The text of a doc comment, without its stars. */
function wordsOf(comment) {
  return comment
    .replace(/^\s*\/\*\*/, '')
    .replace(/\*\/\s*$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}

/** The doc comment that ends at `end` of `text`; undefined when none does. */
function commentEndingAt(text, end) {
  const before = text.slice(0, end).trimEnd();
  if (!before.endsWith('*/')) return undefined;
  const start = before.lastIndexOf('/**');
  const comment = before.slice(start);
  return start < 0 || comment.indexOf('*/') < comment.length - 2 ? undefined : wordsOf(comment);
}

/** The doc comment of the declaration that contains `declaration`, in any source; undefined without one. */
export function docBefore(sources, declaration) {
  for (const text of sources) {
    for (let at = text.indexOf(declaration); at >= 0; at = text.indexOf(declaration, at + 1)) {
      // `export`, `abstract` and the like stand between the comment and the declaration.
      const lineStart = text.lastIndexOf('\n', at) + 1;
      if (!/^(export |abstract |default )*$/.test(text.slice(lineStart, at))) continue;
      const doc = commentEndingAt(text, lineStart);
      if (doc !== undefined) return doc;
    }
  }
  return undefined;
}

/** The tables that the head of a class names, such as `ADAM_OPTIONS`, with the text after them. */
function namedTables(sources, head = '') {
  const names = head.slice(0, head.indexOf(') {\n')).match(/\b[A-Z][A-Z_]+\b/g) ?? [];
  const declarations = names.map((name) => `const ${name} = {`);
  return declarations.flatMap((each) =>
    sources.filter((text) => text.includes(each)).map((text) => text.slice(text.indexOf(each))),
  );
}

/**
 * The doc comment of an option in the table of class `owner`: in the class' own head, else in a table that it names, else in
 * its file, else anywhere.
 */
export function optionDoc(sources, owner, name) {
  const home = sources.find((text) => new RegExp(`class ${owner} extends`).test(text));
  const head = home?.slice(home.search(new RegExp(`class ${owner} extends`)));
  const own = head?.slice(0, head.search(/\n}?\)? \{\n/) + 1);
  for (const text of [own, ...namedTables(sources, head), home, ...sources]) {
    const found = text === undefined ? undefined : entryDoc(text, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function entryDoc(text, name) {
  for (const match of text.matchAll(new RegExp(`\\n\\s*${name}: (new )?[\\w.]+[(<]`, 'g'))) {
    const doc = commentEndingAt(text, match.index);
    if (doc !== undefined) return doc;
  }
  return undefined;
}
