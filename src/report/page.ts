/** @file The report as one HTML page that needs nothing else. */

import { Html, html } from './html.ts';
import type { ReportContent } from './report-data.ts';
import { calibrationSection } from './sections/calibration.ts';
import { classesSection } from './sections/classes.ts';
import { confusionsSection } from './sections/confusions.ts';
import { labelsSection, mistakesSection } from './sections/mistakes.ts';
import { modelSection } from './sections/model.ts';
import { curvesSection, resultSection } from './sections/result.ts';
import { SCRIPT, STYLE } from './style.ts';
import type { Texts } from './texts.ts';

type Heading = keyof { [K in keyof Texts as Texts[K] extends string ? K : never]: unknown };

/** The sections in order: the name that links use, the heading, what is in it. */
const SECTIONS: readonly (readonly [
  id: string,
  heading: Heading,
  make: (content: ReportContent) => Html | Promise<Html>,
])[] = [
  ['result', 'result', resultSection],
  ['training', 'curves', curvesSection],
  ['classes', 'classes', classesSection],
  ['confusions', 'confusion', confusionsSection],
  ['mistakes', 'mistakes', mistakesSection],
  ['labels', 'labels', labelsSection],
  ['calibration', 'calibration', calibrationSection],
  ['model', 'model', modelSection],
];

/** Nothing is fetched, whatever the texts of data and models say. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

export async function reportPage(content: ReportContent): Promise<string> {
  const { lang, texts, title } = content;
  const sections: Html[] = [];
  for (const [id, heading, make] of SECTIONS) {
    sections.push(
      html`<section aria-labelledby="${id}"><h2 id="${id}">${texts[heading]}</h2>
${await make(content)}</section>
`,
    );
  }
  const links = SECTIONS.map(([id, heading]) => html`<li><a href="#${id}">${texts[heading]}</a></li>`);
  const page = html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#result">${texts.skip}</a>
<header><h1>${title}</h1>
<nav aria-label="${texts.contents}"><ul>${links}</ul></nav></header>
<main>
${sections}</main>
<footer>${texts.made}</footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}
