/** @file The model's layers with their shapes and parameters. */

import { formatShape } from '../../base/shape.ts';
import { type Html, html } from '../html.ts';
import type { ReportContent } from '../report-data.ts';

export function modelSection({ texts, model }: ReportContent): Html {
  const rows = model.layers.map((layer) => {
    const shapes = layer.inboundCalls.at(-1)?.outputs.map(({ shape }) => formatShape(shape)) ?? [];
    return html`<tr><th scope="row">${layer.name} <span class="muted">(${layer.className})</span></th><td>${shapes.join(', ')}</td><td>${layer.countParams().toLocaleString('en-US')}</td></tr>`;
  });
  const trainable = model.trainableWeights.reduce((sum, { size }) => sum + size, 0);
  return html`<p>${texts.totals(model.countParams(), trainable)}</p>
<div class="wide" tabindex="0" role="region" aria-label="${texts.tableOf(texts.model)}"><table>
<thead><tr><th scope="col" class="left">${texts.layer}</th><th scope="col">${texts.outputShape}</th><th scope="col">${texts.parameters}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
