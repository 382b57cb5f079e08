/** @file The folder of images that the fixture of Keras lists. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import type { Tensor } from '../../src/base/tensor.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Listed {
  files: string[];
  labels: number[] | null;
}

export interface Fixture {
  random: {
    seed: number;
    permutation: number[];
    random: number[];
    uniform: number[];
    choice: number[];
    one: number;
    after: number;
  }[];
  tree: string[];
  cases: {
    name: string;
    labels: 'inferred' | number[] | null;
    shuffle: boolean;
    seed?: number;
    class_names?: string[];
    validation_split: number | null;
    result: Listed & { class_names: string[] | null; training?: Listed; validation?: Listed };
    printed: string;
  }[];
}

export const fixture: Fixture = JSON.parse(
  await readFile(new URL('../../../tests/fixtures/image-folders.json', import.meta.url), 'utf8'),
);

/** A picture of one colour. */
export function picture(value: number): Uint8Array {
  return encode({ width: 4, height: 3, data: new Uint8Array(36).fill(value), channels: 3, depth: 8 });
}

/** Makes the folder that the fixture lists, with a picture of its own in each file; its path. */
export async function makeImageFolder(): Promise<string> {
  const folder = temporaryFolder();
  for (const [i, name] of fixture.tree.entries()) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), picture(i));
  }
  return folder;
}

/** Names of files by the values of their pictures. */
export const named = (images: Tensor[]) => images.map((image) => fixture.tree[image.data[0]!]!);
