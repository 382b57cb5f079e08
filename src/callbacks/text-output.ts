/** @file Where progress and tables are written: standard output in Node, the console in a browser. */

/** What text is written to; `process.stdout` and `process.stderr` are such. */
export interface TextOutput {
  write(text: string): unknown;
  /** Whether a person watches: decides on control codes. */
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
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
