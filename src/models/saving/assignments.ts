/** @file Arrays of files on their way into variables: what does not fit is found before the first number changes. */

import { FormatError, ValueError } from '../../base/errors.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import type { StoredArray } from '../../formats/weights-file.ts';
import type { Variable } from '../../graph/variable.ts';

/** Something that takes numbers of a shape. */
export interface Target {
  readonly name: string;
  readonly shape: readonly number[];
  /** Throws ValueError for numbers that it cannot hold. */
  check?(values: ArrayLike<number>): void;
  write(values: ArrayLike<number>): void;
}

/** Variables as targets. */
export function targetsOf(variables: readonly Variable[]): Target[] {
  return variables.map((v) => ({ name: v.name, shape: v.shape, write: (values) => v.assign(values) }));
}

/** Writes that are collected and then done all at once. */
export class Assignments {
  readonly #file: string;
  readonly #writes: (() => void)[] = [];
  readonly #skipped: string[] | null;

  /**
   * @param file Names the file in messages.
   * @param skipMismatch Whether what does not fit is left out with a warning, instead of being an error.
   */
  constructor(file: string, skipMismatch = false) {
    this.#file = file;
    this.#skipped = skipMismatch ? [] : null;
  }

  /** Fills all `targets`, which belong to `owner`. Throws FormatError when counts or shapes differ. */
  fill(stored: readonly StoredArray[], targets: readonly Target[], owner: string, where: string): void {
    const misfit = countMisfit(stored, targets, owner) ?? firstShapeMisfit(stored, targets, owner);
    if (misfit === null) for (const [i, target] of targets.entries()) this.write(stored[i]!, target, where);
    else this.misfit(misfit, where);
  }

  /** Fills those `targets` that the arrays in their places fit; the same number of both. Throws FormatError for others. */
  fillEach(stored: readonly StoredArray[], targets: readonly Target[], owner: string, where: string): void {
    for (const [i, target] of targets.entries()) {
      const misfit = shapeMisfit(stored[i]!, target, i, owner);
      if (misfit === null) this.write(stored[i]!, target, where);
      else this.misfit(misfit, where);
    }
  }

  /** Notes that something does not fit. Throws FormatError unless that is to be skipped. */
  misfit(what: string, where: string): void {
    if (this.#skipped === null)
      throw new FormatError(`${where}: ${what}. The file belongs to another model.`);
    this.#skipped.push(what);
  }

  /** Fills one target of the array's shape. Throws FormatError for damage, and for numbers that it cannot hold. */
  write(stored: StoredArray, target: Target, where: string): void {
    const values = stored.read();
    try {
      target.check?.(values);
    } catch (error) {
      throw error instanceof ValueError ? new FormatError(`${where}: ${error.message}`) : error;
    }
    this.#writes.push(() => target.write(values));
  }

  /** Changes the numbers. Warns of what was skipped. */
  apply(): void {
    for (const write of this.#writes) write();
    const skipped = this.#skipped ?? [];
    if (skipped.length === 0) return;
    const more = skipped.length > 10 ? `, and ${skipped.length - 10} more` : '';
    console.warn(
      `${this.#file}: skipped what does not fit (skipMismatch), which keeps its numbers: ${skipped.slice(0, 10).join('; ')}${more}.`,
    );
  }
}

type Shaped = { readonly shape: readonly number[] };

/** In words what is wrong with the number of arrays; null when it is right. */
export function countMisfit(
  stored: readonly Shaped[],
  targets: readonly Shaped[],
  owner: string,
): string | null {
  if (stored.length === targets.length) return null;
  const shapes = (list: readonly Shaped[]) => list.map(({ shape }) => formatShape(shape)).join(', ');
  return (
    `${owner} expects ${targets.length} arrays (${shapes(targets)}), the file has ${stored.length} ` +
    `(${shapes(stored)})`
  );
}

function firstShapeMisfit(
  stored: readonly StoredArray[],
  targets: readonly Target[],
  owner: string,
): string | null {
  for (const [i, target] of targets.entries()) {
    const misfit = shapeMisfit(stored[i]!, target, i, owner);
    if (misfit !== null) return misfit;
  }
  return null;
}

function shapeMisfit({ shape }: StoredArray, target: Target, index: number, owner: string): string | null {
  if (sameShape(shape, target.shape)) return null;
  return (
    `array ${index} of ${owner} does not fit '${target.name}': expected shape ${formatShape(target.shape)}, ` +
    `found ${formatShape(shape)}`
  );
}
