/** @file The page of `fovea explain`. */

import { Html, html } from '../../report/html.ts';
import { STYLE } from '../../report/style.ts';
import type { Chapter } from './chapters.ts';
import type { Explained } from './explained.ts';

const MORE_STYLE = `
figure{max-width:none;margin:0 0 1rem}
.row{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
.row figure{max-width:20rem}
.row.small figure{max-width:11rem}
.row img{max-width:100%;height:auto}
figure img{max-width:100%;height:auto}
.drawing{max-width:100%;height:auto;background:none}
`;

export function explanationPage(
  { lang, texts }: Pick<Explained, 'lang' | 'texts'>,
  title: string,
  parts: readonly (readonly [Chapter, Html])[],
): string {
  const links = parts.map(([{ id }]) => html`<li><a href="#${id}">${texts[id]}</a></li>`);
  const sections = parts.map(
    ([{ id }, content]) => html`<section aria-labelledby="${id}"><h2 id="${id}">${texts[id]}</h2>
${content}</section>
`,
  );
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE + MORE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#prediction">${texts.skip}</a>
<header><h1>${title}</h1><nav aria-label="${texts.contents}"><ul>${links}</ul></nav></header>
<main>
${sections}</main>
<footer>${texts.made}</footer>
</body>
</html>
`.text;
}
