/** @file `translationTestPicture`: an image and a map of it, before and after a shift. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, numberOption } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import type { Drawing } from '../drawing/drawing.ts';
import { languageOf } from '../drawing/language.ts';
import { colorize } from './color-maps.ts';
import type { ExplanationLanguage } from './explain-parameters.ts';
import { type Block, below, beside, drawingOf, filled, line, paragraph } from './pictures/blocks.ts';
import { HIERARCHY_WORDS, type HierarchyWords } from './pictures/hierarchy-words.ts';
import { asPicture, imageBlock } from './pictures/image-block.ts';
import type { TranslationTest } from './translation-test.ts';

/** Options of `translationTestPicture`. */
export interface TranslationTestPictureOptions {
  /** The language of the texts; 'en' unless given. Chinese pictures can be written as SVG only. */
  readonly lang?: ExplanationLanguage;
  /** Which filter is shown, from 0; the one whose map varies most unless given. */
  readonly filter?: number;
}

const HOW = 'translationTestPicture';
const SIDE = 150;
/** Room for a picture and its caption. */
const CELL = 196;

function mapOf(maps: Tensor, filter: number): Tensor {
  return maps.slice([0, 0, filter], [-1, -1, 1]).reshape(maps.shape.slice(0, 2));
}

/** The filter whose numbers are farthest apart. */
function liveliest(maps: Tensor): number {
  const spread = maps.max([0, 1]).sub(maps.min([0, 1]));
  return spread.argMax().item();
}

function checkedFilter(given: number | undefined, maps: Tensor): number {
  const count = maps.shape[2]!;
  return numberOption(HOW, 'filter', given, liveliest(maps), {
    holds: (value) => Number.isInteger(value) && value >= 0 && value < count,
    expected: `a whole number from 0 to ${count - 1}`,
  });
}

/** The smallest and the largest number of both maps, so that their colours can be compared. */
function rangeOf(...maps: readonly Tensor[]): readonly [number, number] {
  const low = Math.min(...maps.map((map) => map.min().item()));
  const high = Math.max(...maps.map((map) => map.max().item()));
  return high > low ? [low, high] : [low, low + 1];
}

/** How far each number is from the one that it shifted to; 0 where that went out of the map. */
function differenceOf(before: Tensor, after: Tensor, [down, right]: readonly [number, number]): Tensor {
  const [height, width] = before.shape as readonly [number, number];
  const apart = Float32Array.from(before.data, (value, place) => {
    const [row, column] = [Math.floor(place / width) + down, (place % width) + right];
    const isThere = row >= 0 && row < height && column >= 0 && column < width;
    return isThere ? Math.abs(value - after.data[row * width + column]!) : 0;
  });
  return new Tensor([height, width], 'float32', apart);
}

/** What can be read off, as sentences. */
function sentences(test: TranslationTest, say: HierarchyWords): string[] {
  const { mapShift, exact, strides, insideCount, edgeCount, insideCorrelation } = test;
  const texts = exact ? [say.moved(`${mapShift[0]}`, `${mapShift[1]}`)] : [say.notExact(strides.join(' × '))];
  if (insideCount === 0) texts.push(say.noInside());
  else if (exact) {
    texts.push(
      insideCorrelation === null
        ? say.constant(insideCount)
        : say.same(insideCount, insideCorrelation.toFixed(4)),
    );
  }
  if (edgeCount > 0 && insideCount > 0) texts.push(say.edge(edgeCount));
  return texts;
}

/**
 * A picture of a translation test: the image, a map of it, and how much both maps differ once the second is shifted back; black
 * where nothing differs, and where a place went out of the map. Write it with `charts.saveChart`, `charts.toSvg` or
 * `charts.toPng`; in Chinese as SVG only.
 *
 * @throws ValueError for anything but what `translationTest` returns, and for bad options.
 */
export function translationTestPicture(
  test: TranslationTest,
  options: TranslationTestPictureOptions = {},
): Drawing {
  if (!((test as Partial<TranslationTest> | null)?.shiftedMaps instanceof Tensor)) {
    throw new ValueError(
      `${HOW}: expected what translationTest() gives, received ${describeValue(test)}. Write await before it.`,
    );
  }
  checkOptionNames(HOW, options, ['lang', 'filter']);
  const lang = languageOf(options.lang);
  const say = HIERARCHY_WORDS[lang];
  const { maps, shiftedMaps, image, shiftedImage, shift, mapShift } = test;
  const filter = checkedFilter(options.filter, maps);
  const [before, after] = [mapOf(maps, filter), mapOf(shiftedMaps, filter)];
  const range = rangeOf(before, after);
  const apart = differenceOf(before, after, mapShift);
  const most = Math.max(apart.max().item(), 1e-4 * Math.max(...range.map(Math.abs)));
  const captioned = (caption: string, block: Block) =>
    filled(below([line(caption, { size: 12, fill: 'muted', most: CELL }), block], 6), CELL);
  const picture = (pixels: Tensor) => imageBlock(pixels, SIDE);
  const rows = [
    beside(
      [
        captioned(say.before(), picture(asPicture(image))),
        captioned(say.map(), picture(colorize(before, { range }))),
        captioned(say.difference(), picture(colorize(apart, { colorMap: 'inferno', range: [0, most] }))),
      ],
      16,
    ),
    beside(
      [
        captioned(say.after(...shift), picture(asPicture(shiftedImage))),
        captioned(say.shiftedMap(), picture(colorize(after, { range }))),
      ],
      16,
    ),
  ];
  const texts = sentences(test, say);
  const words = below(
    texts.map((text) => paragraph(text, 560, { size: 13, fill: 'ink' })),
    4,
  );
  const title = say.translation(test.path, filter);
  return drawingOf(below([...rows, words], 16), { title, description: texts.join(' '), lang });
}
