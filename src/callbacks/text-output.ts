/** @file Where progress and tables are written: standard output in Node, the console in a browser. */

import { wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';

/** A place for text, such as `process.stdout` and `process.stderr`. */
export interface TextOutput {
  write(text: string): unknown;
  /** Whether it is a terminal: only then are control codes written. */
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
}

/** An option for where to write; by default standard output. */
export function textOutput(): Option<TextOutput, TextOutput, false> {
  const expected = 'something with a method write(text)';
  return new Option<TextOutput, TextOutput, false>({
    expected,
    read(given, place) {
      const hasWrite = typeof given === 'object' && given !== null && 'write' in given;
      if (hasWrite && typeof given.write === 'function') return given as TextOutput;
      throw wrongValue(place, expected, given);
    },
    // Has a parameter because the default depends on where the program runs.
    fallback: (_values) => standardOutput(),
    inConfig: 'never',
  });
}

let consoleLine = '';

// A browser's console can print whole lines only.
const consoleOutput: TextOutput = {
  write(text) {
    const lines = (consoleLine + text).split('\n');
    consoleLine = lines.pop()!;
    for (const line of lines) console.log(line);
  },
};

/** Standard output; in a browser its console, line by line. */
export function standardOutput(): TextOutput {
  return typeof process === 'object' && process.stdout ? process.stdout : consoleOutput;
}
