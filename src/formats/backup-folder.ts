/** @file A folder with the backup of a run that is under way: the newest state, and the one before it if wanted. */

import { FormatError } from '../base/errors.ts';
import type { StateValue } from '../base/state-value.ts';
import {
  isTemporaryName,
  isThere,
  makeFolderOf,
  namesIn,
  nodeFiles,
  readWholeFile,
  writeFileAtomically,
} from './files.ts';
import { readState, writeState } from './state-file.ts';

const LATEST = 'latest.state';
const PREVIOUS = 'previous.state';

/**
 * Keeps states so that a process that is killed at any moment leaves an undamaged one: a file is written next to the
 * old one, and renamed when it is on the disk.
 */
export class BackupFolder {
  readonly #path: string;
  readonly #keepsPrevious: boolean;

  /** @param keepsPrevious Whether the previous state is kept too, in case the newest is damaged. */
  constructor(path: string, keepsPrevious: boolean) {
    this.#path = path;
    this.#keepsPrevious = keepsPrevious;
  }

  /** Writes a state. Makes the folder if need be. Throws FoveaError when the system refuses. */
  async write(state: StateValue): Promise<void> {
    const { rename } = await nodeFiles();
    const bytes = await writeState(state);
    const latest = this.#file(LATEST);
    await makeFolderOf(latest);
    // A process that is killed between the two renames leaves only the previous state, which is undamaged.
    if (this.#keepsPrevious && (await isThere(latest))) await rename(latest, this.#file(PREVIOUS));
    await writeFileAtomically(latest, bytes);
  }

  /**
   * The newest state. When that is damaged: the previous one, with a warning. Null when there is none. Throws
   * FormatError when all are damaged, FoveaError when the system refuses.
   */
  async read(): Promise<StateValue | null> {
    await this.#tidyUp();
    const problems: string[] = [];
    for (const name of [LATEST, PREVIOUS]) {
      const path = this.#file(name);
      if (!(await isThere(path))) continue;
      try {
        const state = await readState(await readWholeFile(path), `The backup '${path}'`);
        if (problems.length > 0) await this.#dropDamaged(problems);
        return state;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        problems.push(error.message);
      }
    }
    if (problems.length === 0) return null;
    throw new FormatError(
      `${problems.join(' ')} Remove the folder '${this.#path}' to train from the beginning.`,
    );
  }

  /** Removes unfinished files of processes that were killed while they wrote. */
  async #tidyUp(): Promise<void> {
    if (!(await isThere(this.#path))) return;
    const { rm } = await nodeFiles();
    const left = (await namesIn(this.#path)).filter(isTemporaryName);
    for (const name of left) await rm(this.#file(name), { force: true });
  }

  /** Removes the newest state, so that it is not kept as the previous one. */
  async #dropDamaged(problems: readonly string[]): Promise<void> {
    console.warn(`${problems.join(' ')} The backup before it is used.`);
    const { rm } = await nodeFiles();
    await rm(this.#file(LATEST), { force: true });
  }

  /** Removes the states, and the folder if nothing else is in it. */
  async remove(): Promise<void> {
    await this.#tidyUp();
    if (!(await isThere(this.#path))) return;
    const { readdir, rm, rmdir } = await nodeFiles();
    // The newest state is removed last, so that a run that is killed here can still go on.
    for (const name of [PREVIOUS, LATEST]) await rm(this.#file(name), { force: true });
    if ((await readdir(this.#path)).length === 0) await rmdir(this.#path);
  }

  #file(name: string): string {
    return `${this.#path}/${name}`;
  }
}
