/** @file What one file of a folder is: a readable image with its hashes, or a problem. */

import { FoveaError, UnsupportedError } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { formatOfName, type ImageHeader, readImageHeader } from '../image-header.ts';
import { MAX_PIXELS } from '../image-limits.ts';
import { describeFailure, type FolderFile } from './folder-files.ts';
import { foreignKind } from './foreign-kinds.ts';
import { type PictureHash, pictureHash } from './picture-hash.ts';
import type { FileProblem, ProblemKind } from './report.ts';

/** A readable image. */
export interface InspectedImage {
  readonly file: FolderFile;
  readonly header: ImageHeader;
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** SHA-256 of the file, and of its decoded pixels with their extents. */
  readonly fileHash: string;
  readonly pixelHash: string;
  readonly picture: PictureHash;
}

export interface InspectedFile {
  readonly problem: FileProblem | undefined;
  readonly image: InspectedImage | undefined;
}

/** Decodes a file's bytes to uint8 `[height, width, 1 … 4]`, upright. Throws FoveaError. */
export type Decode = (bytes: Uint8Array, header: ImageHeader) => Promise<Tensor>;

/** What is to be said of a file: the kind, and a sentence. */
type Finding = readonly [kind: ProblemKind, message: string];

/** Files of more bytes are not read: an image within the limit of pixels is smaller. */
const MAX_BYTES = 512 * 2 ** 20;

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** Endings of images that Fovea does not read. */
const OTHER_IMAGE_NAME = /\.(?:tiff?|heic|heif|avif|jxl|jp2|svg|psd|ico)$/i;
const SYSTEM_NAME = /^(?:\.|thumbs\.db$|desktop\.ini$)/i;

/** The problem of a file that is in none of the known formats. */
function foreignProblem(file: FolderFile, bytes: Uint8Array): Finding {
  const what = foreignKind(bytes);
  const promised = formatOfName(file.name);
  if (promised !== undefined) {
    const content = what === undefined ? 'its content is of no known kind' : `it is ${what}`;
    return ['notAnImage', `It is named like a ${promised.toUpperCase()} image, but ${content}.`];
  }
  if (OTHER_IMAGE_NAME.test(file.name)) {
    return [
      'unsupported',
      `It is ${what ?? 'of a format'} that Fovea does not read; save it as JPEG or PNG.`,
    ];
  }
  return ['foreign', `It is no image${what === undefined ? '' : `, but ${what}`}.`];
}

/** What can be said before decoding; `undefined` when the file is worth decoding. */
function problemBefore(
  file: FolderFile,
  bytes: Uint8Array,
  header: ImageHeader | undefined,
): Finding | undefined {
  if (SYSTEM_NAME.test(file.name)) {
    return ['foreign', 'It is a hidden file, or one that the system made.'];
  }
  if (bytes.length === 0) return ['empty', 'It is empty (0 bytes).'];
  if (header === undefined) return foreignProblem(file, bytes);
  if (header.width * header.height <= MAX_PIXELS) return undefined;
  const limit = MAX_PIXELS.toLocaleString('en-US');
  const message = `It has ${header.width} x ${header.height} pixels; at most ${limit} pixels are read.`;
  return ['tooLarge', message];
}

/** The problem of a file whose decoding failed. */
function decodingProblem(error: unknown, header: ImageHeader): Finding {
  if (!(error instanceof FoveaError)) throw error;
  const kind = error instanceof UnsupportedError ? 'unsupported' : header.complete ? 'damaged' : 'cutOff';
  return [kind, error.message];
}

/** Remarks on a file that was decoded. */
function remarkOn(file: FolderFile, header: ImageHeader): Finding | undefined {
  if (!header.complete)
    return ['cutOff', 'It ends before its format says that it should; its lower part may be missing.'];
  if (formatOfName(file.name) !== header.format) {
    return ['misnamed', `It is a ${header.format.toUpperCase()} image, which its name does not say.`];
  }
  return file.misplaced ? ['outsideClasses', 'It lies outside of the folders of classes.'] : undefined;
}

/** Inspects files one by one. */
export class FileInspector {
  readonly #fs: typeof import('node:fs/promises');
  readonly #createHash: typeof import('node:crypto').createHash;
  readonly #decode: Decode;

  private constructor(
    fs: typeof import('node:fs/promises'),
    createHash: typeof import('node:crypto').createHash,
    decode: Decode,
  ) {
    this.#fs = fs;
    this.#createHash = createHash;
    this.#decode = decode;
  }

  static async create(decode: Decode): Promise<FileInspector> {
    const { createHash } = await import('node:crypto');
    return new FileInspector(await import('node:fs/promises'), createHash, decode);
  }

  /** Never rejects because of what is in the file. */
  async inspect(file: FolderFile): Promise<InspectedFile> {
    const problem = (finding: Finding | undefined): FileProblem | undefined =>
      finding && { path: file.path, kind: finding[0], message: finding[1] };
    const only = (...finding: Finding) => ({ problem: problem(finding), image: undefined });
    if (file.failure !== undefined) return only('unreadable', file.failure);
    if (file.size > MAX_BYTES) {
      return only('tooLarge', `It has ${mebibytes(file.size)}; at most ${mebibytes(MAX_BYTES)} are read.`);
    }
    let bytes: Uint8Array;
    try {
      bytes = await this.#fs.readFile(file.location);
    } catch (error) {
      return only('unreadable', describeFailure(error));
    }
    const header = readImageHeader(bytes);
    const early = problemBefore(file, bytes, header);
    if (early !== undefined || header === undefined) return { problem: problem(early), image: undefined };
    try {
      const fileHash = this.#hash(bytes);
      const pixels = await this.#decode(bytes, header);
      const remark = remarkOn(file, header);
      // A picture that may be half grey says nothing about duplicates and sizes.
      const image = remark?.[0] === 'cutOff' ? undefined : this.#describe(file, header, fileHash, pixels);
      return { problem: problem(remark), image };
    } catch (error) {
      return only(...decodingProblem(error, header));
    }
  }

  #describe(file: FolderFile, header: ImageHeader, fileHash: string, pixels: Tensor): InspectedImage {
    const [height, width] = pixels.shape as [number, number, number];
    const pixelHash = this.#hash(pixels.data as Uint8Array, pixels.shape.join('x'));
    return { file, header, width, height, fileHash, pixelHash, picture: pictureHash(pixels) };
  }

  #hash(bytes: Uint8Array, extents = ''): string {
    return this.#createHash('sha256').update(extents).update(bytes).digest('base64');
  }
}
