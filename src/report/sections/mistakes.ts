/** @file The mistakes that the model was surest of, with what spoke for them, and labels that may be wrong. */

import { type Html, html } from '../html.ts';
import { confidentMistakes, doubtfulLabels, type Judged } from '../measures.ts';
import { photo, pictureOf } from '../photo.ts';
import { type ReportContent, SHOWN } from '../report-data.ts';
import { captionOf, photoList } from './photos.ts';

const SIDE = 168;

export async function mistakesSection(content: ReportContent): Promise<Html> {
  const { texts, judged, inputs, range } = content;
  const mistakes = confidentMistakes(judged).slice(0, SHOWN.mistakes);
  if (mistakes.length === 0) return html`<p>${texts.noMistakes}</p>`;
  let withHeat = false;
  const items: Html[] = [];
  for (const one of mistakes) {
    const image = inputs.get(one.index);
    if (image === undefined) continue;
    const caption = captionOf(content, one);
    const heat = await content.heat(image, one.predicted);
    const name = content.nameOf(one.index);
    const pictures = [await photo(pictureOf(image, range), name, SIDE)];
    if (heat !== null) pictures.push(await photo(heat, texts.heatOf(name), SIDE));
    withHeat ||= heat !== null;
    items.push(
      html`<li><figure><div class="pair">${pictures}</div><figcaption>${caption}</figcaption></figure></li>`,
    );
  }
  return html`<p>${withHeat ? texts.mistakesWords : texts.mistakesWithoutHeat}</p><ul class="photos wide-photos">${items}</ul>`;
}

export async function labelsSection(content: ReportContent): Promise<Html> {
  const { texts, judged, classNames, pictures, nameOf } = content;
  const found = doubtfulLabels(judged, classNames.length);
  const shown = found.filter(({ image }) => pictures.has(image.index)).slice(0, SHOWN.labels);
  if (shown.length === 0) return html`<p>${texts.noLabels}</p>`;
  const suggested = new Map(shown.map(({ image, suggested }) => [image.index, suggested]));
  const caption = ({ index, label }: Judged) =>
    texts.suggestion(nameOf(index), classNames[label]!, classNames[suggested.get(index)!]!);
  const note =
    shown.length < found.length
      ? html`<p class="muted">${texts.shown(shown.length, found.length)}</p>`
      : null;
  const list = await photoList(
    content,
    shown.map(({ image }) => image),
    caption,
  );
  return html`<p>${texts.labelsWords}</p>${note}${list}`;
}
