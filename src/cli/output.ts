/** @file Where commands write: results to standard output, everything else to standard error. */

/** One line on standard error, for the user. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The result: one JSON object on one line, or the text. */
export function printResult(asJson: boolean | undefined, result: object, text: string): void {
  process.stdout.write(`${asJson ? JSON.stringify(result) : text}\n`);
}

/** `0.9912` → `99.12 %`. */
export function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`;
}
