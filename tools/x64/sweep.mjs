/**
 * @file Compares the x86-64 assembler with GNU binutils over the sweep of its instruction table, and writes the golden
 * lines of the committed test.
 *
 * Every case is assembled by `as` from its text. Where `as` chose other bytes (it knows short forms of eax and may swap
 * the operands of moves), both encodings must disassemble to one text; otherwise the case counts as wrong. Golden lines
 * are written when none is wrong.
 *
 * Needs GNU `as`, `objcopy`, `nm` and `objdump` for x86-64, version 2.40 or newer.
 * Usage: npx tsc && node tools/x64/sweep.mjs [BUILD FOLDER]
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '..', '..');
const BUILD = resolve(ROOT, process.argv[2] ?? 'build');
const GOLDEN = join(ROOT, 'tests', 'fixtures', 'x64', 'golden.txt');
const SHOWN = 40;

const folder = mkdtempSync(join(tmpdir(), 'x64-sweep-'));

function run(program, ...args) {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 30 });
}

/** Assembles `lines`, one array of lines a case, and returns where each case starts and ends. */
function assembleAll(name, cases) {
  const source = cases.map((lines, n) => [...lines(`c${n}`), `e${n}:`].join('\n'));
  writeFileSync(join(folder, `${name}.s`), `.intel_syntax noprefix\n${source.join('\n')}\n`);
  run('as', `${name}.s`, '-o', `${name}.o`);
  const symbols = new Map();
  for (const line of run('nm', `${name}.o`).split('\n')) {
    const [address, , symbol] = line.split(' ');
    symbols.set(symbol, Number.parseInt(address, 16));
  }
  return cases.map((_, n) => ({ start: symbols.get(`s${n}`), end: symbols.get(`e${n}`) }));
}

/** The bytes that `as` gives for every case, as hex. */
function bytesByAs(cases) {
  const places = assembleAll(
    'theirs',
    cases.map(({ text, behind }, n) => (label) => [
      `${label}:`,
      ...Array(behind / 2).fill('pause'),
      `s${n}:`,
      text.replaceAll('here', label),
    ]),
  );
  run('objcopy', '-O', 'binary', '-j', '.text', 'theirs.o', 'theirs.bin');
  const code = readFileSync(join(folder, 'theirs.bin'));
  return places.map(({ start, end }) => code.subarray(start, end).toString('hex'));
}

/** The text that objdump makes of each hex string, all loaded at address 0 of their own. */
function disassemble(hexes) {
  return hexes.map((hex) => {
    writeFileSync(join(folder, 'one.bin'), Buffer.from(hex, 'hex'));
    const lines = run('objdump', '-D', '-b', 'binary', '-m', 'i386:x86-64', '-M', 'intel', 'one.bin').split(
      '\n',
    );
    return lines
      .filter((line) => /^\s+[0-9a-f]+:\t/.test(line))
      .map((line) =>
        (line.split('\t')[2] ?? '')
          .trim()
          .replace(/\s+/g, ' ')
          .replace(/^movabs/, 'mov'),
      )
      .filter((text) => text !== '')
      .join('; ');
  });
}

const { sweep, goldenCases, goldenLine, sweepDigest } = await import(
  pathToFileURL(join(BUILD, 'tests', 'support', 'x64-sweep.js')).href
);

const cases = [...sweep()];
const theirs = bytesByAs(cases);
const different = cases
  .map((one, n) => ({ ...one, theirs: theirs[n] }))
  .filter((one) => one.hex !== one.theirs);
const ourTexts = disassemble(different.map(({ hex }) => hex));
const theirTexts = disassemble(different.map(({ theirs }) => theirs));
rmSync(folder, { recursive: true });

const wrong = different.filter((_, n) => ourTexts[n] !== theirTexts[n]);
const equivalent = different.filter((one) => !wrong.includes(one));
const forms = new Set(cases.map(({ form }) => form)).size;
console.log(`${forms} forms, ${cases.length} cases: ${cases.length - different.length} equal bytes,`);
console.log(`${equivalent.length} other bytes of one meaning, ${wrong.length} wrong.`);
for (const { text, hex, theirs } of equivalent.slice(0, SHOWN)) {
  console.log(`  other  ${text}\n         ours ${hex}\n         as   ${theirs}`);
}
for (const one of wrong.slice(0, SHOWN)) {
  const n = different.indexOf(one);
  console.log(`  WRONG  ${one.behind} | ${one.text}\n         ours ${one.hex}  ${ourTexts[n]}`);
  console.log(`         as   ${one.theirs}  ${theirTexts[n]}`);
}
if (wrong.length > 0) {
  console.error('Golden lines not written.');
  process.exit(1);
}
const lines = goldenCases(cases).map(goldenLine);
mkdirSync(join(GOLDEN, '..'), { recursive: true });
writeFileSync(GOLDEN, `${[`${cases.length} | ${sweepDigest(cases)}`, ...lines].join('\n')}\n`);
console.log(`${lines.length} golden lines written to ${GOLDEN}.`);
