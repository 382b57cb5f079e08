/** @file Whether the model is as often right as it says. */

import { toSvg } from '../../charts/save-chart.ts';
import { Html, html } from '../html.ts';
import { calibration } from '../measures.ts';
import { reliabilityChart } from '../reliability-chart.ts';
import type { ReportContent } from '../report-data.ts';

export function calibrationSection({ lang, texts, judged }: ReportContent): Html {
  const found = calibration(judged);
  return html`<p>${texts.calibrationWords(found.error)}</p><div class="wide">${new Html(toSvg({ ...reliabilityChart(found, texts), lang }))}</div>`;
}
