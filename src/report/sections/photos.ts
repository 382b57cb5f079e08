/** @file Pictures of judged images with their captions. */

import { type Html, html } from '../html.ts';
import { confidence, type Judged } from '../measures.ts';
import { photo } from '../photo.ts';
import { type ReportContent, THUMBNAIL } from '../report-data.ts';

/** The caption of an image: what it is, what it was taken for, how surely. */
export function captionOf({ texts, classNames, nameOf }: ReportContent, one: Judged): string {
  const { index, label, predicted } = one;
  return texts.photo(nameOf(index), classNames[label]!, classNames[predicted]!, confidence(one));
}

/** A list of small pictures. Images that were not kept are left out. */
export async function photoList(
  content: ReportContent,
  list: readonly Judged[],
  caption: (one: Judged) => string = (one) => captionOf(content, one),
): Promise<Html> {
  const items: Html[] = [];
  for (const one of list) {
    const image = content.pictures.get(one.index);
    if (image === undefined) continue;
    const text = caption(one);
    const img = await photo(image, content.nameOf(one.index), THUMBNAIL);
    items.push(html`<li><figure>${img}<figcaption>${text}</figcaption></figure></li>`);
  }
  return html`<ul class="photos">${items}</ul>`;
}
