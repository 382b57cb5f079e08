/** @file `spatialHierarchyPicture`: the part of the image that one place of each layer sees. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import type { Drawing } from '../drawing/drawing.ts';
import { languageOf } from '../drawing/language.ts';
import type { ExplanationLanguage } from './explain-parameters.ts';
import { type Block, below, beside, drawingOf, filled, line, paragraph } from './pictures/blocks.ts';
import { HIERARCHY_WORDS, type HierarchyWords } from './pictures/hierarchy-words.ts';
import { asPicture, imageBlock } from './pictures/image-block.ts';
import type { HierarchyLevel, SpatialHierarchy } from './spatial-hierarchy.ts';

/** Options of `spatialHierarchyPicture`. */
export interface SpatialHierarchyPictureOptions {
  /** The language of the texts; 'en' unless given. Chinese pictures can be written as SVG only. */
  readonly lang?: ExplanationLanguage;
  /** An image [height, width, channels] of the model's size to draw on; a grey one unless given. */
  readonly image?: Tensor;
}

const HOW = 'spatialHierarchyPicture';
const SIDE = 132;
const TEXT_WIDTH = 180;
const COLUMNS = 5;
/** More layers than this are shown only where they see more than the one before. */
const MOST = 12;

/** Layers that see more, or whose maps are smaller, than the one before. */
function steps(levels: readonly HierarchyLevel[]): readonly HierarchyLevel[] {
  if (levels.length <= MOST) return levels;
  const growing = levels.filter((level, i) => {
    const before = levels[i - 1];
    return before === undefined || level.fieldSize.some((size, axis) => size > before.fieldSize[axis]!);
  });
  if (growing.length <= MOST) return growing;
  return Array.from(
    { length: MOST },
    (_, i) => growing[Math.round((i * (growing.length - 1)) / (MOST - 1))]!,
  );
}

/** Two decimals for less than a percent. */
function percent(share: number): string {
  const value = share * 100;
  return value >= 1 ? `${Math.round(value)}` : value.toFixed(2);
}

function levelBlock(
  level: HierarchyLevel,
  image: Tensor,
  size: readonly [number, number],
  say: HierarchyWords,
): Block {
  const { path, mapSize, filters, fieldSize, middle, share } = level;
  const block = below(
    [
      line(path, { size: 13, most: TEXT_WIDTH }),
      imageBlock(image, SIDE, [middle], size),
      paragraph(say.level(...mapSize, filters), TEXT_WIDTH),
      paragraph(say.sees(...fieldSize, percent(share)), TEXT_WIDTH),
    ],
    5,
  );
  return filled(block, TEXT_WIDTH);
}

function imageOf(image: Tensor | undefined, [height, width]: readonly [number, number]): Tensor {
  if (image === undefined) return new Tensor([1, 1, 3], 'uint8', Uint8Array.of(128, 128, 128));
  const fits =
    image instanceof Tensor && image.rank === 3 && image.shape[0] === height && image.shape[1] === width;
  if (fits) return asPicture(image);
  throw new ValueError(
    `${HOW}: image must be a Tensor [${height}, ${width}, channels], received ` +
      `${image instanceof Tensor ? `[${image.shape.join(', ')}]` : describeValue(image)}.`,
  );
}

/**
 * A picture of the spatial hierarchy: for each layer the part of the image that the place in the middle of its maps sees. Write it
 * with `charts.saveChart`, `charts.toSvg` or `charts.toPng`; in Chinese as SVG only.
 *
 * @example
 * await charts.saveChart('hierarchy.svg', visualization.spatialHierarchyPicture(visualization.spatialHierarchy(net), { image }));
 * @throws ValueError for anything but what `spatialHierarchy` returns, and for bad options.
 */
export function spatialHierarchyPicture(
  hierarchy: SpatialHierarchy,
  options: SpatialHierarchyPictureOptions = {},
): Drawing {
  if (!Array.isArray((hierarchy as Partial<SpatialHierarchy> | null)?.levels)) {
    throw new ValueError(
      `${HOW}: expected what spatialHierarchy() gives, received ${describeValue(hierarchy)}.`,
    );
  }
  checkOptionNames(HOW, options, ['lang', 'image']);
  const lang = languageOf(options.lang);
  const say = HIERARCHY_WORDS[lang];
  const { imageSize, levels } = hierarchy;
  const title = say.hierarchy();
  if (levels.length === 0) return drawingOf(line(say.nothing()), { title, description: say.nothing(), lang });
  const image = imageOf(options.image, imageSize);
  const shown = steps(levels);
  const blocks = shown.map((level) => levelBlock(level, image, imageSize, say));
  const rows = Array.from({ length: Math.ceil(blocks.length / COLUMNS) }, (_, i) =>
    beside(blocks.slice(i * COLUMNS, (i + 1) * COLUMNS), 12),
  );
  if (shown.length < levels.length) rows.push(paragraph(say.leftOut(shown.length, levels.length), 600));
  const description = shown
    .map(({ path, fieldSize, share }) => `${path}: ${say.sees(...fieldSize, percent(share))}`)
    .join('; ');
  return drawingOf(below(rows, 20), { title, description, lang });
}
