/** @file Image files with random damage, the same ones for the same seed, and what may become of them. */

import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { FoveaError, InternalError } from '../../src/base/errors.ts';
import { RandomGenerator } from '../../src/base/random.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { decodeImage } from '../../src/images/index.ts';
import { type Damage, joined, otherEnd, usualDamages } from './file-damage.ts';
import { fixtureUrl } from './fixtures.ts';

/** A file of the fixtures, whole or damaged. */
export interface ImageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** All files of tests/fixtures/images.json. */
export function wholeFiles(): ImageFile[] {
  const { decoding } = JSON.parse(readFileSync(fixtureUrl('images.json'), 'utf8')) as {
    decoding: Record<string, { file: string }>;
  };
  return Object.entries(decoding).map(([name, { file }]) => ({
    name,
    bytes: new Uint8Array(Buffer.from(file, 'base64')),
  }));
}

/** Places near the start, where the headers are, half of the time. */
function somewhere(bytes: Uint8Array, random: RandomGenerator): number {
  return random.nextInt(random.nextInt(2) === 0 ? Math.min(bytes.length, 64) : bytes.length);
}

const DAMAGES: readonly Damage[] = [
  ...usualDamages(somewhere, 4),
  (bytes, random) => {
    const [at, from] = [somewhere(bytes, random), somewhere(bytes, random)];
    const copied = bytes.subarray(from, Math.min(bytes.length, from + 1 + random.nextInt(64)));
    return joined(bytes.subarray(0, at), copied, bytes.subarray(at));
  },
  otherEnd,
];

/** Gives the chunks of a PNG file valid checksums, so that damage comes further than to them. */
function repairChecksums(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return;
    view.setUint32(end - 4, crc32(bytes.subarray(at + 4, end - 4)));
    at = end;
  }
}

/** Endless damaged versions of the files, all files in turn. */
export function* damagedFiles(files: readonly ImageFile[], seed: number): Generator<ImageFile> {
  const random = new RandomGenerator(seed);
  for (let i = 0; ; i++) {
    const { name, bytes } = files[i % files.length]!;
    const other = files[random.nextInt(files.length)]!.bytes;
    let damaged = bytes;
    for (let times = random.nextInt(3); times >= 0; times--) {
      if (damaged.length > 0) damaged = DAMAGES[random.nextInt(DAMAGES.length)]!(damaged, random, other);
    }
    if (name.endsWith('.png') && random.nextInt(4) > 0) repairChecksums(damaged);
    yield { name: `${name}#${i}`, bytes: damaged };
  }
}

/** Decodes a damaged file: true for an image, false for an error that names the file. Throws for everything else. */
export async function survives({ name, bytes }: ImageFile): Promise<boolean> {
  try {
    const image = await decodeImage(bytes, name);
    if (!(image instanceof Tensor) || image.rank !== 3 || image.dtype !== 'uint8') {
      throw new InternalError(`${name} gave a Tensor ${image.shape} of ${image.dtype}.`);
    }
    return true;
  } catch (error) {
    const expected = error instanceof FoveaError && !(error instanceof InternalError);
    if (expected && error.message.includes(name)) return false;
    throw error;
  }
}
