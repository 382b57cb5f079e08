/** @file The debug switch: FOVEA_DEBUG=graph,schedule,memory,kernels (or `all`) prints each step that is compiled. */

import { environmentVariable } from '../base/environment.ts';
import { ValueError } from '../base/errors.ts';
import { DUMP_PARTS, type DumpPart } from '../compiler/print.ts';

/** The parts that FOVEA_DEBUG asks for. Throws ValueError for an unknown word. */
export function requestedDumps(): readonly DumpPart[] {
  const wanted = environmentVariable('FOVEA_DEBUG');
  if (wanted === undefined) return [];
  if (wanted === 'all') return DUMP_PARTS;
  return wanted.split(',').map((word) => {
    const part = DUMP_PARTS.find((each) => each === word.trim());
    if (part === undefined) {
      throw new ValueError(
        `FOVEA_DEBUG names '${word}'; expected 'all' or a list of ${DUMP_PARTS.join(', ')}.`,
      );
    }
    return part;
  });
}

/** Dumps go where warnings go: standard error, or the browser's console. */
export function writeDump(text: string): void {
  console.error(text);
}
