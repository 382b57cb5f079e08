/** @file The inspection of a folder of images as a text for people. */

import { REMARK_KINDS, UNUSABLE_KINDS } from '../images/inspection/report.ts';
import type { images } from '../index.ts';

type Report = images.DirectoryReport & { readonly seconds: number };

/** Most files and groups that are listed under one heading; --json lists all. */
const MOST_LISTED = 100;
const MOST_CLASSES = 30;

const KINDS: Readonly<Record<images.ProblemKind, string>> = {
  empty: 'empty',
  cutOff: 'cut off',
  damaged: 'damaged',
  notAnImage: 'no image, though named like one',
  unsupported: 'of a format that is not read',
  tooLarge: 'too large',
  unreadable: 'not to be opened',
  misnamed: 'readable, but named like another format',
  foreign: 'no images',
  outsideClasses: 'outside of the folders of classes',
};

const DUPLICATES: Readonly<Record<images.DuplicateGroup['kind'], string>> = {
  file: 'equal files',
  pixels: 'equal pixels',
  near: 'look the same',
};

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`.trimEnd(),
  );
}

function listed<T>(items: readonly T[], linesOf: (item: T) => string[]): string[] {
  const lines = items.slice(0, MOST_LISTED).flatMap(linesOf);
  const left = items.length - MOST_LISTED;
  return left > 0 ? [...lines, `    … and ${count(left)} more: --json lists all`] : lines;
}

function classTable({ parts, classNames }: Report): string[] {
  const labelled = parts.filter(({ classes }) => classes.length > 0);
  if (labelled.length === 0) return [];
  const rows = classNames
    .slice(0, MOST_CLASSES)
    .map((name, i) => [name, ...labelled.map(({ classes }) => count(classes[i]!.images))]);
  const head = ['class', ...labelled.map(({ name }) => name ?? 'images')];
  const ratios = labelled.map(({ imbalance }) => (imbalance === null ? '-' : imbalance.toFixed(1)));
  const lines = table([head, ...rows, ['largest / smallest', ...ratios]]);
  const left = classNames.length - MOST_CLASSES;
  if (left > 0) lines.splice(-1, 0, `  … and ${plural(left, 'class', 'classes')} more`);
  const others = parts.filter(({ classes }) => classes.length === 0);
  return [
    ...lines,
    ...others.map(
      ({ name, images }) => `  ${name ?? 'the folder'}: ${plural(images, 'image')} without classes`,
    ),
  ];
}

function counts(
  entries: Readonly<Record<string, number | undefined>>,
  nameOf: (key: string) => string,
): string {
  const parts = Object.entries(entries).map(([key, value]) => [value ?? 0, nameOf(key)] as const);
  return parts
    .sort((a, b) => b[0] - a[0])
    .map(([value, name]) => `${count(value)} ${name}`)
    .join(', ');
}

const COLORS: Readonly<Record<string, string>> = { rgb: 'colour', grayscale: 'grey', cmyk: 'CMYK' };

function aboutImages({
  width,
  height,
  aspectRatio,
  formats,
  colors,
  withAlpha,
  exifRotated,
}: Report): string[] {
  if (width === null || height === null || aspectRatio === null) return [];
  const range = ({ min, median, max }: images.Distribution, digits = 0) =>
    `${min.toFixed(digits)} to ${max.toFixed(digits)}, median ${median.toFixed(digits)}`;
  const rows = [
    ['width', `${range(width)} pixels`],
    ['height', `${range(height)} pixels`],
    ['width / height', range(aspectRatio, 2)],
    ['formats', counts(formats, (name) => name.toUpperCase())],
    ['colours', counts(colors, (name) => COLORS[name]!)],
    ...(withAlpha > 0 ? [['alpha channel', plural(withAlpha, 'image')]] : []),
    ...(exifRotated > 0 ? [['turned by Exif', plural(exifRotated, 'image')]] : []),
  ];
  return rows.map(([name, value]) => `  ${name!.padEnd(18)}  ${value}`);
}

function problemSection(report: Report, title: string, kinds: readonly images.ProblemKind[]): string[] {
  const sections = kinds.flatMap((kind) => {
    const here = report.problems.filter((problem) => problem.kind === kind);
    if (here.length === 0) return [];
    const lines = listed(here, ({ path, message }) => [`    ${path}: ${message}`]);
    return [`  ${plural(here.length, 'file')} ${KINDS[kind]}`, ...lines];
  });
  return sections.length === 0 ? [] : ['', title, ...sections];
}

function duplicateSection(title: string, groups: readonly images.DuplicateGroup[]): string[] {
  if (groups.length === 0) return [];
  return [
    '',
    `${title}: ${plural(groups.length, 'picture')}`,
    ...listed(groups, ({ kind, files }) =>
      files.map(({ path }, i) => `  ${(i === 0 ? DUPLICATES[kind] : '').padEnd(13)}  ${path}`),
    ),
  ];
}

function verdict(report: Report, unusable: number): string {
  const found = [
    ...(unusable > 0 ? [plural(unusable, 'file that cannot be used', 'files that cannot be used')] : []),
    ...(report.leaks > 0 ? [plural(report.leaks, 'leak')] : []),
    ...(report.classConflicts > 0
      ? [plural(report.classConflicts, 'picture in two classes', 'pictures in two classes')]
      : []),
    ...(report.emptyClasses.length > 0 ? [`no image in ${report.emptyClasses.join(', ')}`] : []),
  ];
  if (found.length > 0) return `To be repaired: ${found.join(', ')}.`;
  return report.images === 0 ? 'There are no images to train on.' : 'Nothing that harms training was found.';
}

/** What `fovea doctor FOLDER` prints. */
export function folderText(report: Report): string {
  const { duplicates, nearDuplicatesSkipped: skipped } = report;
  const unusableCount = UNUSABLE_KINDS.reduce((sum, kind) => sum + (report.problemCounts[kind] ?? 0), 0);
  const classes = plural(report.classNames.length, 'class', 'classes');
  return [
    `${report.folder}: ${plural(report.images, 'image')} of ${classes} in ${plural(report.files, 'file')} (${report.seconds.toFixed(1)} s)`,
    '',
    ...classTable(report),
    ...aboutImages(report),
    ...problemSection(report, 'Files that cannot be used', UNUSABLE_KINDS),
    ...duplicateSection(
      'Leaks, the same picture in two parts',
      duplicates.filter((group) => group.acrossParts),
    ),
    ...duplicateSection(
      'The same picture in two classes',
      duplicates.filter((group) => group.acrossClasses && !group.acrossParts),
    ),
    ...duplicateSection(
      'The same picture twice in one class',
      duplicates.filter((group) => !group.acrossClasses && !group.acrossParts),
    ),
    ...problemSection(report, 'Good to know', REMARK_KINDS),
    ...(skipped === null ? [] : ['', `Near duplicates were not looked for. ${skipped}`]),
    '',
    verdict(report, unusableCount),
  ].join('\n');
}
