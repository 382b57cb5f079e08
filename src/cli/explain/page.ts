/** @file The page of `fovea explain`. */

import { Html, html } from '../../report/html.ts';
import { STYLE } from '../../report/style.ts';
import type { Chapter } from './chapters.ts';

const MORE_STYLE = `
figure{max-width:none;margin:0 0 1rem}
.row{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
.row figure{max-width:20rem}
.row.small figure{max-width:11rem}
.row img{max-width:100%;height:auto}
figure img{max-width:100%;height:auto}
.drawing{max-width:100%;height:auto;background:none}
`;

export function explanationPage(title: string, parts: readonly (readonly [Chapter, Html])[]): string {
  const links = parts.map(([{ id, title: name }]) => html`<li><a href="#${id}">${name}</a></li>`);
  const sections = parts.map(
    ([{ id, title: name }, content]) => html`<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>
${content}</section>
`,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE + MORE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#prediction">Skip to the explanation</a>
<header><h1>${title}</h1><nav aria-label="Contents"><ul>${links}</ul></nav></header>
<main>
${sections}</main>
<footer>Made with Fovea. This page needs no network.</footer>
</body>
</html>
`.text;
}
