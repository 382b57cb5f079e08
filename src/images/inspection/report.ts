/** @file What the inspection of a folder of images finds: plain data, as `fovea doctor FOLDER --json` prints it. */

import type { ImageFormat, StoredColors } from '../image-header.ts';

/** What is wrong with files that no training can read. */
export const UNUSABLE_KINDS = [
  /** No bytes. */
  'empty',
  /** The file ends before its format says that it should. */
  'cutOff',
  /** The format is known, the content cannot be decoded. */
  'damaged',
  /** Named like an image, but something else. */
  'notAnImage',
  /** An image of a format or coding that Fovea does not read. */
  'unsupported',
  /** More pixels than the limit, or more bytes. */
  'tooLarge',
  /** A broken link, a file without permission, a device. */
  'unreadable',
] as const;

/** What a person should know of files, though they harm no training. */
export const REMARK_KINDS = [
  /** A readable image whose name promises another format, or none. */
  'misnamed',
  /** No image, and not named like one. */
  'foreign',
  /** An image that lies in no class' folder. */
  'outsideClasses',
] as const;

export type ProblemKind = (typeof UNUSABLE_KINDS)[number] | (typeof REMARK_KINDS)[number];

/** Something about one file. */
export interface FileProblem {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly kind: ProblemKind;
  /** One sentence. */
  readonly message: string;
}

/** A part of the data, such as `train`, with its classes. */
export interface PartReport {
  /** The sub-folder's name; null when the folder itself holds the classes. */
  readonly name: string | null;
  /** Readable images. */
  readonly images: number;
  /** Sorted by name; a class that only other parts have is listed with 0. Empty when the part has no labels. */
  readonly classes: readonly { readonly name: string; readonly images: number }[];
  /** Images of the largest class for each of the smallest; null with fewer than two classes or an empty one. */
  readonly imbalance: number | null;
}

/** The same picture several times. */
export interface DuplicateGroup {
  /**
   * `file`: equal bytes. `pixels`: different files with equal pixels. `near`: the same picture saved again, resized,
   * brightened, or cut by a few percent.
   */
  readonly kind: 'file' | 'pixels' | 'near';
  readonly files: readonly {
    readonly path: string;
    readonly part: string | null;
    readonly className: string | null;
  }[];
  /** In more than one part: a leak, which makes results on the other part too good. */
  readonly acrossParts: boolean;
  /** In more than one class: at least one label is wrong. */
  readonly acrossClasses: boolean;
}

export interface Distribution {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What `images.inspectDirectory` finds. */
export interface DirectoryReport {
  readonly folder: string;
  /** All files below the folder. */
  readonly files: number;
  /** Files that are readable images. */
  readonly images: number;
  /** `train`, `validation` and `test` where there are such sub-folders, else one part. */
  readonly parts: readonly PartReport[];
  readonly classNames: readonly string[];
  /** True when nothing below makes results wrong: no unusable file, no leak, no picture of two classes, no class without images. */
  readonly sound: boolean;
  /** Number of problems of each kind that occurs. */
  readonly problemCounts: Readonly<Partial<Record<ProblemKind, number>>>;
  /** Sorted by path. */
  readonly problems: readonly FileProblem[];
  /** Leaks first, then pictures of two classes. */
  readonly duplicates: readonly DuplicateGroup[];
  /** Number of groups across parts, and across classes. */
  readonly leaks: number;
  readonly classConflicts: number;
  /** Classes without a readable image in a part, for which labels or results would be wrong: `validation/dogs`. */
  readonly emptyClasses: readonly string[];
  /** Why near duplicates were not looked for; null when they were. */
  readonly nearDuplicatesSkipped: string | null;
  /** Pixels of upright images; null without images. */
  readonly width: Distribution | null;
  readonly height: Distribution | null;
  /** Width divided by height. */
  readonly aspectRatio: Distribution | null;
  /** Number of images for each. */
  readonly formats: Readonly<Partial<Record<ImageFormat, number>>>;
  readonly colors: Readonly<Partial<Record<StoredColors, number>>>;
  readonly withAlpha: number;
  /** Images that Exif data turns or mirrors when they are loaded. */
  readonly exifRotated: number;
}
