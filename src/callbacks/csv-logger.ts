/** @file CSVLogger: the logs of each epoch as a row of a file (Keras' `csv_logger.py`). */

import type { StateValue } from '../base/state-value.ts';
import { appendToFile, isThere, readWholeFile } from '../formats/files.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { flag, text } from '../options/kinds.ts';
import { Callback } from './callback.ts';
import { formatFloat } from './number-format.ts';

/** The file after a row: the columns beside the epoch, and the size in bytes. */
type Table = { readonly keys: readonly string[]; readonly size: number };

/**
 * Writes a row for each epoch: its number from 0, and all logs by name, as Python's `csv` writes them. Where the first
 * epoch has no validation, there are columns for it too; what an epoch does not have is `NA`. Folders are made.
 */
export class CSVLogger extends withOptions(Callback, {
  /** The file. */
  filename: text(),
  /** What stands between two values. Default ','. */
  separator: text(','),
  /** Whether rows are added to a file that is there, and not written in its place. Default false. */
  append: flag(false),
}) {
  static override readonly className = 'CSVLogger';
  /** Null before the first row of a run. */
  #table: Table | null = null;

  /** Throws FoveaError for a file that cannot be written. */
  override async onTrainBegin(): Promise<void> {
    this.#table = null;
    // The old rows stay until the first new one, since the run may be one that goes on.
    await appendToFile(this.filename, new Uint8Array());
  }

  override getState(): Table | null {
    return this.#table;
  }

  override setState(state: StateValue): void {
    this.#table = state as Table | null;
  }

  /** Throws FoveaError for a file that cannot be written. */
  override async onEpochEnd(epoch: number, logs: Record<string, number>): Promise<void> {
    const { keys, size } = this.#table ?? (await this.#begin(logs));
    const values = keys.map((key) => (logs[key] === undefined ? 'NA' : formatFloat(logs[key])));
    this.#table = { keys, size: await this.#write([String(epoch), ...values], size) };
  }

  /** The file with its heading. */
  async #begin(logs: Record<string, number>): Promise<Table> {
    const own = Object.keys(logs).sort();
    const validated = own.some((key) => key.startsWith('val_'));
    const keys = validated ? own : [...own, ...own.map((key) => `val_${key}`)];
    const there = this.append && (await isThere(this.filename));
    const size = there ? (await readWholeFile(this.filename)).length : 0;
    return { keys, size: size > 0 ? size : await this.#write(['epoch', ...keys], 0) };
  }

  /** Writes a row after `size` bytes, in place of what a run that was interrupted has there. Returns the new size. */
  async #write(values: readonly string[], size: number): Promise<number> {
    const quoted = values.map((value) =>
      /["\r\n]/.test(value) || value.includes(this.separator) ? `"${value.replaceAll('"', '""')}"` : value,
    );
    const bytes = new TextEncoder().encode(`${quoted.join(this.separator)}\r\n`);
    await appendToFile(this.filename, bytes, size);
    return size + bytes.length;
  }
}

/** Writes the logs of each epoch into a file of comma-separated values. */
export const csvLogger = factory(CSVLogger);
