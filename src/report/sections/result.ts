/** @file Accuracy with its interval, and the training's curves. */

import { toSvg } from '../../charts/save-chart.ts';
import { trainingCurves } from '../../charts/training-curves.ts';
import { Html, html } from '../html.ts';
import { wilson } from '../measures.ts';
import { type ReportContent, SHOWN } from '../report-data.ts';

const LEAST_PROBABILITY = 1e-7;

/** What is missing among the images. */
function skippedWords({ texts, skipped }: ReportContent): Html {
  if (skipped.length === 0) return html``;
  const shown = skipped.slice(0, SHOWN.skipped);
  const others = skipped.length - shown.length;
  const items = shown.map((file) => html`<li>${file}</li>`);
  const rest = others === 0 ? html`` : html`<li>${texts.othersSkipped(others)}</li>`;
  return html`
<p>${texts.skipped(skipped.length)}</p><ul>${items}${rest}</ul>`;
}

export function resultSection(content: ReportContent): Html {
  const { texts, judged } = content;
  const right = judged.filter(({ label, predicted }) => label === predicted).length;
  const { value, low, high } = wilson(right, judged.length);
  const losses = judged.map(
    ({ label, probabilities }) => -Math.log(Math.max(LEAST_PROBABILITY, probabilities[label]!)),
  );
  const loss = losses.reduce((sum, one) => sum + one, 0) / losses.length;
  return html`<p class="number">${(value * 100).toFixed(2)} %</p>
<p>${texts.resultWords(right, judged.length, low, high, loss.toFixed(4))}</p>${skippedWords(content)}`;
}

export function curvesSection({ lang, texts, history }: ReportContent): Html {
  if (history === null) return html`<p>${texts.noCurves}</p>`;
  return html`<div class="wide">${new Html(toSvg(trainingCurves(history, { lang })))}</div>`;
}
