/** @file `explainPixelPicture`: what `explainPixel` found, as a picture with the numbers in it. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, wholeNumberOption } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import type { Drawing } from '../drawing/drawing.ts';
import { languageOf } from '../drawing/language.ts';
import { colorize } from './color-maps.ts';
import type { ExplanationLanguage } from './explain-parameters.ts';
import { type Block, below, beside, drawingOf, line, paragraph } from './pictures/blocks.ts';
import { span } from './pictures/figures.ts';
import { asPicture, imageBlock } from './pictures/image-block.ts';
import { pixelSum, sumLines } from './pictures/pixel-sum.ts';
import { PIXEL_WORDS, type PixelWords } from './pictures/pixel-words.ts';
import type { PixelExplanation } from './pixel-explanation.ts';

/** Options of `explainPixelPicture`. */
export interface ExplainPixelPictureOptions {
  /** The language of the texts; 'en' unless given. Chinese pictures can be written as SVG only. */
  readonly lang?: ExplanationLanguage;
  /** How many channels of a deep window are shown, those with the strongest sums; 3 unless given. */
  readonly channels?: number;
}

const HOW = 'explainPixelPicture';
const SIDE = 168;

function captioned(caption: string, block: Block, about: string): Block {
  return below([line(caption, { size: 12, fill: 'muted' }), block, paragraph(about, SIDE)], 6);
}

/** The place along the last axis, by what it is called in such layers. */
function whichOf({ kind, filter, map }: PixelExplanation, say: PixelWords): string {
  if (kind === 'moved' && map.size === 1) return say.number(filter);
  if (kind === 'convolution') return say.filter(filter);
  return kind === 'dense' ? say.unit(filter) : say.channelNumber(filter);
}

/** Where the number sees the image. */
function seenText({ receptiveField: field }: PixelExplanation, say: PixelWords): string {
  if (field === null || field.whole) return say.imageWhole();
  if (field.height * field.width === 0) return say.imageNothing();
  return say.imageSees(span(field.top, field.height), span(field.left, field.width));
}

function imagePart(pixel: PixelExplanation, say: PixelWords): Block[] {
  const { image, receptiveField } = pixel;
  if (image === null || receptiveField === null) return [];
  const [height, width] = image.shape as readonly [number, number, number];
  const isEmpty = receptiveField.height * receptiveField.width === 0;
  const block = imageBlock(asPicture(image), SIDE, isEmpty ? [] : [receptiveField], [height, width]);
  return [captioned(say.image(), block, seenText(pixel, say))];
}

function mapPart(pixel: PixelExplanation, say: PixelWords): Block[] {
  const { map, row, column } = pixel;
  const [height, width] = map.shape as readonly [number, number];
  if (map.size === 1) return [];
  const mark = { top: row, left: column, height: 1, width: 1 };
  return [
    captioned(
      say.map(whichOf(pixel, say)),
      imageBlock(colorize(map), SIDE, [mark]),
      say.mapSize(height, width),
    ),
  ];
}

/**
 * A picture of one number of a layer's output: the image with the part that the number sees, the window and the filter's weights
 * with their products, the sum, the bias and the activation, and the number's place in the filter's map. Of windows with many
 * channels it shows those that matter most, and says so. Write it with `charts.saveChart`, `charts.toSvg` or `charts.toPng`; in
 * Chinese as SVG only, since the font for pixels has no Chinese letters.
 *
 * @example
 * const pixel = await visualization.explainPixel(net, image, { layer: 'conv2d', row: 5, column: 7, filter: 3 });
 * await charts.saveChart('pixel.svg', visualization.explainPixelPicture(pixel));
 * @throws ValueError for anything but what `explainPixel` returns, and for bad options.
 */
export function explainPixelPicture(
  pixel: PixelExplanation,
  options: ExplainPixelPictureOptions = {},
): Drawing {
  if (!((pixel as Partial<PixelExplanation> | null)?.products instanceof Tensor)) {
    throw new ValueError(
      `${HOW}: expected what explainPixel() gives, received ${describeValue(pixel)}. Write await before it.`,
    );
  }
  checkOptionNames(HOW, options, ['lang', 'channels']);
  const lang = languageOf(options.lang);
  const channels = wholeNumberOption(HOW, 'channels', options.channels, 3, 1);
  const say = PIXEL_WORDS[lang];
  const { path, row, column, map, call, calls } = pixel;
  const place = map.size === 1 ? '' : say.place(row, column);
  const which = calls === 1 ? '' : say.call(call, calls);
  const title = say.title(path, whichOf(pixel, say), `${place}${which}`);
  const parts = [...imagePart(pixel, say), pixelSum(pixel, channels, say), ...mapPart(pixel, say)];
  const description = [seenText(pixel, say), ...sumLines(pixel, say)].join(' ');
  return drawingOf(beside(parts, 32), { title, description, lang });
}
