/** @file Numbers about all images of a folder: sizes, colours, classes. */

import type { FolderListing } from './folder-files.ts';
import type { InspectedImage } from './inspect-file.ts';
import type { DirectoryReport, Distribution, PartReport } from './report.ts';

function distribution(values: number[]): Distribution | null {
  if (values.length === 0) return null;
  values.sort((a, b) => a - b);
  return { min: values[0]!, median: values[values.length >> 1]!, max: values.at(-1)! };
}

/** How often each name occurs. */
export function countBy<T, K extends string>(
  items: readonly T[],
  nameOf: (item: T) => K,
): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}

type Statistics = Pick<
  DirectoryReport,
  'width' | 'height' | 'aspectRatio' | 'formats' | 'colors' | 'withAlpha' | 'exifRotated'
>;

/** Distributions and counts over readable images. */
export function statisticsOf(images: readonly InspectedImage[]): Statistics {
  return {
    width: distribution(images.map(({ width }) => width)),
    height: distribution(images.map(({ height }) => height)),
    aspectRatio: distribution(images.map(({ width, height }) => width / height)),
    formats: countBy(images, ({ header }) => header.format),
    colors: countBy(images, ({ header }) => header.colors),
    withAlpha: images.filter(({ header }) => header.alpha).length,
    exifRotated: images.filter(({ header }) => header.orientation !== 1).length,
  };
}

/** Images of each class in each part. A part without any class has no labels. */
export function partsOf(listing: FolderListing, images: readonly InspectedImage[]): PartReport[] {
  return listing.parts.map(({ name, classNames }) => {
    const here = images.filter(({ file }) => file.part === name && !file.misplaced);
    const counts = countBy(here, ({ file }) => file.className ?? '');
    const expected = classNames.length === 0 ? [] : listing.classNames;
    const classes = expected.map((className) => ({ name: className, images: counts[className] ?? 0 }));
    const sizes = classes.map((each) => each.images);
    const smallest = Math.min(...sizes);
    const comparable = sizes.length > 1 && smallest > 0;
    return {
      name,
      images: here.length,
      classes,
      imbalance: comparable ? Math.max(...sizes) / smallest : null,
    };
  });
}
