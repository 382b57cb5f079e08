/** @file Precision, recall and F1 of each class. */

import { type Html, html } from '../html.ts';
import { classMeasures, confusion } from '../measures.ts';
import type { ReportContent } from '../report-data.ts';

export function classesSection({ texts, judged, classNames }: ReportContent): Html {
  const share = (value: number | null) =>
    value === null ? texts.undefined : `${(value * 100).toFixed(1)} %`;
  const rows = classMeasures(confusion(judged, classNames.length)).map(
    ({ images, precision, recall, f1 }, c) =>
      html`<tr><th scope="row">${classNames[c]!}</th><td>${images}</td><td>${share(precision)}</td><td>${share(recall)}</td><td>${share(f1)}</td></tr>`,
  );
  const heads = [texts.images, texts.precision, texts.recall, texts.f1].map(
    (text) => html`<th scope="col">${text}</th>`,
  );
  return html`<p>${texts.classesWords}</p>
<div class="wide" tabindex="0" role="region" aria-label="${texts.tableOf(texts.classes)}"><table>
<thead><tr><th scope="col" class="left">${texts.className}</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
