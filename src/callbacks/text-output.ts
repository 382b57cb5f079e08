/** @file Where progress and tables are written: standard output in Node, the console in a browser. */

import { wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';

/** What text is written to; `process.stdout` and `process.stderr` are such. */
export interface TextOutput {
  write(text: string): unknown;
  /** Whether a person watches: decides on control codes. */
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
    // With a parameter, as the default depends on where the program runs.
    fallback: (_values) => standardOutput(),
    inConfig: 'never',
  });
}

let consoleLine = '';

// A browser's console takes whole lines only.
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
