/** @file What `fovea explain` is about: a model, an image, and where the pictures go. */

import { join } from 'node:path';
import { writeFileAtomically } from '../../formats/files.ts';
import { charts, images, type Language, type Tensor } from '../../index.ts';
import { type Html, html } from '../../report/html.ts';
import type { Network } from '../network.ts';
import type { ExplainTexts } from './texts.ts';

/** A model, and one image in the forms that are needed. */
export interface Explained {
  readonly model: Network;
  /** The image in its own size: uint8 [h, w, 1 or 3]. */
  readonly photo: Tensor;
  /** The image at the model's size, in bytes. */
  readonly small: Tensor;
  /** The image as the model takes it: [1, h, w, c]. */
  readonly input: Tensor;
  /** Which values of the model's input are black and white, for each channel alike. */
  readonly range: readonly [number, number];
  /** The order of the model's colours. */
  readonly colors: 'rgb' | 'bgr';
  readonly classNames: readonly string[] | null;
  /** The classes with the highest probabilities, best first. */
  readonly top: readonly { readonly index: number; readonly score: number }[];
  /** The language of the page, and its words. */
  readonly lang: Language;
  readonly texts: ExplainTexts;
  readonly folder: PictureFolder;
  readonly seed: number;
}

export function classLabel(
  { classNames, texts }: Pick<Explained, 'classNames' | 'texts'>,
  index: number,
): string {
  return classNames?.[index] ?? texts.classNumber(index);
}

/** The folder that pictures and the page are written to. */
export class PictureFolder {
  readonly #folder: string;
  readonly written: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes an image as PNG; the <img> that shows it, at most `width` pixels wide. */
  async image(name: string, image: Tensor, alt: string, width?: number): Promise<Html> {
    await this.write(`${name}.png`, images.toPng(image));
    const [height, own] = image.shape as [number, number];
    const shown = width === undefined ? own : Math.max(width, own);
    const size = html`width="${shown}" height="${Math.round((height * shown) / own)}"`;
    return html`<a href="${name}.png"><img src="${name}.png" ${size} alt="${alt}" loading="lazy"${shown > own ? html` class="pixels"` : null}></a>`;
  }

  /** Writes a drawing as SVG; the <img> that shows it. */
  async drawing(name: string, drawing: charts.Chart): Promise<Html> {
    await this.write(`${name}.svg`, new TextEncoder().encode(charts.toSvg(drawing)));
    return html`<a href="${name}.svg"><img src="${name}.svg" width="${drawing.width}" height="${drawing.height}" alt="${drawing.title}. ${drawing.description}" class="drawing" loading="lazy"></a>`;
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await writeFileAtomically(join(this.#folder, name), bytes);
    this.written.push(name);
  }
}
