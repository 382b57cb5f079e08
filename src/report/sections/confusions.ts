/** @file The confusion matrix, whose numbers lead to the images behind them. */

import { type Html, html } from '../html.ts';
import { confusion } from '../measures.ts';
import { type ReportContent, SHOWN } from '../report-data.ts';
import { photoList } from './photos.ts';

const anchor = (label: number, predicted: number) => `cell-${label}-${predicted}`;

interface Pair {
  readonly label: number;
  readonly predicted: number;
  readonly count: number;
}

/** The cells with images, right ones too. */
function pairsOf(table: readonly (readonly number[])[]): Pair[] {
  return table.flatMap((row, label) =>
    row.flatMap((count, predicted) => (count > 0 ? [{ label, predicted, count }] : [])),
  );
}

function matrixTable({ texts, classNames }: ReportContent, table: readonly (readonly number[])[]): Html {
  const rows = table.map((row, label) => {
    const all = Math.max(
      1,
      row.reduce((sum, count) => sum + count, 0),
    );
    const cells = row.map((count, predicted) => {
      const words = texts.cellLabel(count, classNames[label]!, classNames[predicted]!);
      const link =
        count === 0
          ? html`<span class="muted">0</span>`
          : html`<a href="#${anchor(label, predicted)}" aria-label="${words}">${count}</a>`;
      return html`<td style="--share:${(count / all).toFixed(3)}">${link}</td>`;
    });
    return html`<tr><th scope="row">${classNames[label]!}</th>${cells}</tr>`;
  });
  const heads = classNames.map((name) => html`<th scope="col">${name}</th>`);
  return html`<div class="wide" tabindex="0" role="region" aria-label="${texts.tableOf(texts.confusion)}"><table class="matrix">
<caption class="muted">${texts.confusionWords}</caption>
<thead><tr><th scope="col">${texts.trueClass} ╲ ${texts.predictedClass}</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** The cells' images, closed at first. */
async function cellImages(content: ReportContent, pairs: readonly Pair[]): Promise<Html> {
  const { texts, classNames, judged } = content;
  const found: Html[] = [];
  for (const { label, predicted, count } of pairs) {
    const members = judged.filter((one) => one.label === label && one.predicted === predicted);
    const shown = members.slice(0, SHOWN.perCell);
    const note = shown.length < count ? html`<p class="muted">${texts.shown(shown.length, count)}</p>` : null;
    const title = texts.cellTitle(classNames[label]!, classNames[predicted]!, count);
    found.push(
      html`<details id="${anchor(label, predicted)}"><summary>${title}</summary>${note}${await photoList(content, shown)}</details>`,
    );
  }
  return html`<div class="cells">${found}</div>`;
}

export async function confusionsSection(content: ReportContent): Promise<Html> {
  const { texts, classNames, judged } = content;
  const table = confusion(judged, classNames.length);
  const wrong = pairsOf(table)
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => b.count - a.count);
  if (classNames.length > SHOWN.classes) {
    const shown = wrong.slice(0, SHOWN.pairs);
    return html`<p>${texts.tooManyClasses(classNames.length)}</p>${await cellImages(content, shown)}`;
  }
  const items = wrong.slice(0, SHOWN.pairs).map(({ label, predicted, count }) => {
    const title = texts.cellTitle(classNames[label]!, classNames[predicted]!, count);
    return html`<li><a href="#${anchor(label, predicted)}">${title}</a></li>`;
  });
  const pairs = items.length === 0 ? null : html`<h3>${texts.pairs}</h3><ol class="pairs">${items}</ol>`;
  return html`${matrixTable(content, table)}${pairs}<h3>${texts.imageLists}</h3>${await cellImages(content, pairsOf(table))}`;
}
