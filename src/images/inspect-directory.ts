/** @file Looks through a folder of images before training: what cannot be read, what is there twice, what it consists of. */

import { isNode } from '../base/environment.ts';
import { UnsupportedError } from '../base/errors.ts';
import { booleanOption, checkOptionNames } from '../base/options.ts';
import type { ImageHeader } from './image-header.ts';
import { createImageLoader, type ImageLoader } from './image-loader.ts';
import { type Duplicates, findDuplicates } from './inspection/duplicates.ts';
import { type FolderFile, type FolderListing, listFolder } from './inspection/folder-files.ts';
import {
  type Decode,
  FileInspector,
  type InspectedFile,
  type InspectedImage,
} from './inspection/inspect-file.ts';
import { type DirectoryReport, type FileProblem, UNUSABLE_KINDS } from './inspection/report.ts';
import { countBy, partsOf, statisticsOf } from './inspection/statistics.ts';

/** How far an inspection is. */
export interface InspectionProgress {
  readonly stage: 'listing' | 'reading' | 'comparing';
  /** Files that are done, of `total`; 0 of 0 while listing. */
  readonly done: number;
  readonly total: number;
}

export interface InspectDirectoryOptions {
  /** Whether to look for pictures that look the same too, besides equal ones; `true` unless given. */
  readonly nearDuplicates?: boolean;
  /** Threads that decode; as many as the machine runs at the same time unless given. */
  readonly workers?: number;
  /** Called at the beginning of each stage and after each file. */
  readonly onProgress?: (progress: InspectionProgress) => void;
}

const OPTION_NAMES = ['nearDuplicates', 'workers', 'onProgress'];
/** Images of more pixels are decoded one at a time, so that memory stays bounded. */
const LARGE = 12_000_000;

/** Decodes with `loader`, large images one after another. */
function boundedDecode(loader: ImageLoader): Decode {
  let lastLarge: Promise<unknown> = Promise.resolve();
  const decode = (bytes: Uint8Array, header: ImageHeader) =>
    loader.load(bytes, { colorMode: header.alpha ? 'rgba' : 'rgb' });
  return (bytes, header) => {
    if (header.width * header.height <= LARGE) return decode(bytes, header);
    const turn = lastLarge.then(() => decode(bytes, header));
    lastLarge = turn.catch(() => undefined);
    return turn;
  };
}

async function inspectAll(
  files: readonly FolderFile[],
  workers: number | undefined,
  onDone: (done: number) => void,
): Promise<InspectedFile[]> {
  const loader = createImageLoader(workers === undefined ? {} : { workers });
  const inspector = await FileInspector.create(boundedDecode(loader));
  const results: InspectedFile[] = new Array(files.length);
  let next = 0;
  let done = 0;
  const lane = async () => {
    while (next < files.length) {
      const index = next++;
      results[index] = await inspector.inspect(files[index]!);
      onDone(++done);
    }
  };
  try {
    // More than there are threads, so that none waits while another file is read or hashed.
    await Promise.all(Array.from({ length: loader.workers * 2 + 1 }, lane));
  } finally {
    await loader.close();
  }
  return results;
}

const isUnusable = ({ kind }: FileProblem) => (UNUSABLE_KINDS as readonly string[]).includes(kind);

function summarize(
  listing: FolderListing,
  images: readonly InspectedImage[],
  problems: FileProblem[],
  { groups, nearSkipped }: Duplicates,
): Omit<DirectoryReport, 'folder' | 'files'> {
  const parts = partsOf(listing, images);
  const leaks = groups.filter(({ acrossParts }) => acrossParts).length;
  const classConflicts = groups.filter(({ acrossClasses }) => acrossClasses).length;
  const emptyClasses = parts.flatMap(({ name: part, classes }) =>
    classes.filter((each) => each.images === 0).map(({ name }) => (part === null ? name : `${part}/${name}`)),
  );
  const sound = !problems.some(isUnusable) && leaks + classConflicts + emptyClasses.length === 0;
  return {
    images: images.length,
    parts,
    classNames: listing.classNames,
    sound,
    problemCounts: countBy(problems, ({ kind }) => kind),
    problems: problems.sort((a, b) => (a.path < b.path ? -1 : 1)),
    duplicates: groups,
    leaks,
    classConflicts,
    emptyClasses,
    nearDuplicatesSkipped: nearSkipped,
    ...statisticsOf(images),
  };
}

/**
 * Inspects a folder with a sub-folder for each class, or with parts (`train`, `validation`, `test`) that have such
 * sub-folders. Every file is read and decoded. Memory grows by about 1 KB for each image.
 *
 * Equal files and equal pixels are found by SHA-256. Near duplicates are pictures whose difference hashes differ in at
 * most 11 of 64 bits and whose 18 x 16 thumbnails correlate by at least 0.96: copies that were saved again, resized,
 * made grey, brightened, or cut by up to about 4 %. Mirrored and turned copies are not found.
 *
 * @throws ValueError when there is no such folder, UnsupportedError in browsers. Files that cannot be read are part of
 * the result.
 */
export async function inspectDirectory(
  folder: string,
  options: InspectDirectoryOptions = {},
): Promise<DirectoryReport> {
  checkOptionNames('inspectDirectory', options, OPTION_NAMES);
  const near = booleanOption('inspectDirectory', 'nearDuplicates', options.nearDuplicates, true);
  if (!isNode())
    throw new UnsupportedError('inspectDirectory reads folders on disk, which a browser cannot do.');
  const tell = options.onProgress ?? (() => undefined);
  tell({ stage: 'listing', done: 0, total: 0 });
  const listing = await listFolder(folder);
  const total = listing.files.length;
  tell({ stage: 'reading', done: 0, total });
  const inspected = await inspectAll(listing.files, options.workers, (done) =>
    tell({ stage: 'reading', done, total }),
  );
  tell({ stage: 'comparing', done: 0, total });
  const images = inspected.map(({ image }) => image).filter((image) => image !== undefined);
  const duplicates = await findDuplicates(images, near);
  const problems = inspected.map(({ problem }) => problem).filter((problem) => problem !== undefined);
  return { folder, files: total, ...summarize(listing, images, problems, duplicates) };
}
