/** @file Many images on one sheet, with labels: batches, augmented versions, mistakes of a model. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, numberOption } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Tensor } from '../base/tensor.ts';
import { Canvas } from '../drawing/canvas.ts';
import { drawText } from '../drawing/draw-pixels.ts';
import { shortenText, textWidth } from '../drawing/glyphs.ts';
import { rgbOf, type Theme } from '../drawing/palette.ts';
import { convertColor } from './color-mode.ts';
import { checkPixelCount } from './image-limits.ts';
import { checkImage } from './pixels.ts';
import { checkRange, toBytes, type ValueRange } from './to-bytes.ts';

/** Options of `grid`. */
export interface GridOptions {
  /** Images in a row; as many as make the sheet about square unless given. */
  readonly columns?: number;
  /** Pixels around and between images; 4 unless given. */
  readonly margin?: number;
  /** A text below each image, cut where it is much wider than the image; none unless given. */
  readonly labels?: readonly string[];
  /** Every pixel becomes a square of so many; 1 unless given. */
  readonly scale?: number;
  /**
   * The values that stand for black and white in images that are not uint8; there is no default. Values beyond them are
   * shown as black and white.
   */
  readonly range?: ValueRange;
  /** Colours of margins and labels; 'light' unless given. */
  readonly theme?: Theme;
}

const OPTIONS: readonly (keyof GridOptions)[] = ['columns', 'margin', 'labels', 'scale', 'range', 'theme'];

const LABEL_SIZE = 12;
const LABEL_HEIGHT = 18;
const LABEL_BASELINE = 13;
/** Labels of small images make the cells wider, up to this. */
const LABEL_WIDTH = 120;

const COUNT = {
  holds: (value: number) => Number.isInteger(value) && value >= 1,
  expected: 'a whole number from 1 up',
};
const PIXELS = {
  holds: (value: number) => Number.isInteger(value) && value >= 0,
  expected: 'a whole number from 0 up',
};

function listImages(images: Tensor | readonly Tensor[]): Tensor[] {
  if (!(images instanceof Tensor) && !Array.isArray(images)) {
    throw new ValueError(`grid: expected a batch or a list of images, received ${describeValue(images)}.`);
  }
  const list = images instanceof Tensor ? unstack(images) : [...images];
  if (list.length === 0) throw new ValueError('grid: there are no images; expected at least one.');
  for (const image of list) {
    if (!(image instanceof Tensor)) {
      throw new ValueError(
        `grid: expected Tensors [height, width, channels], received ${describeValue(image)}.`,
      );
    }
  }
  return list;
}

function unstack(batch: Tensor): Tensor[] {
  if (batch.rank !== 4) {
    throw new ShapeError(
      `grid: expected a batch [count, height, width, channels] or a list of images, received ${formatShape(batch.shape)}.`,
    );
  }
  return Array.from({ length: batch.shape[0]! }, (_, i) => batch.slice(i, 1).reshape(batch.shape.slice(1)));
}

/** Every pixel as a square of `scale` x `scale`. */
function enlarge(image: Tensor, scale: number): Tensor {
  if (scale === 1) return image;
  const repeated = (extent: number) =>
    Array.from({ length: extent * scale }, (_, i) => Math.floor(i / scale));
  return image.gather(repeated(image.shape[0]!), 0).gather(repeated(image.shape[1]!), 1);
}

/** Room for the largest image and for labels. */
function cellSize(pictures: readonly Tensor[], scale: number, labels: readonly string[]) {
  let [width, height] = [0, 0];
  for (const { shape } of pictures) {
    height = Math.max(height, shape[0]! * scale);
    width = Math.max(width, shape[1]! * scale);
  }
  for (const label of labels) {
    width = Math.max(width, Math.min(LABEL_WIDTH, Math.ceil(textWidth(label, LABEL_SIZE))));
  }
  return { width, height };
}

function checkedOptions(
  options: GridOptions,
  count: number,
): Required<Omit<GridOptions, 'labels' | 'range'>> {
  checkOptionNames('grid', options, OPTIONS);
  const { labels, range, theme = 'light' } = options;
  const given: unknown = labels;
  const areTexts = Array.isArray(given) && given.every((label) => typeof label === 'string');
  if (given !== undefined && !areTexts) throw new ValueError('grid: labels must be a list of texts.');
  if (labels !== undefined && labels.length !== count) {
    throw new ShapeError(`grid: there are ${count} images and ${labels.length} labels; expected as many.`);
  }
  checkRange(range, 'grid');
  if (theme !== 'light' && theme !== 'dark') throw unknownNameError('theme', theme, ['light', 'dark']);
  return {
    columns: numberOption('grid', 'columns', options.columns, Math.ceil(Math.sqrt(count)), COUNT),
    margin: numberOption('grid', 'margin', options.margin, 4, PIXELS),
    scale: numberOption('grid', 'scale', options.scale, 1, COUNT),
    theme,
  };
}

/**
 * The images on one sheet, row by row, with their labels below them: uint8 `[height, width, 3]`. All cells are as large as
 * the largest image, smaller ones are in the middle of theirs. `saveImage` writes the sheet to a file.
 *
 * @param images A batch `[count, height, width, channels]` or a list of images `[height, width, channels]`, which may
 * differ in size and channels (1 to 4; alpha is dropped). uint8, or another type together with `range`.
 * @example
 * // A contact sheet: nine augmented versions of one photo, [1, height, width, 3].
 * const versions = await augmentation.apply(photo.gather([0, 0, 0, 0, 0, 0, 0, 0, 0]), { training: true });
 * await images.saveImage('versions.png', images.grid(versions, { range: [0, 255] }));
 * @throws ShapeError for other shapes and a wrong number of labels, ValueError for bad options and NaN.
 */
export function grid(images: Tensor | readonly Tensor[], options: GridOptions = {}): Tensor {
  const list = listImages(images);
  const { columns, margin, scale, theme } = checkedOptions(options, list.length);
  const { labels } = options;
  const pictures = list.map((image) => {
    const bytes = toBytes(image, options.range, 'grid');
    checkImage(bytes, 'grid');
    return convertColor(bytes, 'rgb');
  });
  const cell = cellSize(pictures, scale, labels ?? []);
  const rowHeight = cell.height + margin + (labels === undefined ? 0 : LABEL_HEIGHT);
  const width = margin + Math.min(columns, pictures.length) * (cell.width + margin);
  const height = margin + Math.ceil(pictures.length / columns) * rowHeight;
  checkPixelCount(width, height, 'The grid');
  const canvas = new Canvas(width, height, rgbOf('paper', theme));
  for (const [i, picture] of pictures.entries()) {
    const left = margin + (i % columns) * (cell.width + margin);
    const top = margin + Math.floor(i / columns) * rowHeight;
    const large = enlarge(picture, scale);
    const [over, beside] = [cell.height - large.shape[0]!, cell.width - large.shape[1]!];
    canvas.put(large, left + (beside >> 1), top + (over >> 1));
    if (labels === undefined) continue;
    const text = shortenText(labels[i]!, LABEL_SIZE, cell.width);
    const at = [left + cell.width / 2, top + cell.height + LABEL_BASELINE] as const;
    drawText(canvas, { text, at, anchor: 'middle', size: LABEL_SIZE, fill: 'ink' }, theme);
  }
  return canvas.toTensor();
}
