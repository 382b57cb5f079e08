/** @file Charts as SVG text, as PNG bytes, and as files. */

import { ValueError } from '../base/errors.ts';
import type { FilePath } from '../base/file-path.ts';
import { checkOptionNames, describeValue, numberOption } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import { drawPixels } from '../drawing/draw-pixels.ts';
import type { Drawing } from '../drawing/drawing.ts';
import type { Theme } from '../drawing/palette.ts';
import { writeSvg } from '../drawing/write-svg.ts';
import { toFilePath, writeFileAtomically } from '../formats/files.ts';
import { toPng as encodePng } from '../images/encode.ts';
import { checkPixelCount } from '../images/image-limits.ts';

/** Options of `toSvg`. */
export interface SvgOptions {
  /** Colours; 'auto', which is what the viewer of the file prefers, unless given. */
  readonly theme?: Theme | 'auto';
}

/** Options of `toPng`. */
export interface PngOptions {
  /** Colours; 'light' unless given. */
  readonly theme?: Theme;
  /** Pixels of the file per pixel of the chart, above 0 and up to 8; 2 unless given. */
  readonly scale?: number;
}

const SCALE = { holds: (value: number) => value > 0 && value <= 8, expected: 'a number above 0 and up to 8' };

function checkChart(who: string, chart: unknown): asserts chart is Drawing {
  if (Array.isArray((chart as Partial<Drawing> | null | undefined)?.shapes)) return;
  throw new ValueError(
    `${who}: expected a chart, as trainingCurves() and the like return it, received ${describeValue(chart)}.`,
  );
}

function themeOf<T extends string>(theme: T, themes: readonly T[]): T {
  if (!themes.includes(theme)) throw unknownNameError('theme', theme, themes);
  return theme;
}

/** The chart as the text of an SVG file. Throws ValueError for bad options. */
export function toSvg(chart: Drawing, options: SvgOptions = {}): string {
  checkChart('toSvg', chart);
  checkOptionNames('toSvg', options, ['theme']);
  return writeSvg(chart, themeOf(options.theme ?? 'auto', ['auto', 'light', 'dark']));
}

/** The chart as the bytes of a PNG file. Throws ValueError for bad options, FormatError for more pixels than images can have. */
export function toPng(chart: Drawing, options: PngOptions = {}): Uint8Array {
  checkChart('toPng', chart);
  checkOptionNames('toPng', options, ['theme', 'scale']);
  const scale = numberOption('toPng', 'scale', options.scale, 2, SCALE);
  checkPixelCount(Math.round(chart.width * scale), Math.round(chart.height * scale), 'The chart');
  return encodePng(drawPixels(chart, themeOf(options.theme ?? 'light', ['light', 'dark']), scale));
}

/**
 * Writes the chart to a file, as SVG or PNG by the end of its name; the options are those of `toSvg` or `toPng`. Node
 * only: in a browser, put `toSvg(chart)` into the page.
 *
 * @param path A path or a `file:` URL.
 * @throws ValueError for other names and bad options, FoveaError when the file cannot be written.
 */
export async function saveChart(
  path: FilePath,
  chart: Drawing,
  options: SvgOptions | PngOptions = {},
): Promise<void> {
  const file = await toFilePath(path, 'saveChart');
  const end = /\.(svg|png)$/i.exec(file)?.[1]?.toLowerCase();
  if (end === undefined) {
    throw new ValueError(`saveChart: the name must end in .svg or .png, received ${describeValue(file)}.`);
  }
  const bytes =
    end === 'svg'
      ? new TextEncoder().encode(toSvg(chart, options as SvgOptions))
      : toPng(chart, options as PngOptions);
  await writeFileAtomically(file, bytes);
}
