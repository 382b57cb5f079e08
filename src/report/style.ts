/** @file The report's style sheet and its script. */

import { PALETTE, type Paint } from '../drawing/palette.ts';

function colors(theme: 'light' | 'dark'): string {
  return (Object.keys(PALETTE) as Paint[]).map((name) => `--${name}:${PALETTE[name][theme]}`).join(';');
}

/** Colours follow the reader's system. Widths are kept readable; wide tables scroll on their own. */
export const STYLE = `
:root{color-scheme:light dark;${colors('light')}}
@media (prefers-color-scheme:dark){:root{${colors('dark')}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:72rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
a{color:var(--blue)}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--orange);outline-offset:2px}
.skip{position:absolute;left:-999rem}
.skip:focus{position:static}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 1rem}
h1,p,li,summary{overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.5rem 0 .5rem;border-top:1px solid var(--rule);padding-top:1.25rem}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
p{max-width:46rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;list-style:none}
.number{font-size:2.6rem;font-weight:600;line-height:1.1;margin:.5rem 0 0}
.muted{color:var(--muted)}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid var(--rule)}
th{font-weight:600}
caption{text-align:left}
th[scope=row],td:first-child,.left{text-align:left}
.matrix td,.matrix th{text-align:center;padding:.3rem .45rem;border:1px solid var(--rule)}
.matrix th[scope=row]{text-align:right}
.matrix td{background:color-mix(in srgb,var(--tone) calc(var(--share)*45%),var(--paper))}
.matrix a{color:var(--ink);display:block}
details{margin:.35rem 0}
.cells{columns:3 15rem}
.cells details{break-inside:avoid}
.cells details[open]{column-span:all}
.pairs{columns:3 15rem;column-gap:3rem;max-width:none}
summary{cursor:pointer;padding:.2rem 0}
.photos{display:flex;flex-wrap:wrap;gap:.9rem;padding:0;margin:.75rem 0;list-style:none}
figure{margin:0;max-width:22rem}
figcaption{font-size:.85rem;color:var(--muted);max-width:22rem;overflow-wrap:anywhere}
.photos figure{max-width:13rem}
.wide-photos figure{max-width:22rem}
.pair{display:flex;gap:.3rem}
img{display:block;image-rendering:auto;border-radius:3px;background:var(--rule)}
img.pixels{image-rendering:pixelated}
svg{max-width:100%;height:auto}
footer{margin-top:3rem;color:var(--muted);font-size:.85rem}
@media print{details{break-inside:avoid}}
`;

/** Opens the images that a link leads to, also when the page is opened at one. Without scripts they are opened by hand. */
export const SCRIPT = `
const open=()=>{const target=document.getElementById(decodeURIComponent(location.hash.slice(1)));
if(target instanceof HTMLDetailsElement){target.open=true;target.querySelector('summary').focus();target.scrollIntoView()}};
addEventListener('hashchange',open);open();
for(const link of document.querySelectorAll('.matrix a,.pairs a'))link.addEventListener('click',()=>setTimeout(open));
`;
