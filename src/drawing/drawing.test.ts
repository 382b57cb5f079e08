import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnsupportedError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import { coverageOf } from './coverage.ts';
import { drawPixels } from './draw-pixels.ts';
import type { Drawing, Point, Shape } from './drawing.ts';
import { shortenText, textContours, textWidth } from './glyphs.ts';
import { PALETTE, rgbOf } from './palette.ts';
import { writeSvg } from './write-svg.ts';

const sheet = (shapes: readonly Shape[], width = 20, height = 10): Drawing => ({
  width,
  height,
  title: 'A <title> & "more"',
  description: 'What \u0007 it \ud800 shows',
  shapes,
});

/** Covered pixels in all. */
function area(contours: readonly (readonly Point[])[], width = 50, height = 40): number {
  return coverageOf(contours, width, height)?.parts.reduce((sum, part) => sum + part, 0) ?? 0;
}

function square(x: number, y: number, side: number): Point[] {
  return [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
  ];
}

/** The red bytes of one row. */
function row(drawing: Drawing, y: number, scale = 1): number[] {
  const pixels = drawPixels(drawing, 'light', scale);
  const width = pixels.shape[1]!;
  return Array.from({ length: width }, (_, x) => pixels.data[(y * width + x) * 3]!);
}

test('coverage is the exact area of a shape in each pixel', () => {
  const parts = coverageOf([square(1.25, 0.5, 2)], 10, 10)!;
  assert.deepEqual([parts.left, parts.top], [1, 0]);
  const rows = Array.from({ length: parts.height }, (_, y) =>
    [...parts.parts.subarray(y * parts.width, (y + 1) * parts.width)].slice(0, 3),
  );
  assert.deepEqual(rows, [
    [0.375, 0.5, 0.125],
    [0.75, 1, 0.25],
    [0.375, 0.5, 0.125],
  ]);
  const triangle: Point[] = [
    [2, 3],
    [41.3, 8.7],
    [11.9, 33.1],
  ];
  const exact = Math.abs((41.3 - 2) * (33.1 - 3) - (11.9 - 2) * (8.7 - 3)) / 2;
  assert.ok(Math.abs(area([triangle]) - exact) < 1e-2);
  assert.ok(Math.abs(area([[...triangle].reverse()]) - exact) < 1e-2, 'in either direction');
});

test('what lies beyond the sheet is cut off, what overlaps counts once, holes are empty', () => {
  assert.equal(area([square(-5, -5, 8)]), 9);
  assert.equal(area([square(45, 35, 30)]), 25);
  assert.equal(area([square(-100, -100, 500)]), 50 * 40);
  assert.equal(area([square(60, 0, 5)]) + area([square(-9, 0, 5)]) + area([square(0, 45, 5)]), 0);
  assert.equal(area([square(2, 2, 4), square(4, 4, 4)]), 28);
  assert.equal(area([square(2, 2, 6), square(4, 4, 2).reverse()]), 32);
});

test('letters are outlines with holes, as wide as the font says', () => {
  const parts = (text: string) => textContours(text, 16).length;
  assert.deepEqual(['l', 'o', 'i', 'B', '%', 'ä', ' ', '', '…'].map(parts), [1, 2, 2, 3, 5, 4, 0, 0, 3]);
  // Roboto's advance widths: 1086 and 1168 of 2048 units.
  assert.ok(Math.abs(textWidth('en', 2048) - 2216) < 8);
  assert.equal(parts('𝔘'), 2, 'a letter that the font does not have is a box');
  assert.equal(textWidth('深度', 12), 24, 'Chinese letters are as wide as the em');
  const stem = textContours('l', 512)[0]!.map(([, y]) => 0 - y);
  assert.deepEqual(
    [Math.min(...stem), Math.max(...stem)],
    [0, 384],
    'the stem of l stands on the baseline and is 0.75 em high',
  );
  assert.equal(shortenText('short', 12, 100), 'short');
  const cut = shortenText('a long name of a class', 12, 60);
  assert.match(cut, /^a long.*…$/);
  assert.ok(textWidth(cut, 12) <= 60);
  assert.ok(textWidth(`${cut.slice(0, -1)}${'a long name of a class'[cut.length - 1]}…`, 12) > 60);
  assert.equal(shortenText('x'.repeat(1e6), 12, 60), shortenText('x'.repeat(20), 12, 60));
});

test('shapes become pixels in the colours of the theme', () => {
  const ink = rgbOf('ink', 'light')[0];
  const rect: Shape = { kind: 'rect', x: 2, y: 1, width: 3, height: 2, fill: 'ink' };
  assert.deepEqual(row(sheet([rect]), 1).slice(0, 7), [255, 255, ink, ink, ink, 255, 255]);
  assert.deepEqual(row(sheet([{ ...rect, opacity: 0.5 }]), 1)[3], Math.round((255 + ink) / 2));
  assert.deepEqual(row(sheet([rect]), 2, 2).slice(2, 12), [255, 255, ...Array(6).fill(ink), 255, 255]);
  const dark = drawPixels(sheet([]), 'dark', 1);
  assert.deepEqual([dark.shape, [...dark.data.slice(0, 3)]], [[10, 20, 3], [...rgbOf('paper', 'dark')]]);
  const line: Shape = {
    kind: 'line',
    points: [
      [0, 4.5],
      [20, 4.5],
    ],
    stroke: 'ink',
    width: 1,
    dash: 5,
  };
  const dashed = row(sheet([line]), 4).map((value) => value === ink);
  assert.deepEqual(dashed, [
    ...Array(5).fill(true),
    ...Array(5).fill(false),
    ...Array(5).fill(true),
    ...Array(5).fill(false),
  ]);
  const ring = row(sheet([{ kind: 'circle', center: [10, 5], radius: 3, stroke: 'ink', width: 1 }]), 5);
  assert.equal(ring[10], 255, 'a ring is empty inside');
  assert.ok(ring[7]! < 200 && ring[12]! < 200);
});

test('text can stand at its start, middle or end, and be turned', () => {
  const text = { kind: 'text', text: 'l', size: 12, fill: 'ink' } as const;
  const columns = (shape: Shape) => {
    const pixels = drawPixels(sheet([shape], 30, 30), 'light', 1);
    const dark: number[] = [];
    for (let i = 0; i < 900; i++) if (pixels.data[i * 3]! < 200) dark.push(i);
    const xs = dark.map((i) => i % 30);
    const ys = dark.map((i) => Math.floor(i / 30));
    return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  };
  const upright = columns({ ...text, at: [10, 20], anchor: 'start' });
  assert.deepEqual([upright[2], upright[3]], [11, 19]);
  assert.ok(columns({ ...text, at: [10, 20], anchor: 'end' })[1]! < 10);
  const turned = columns({ ...text, at: [20, 10], anchor: 'start', angle: -90 });
  assert.deepEqual([turned[0], turned[1]], [11, 19]);
});

test('SVG has words for screen readers, light colours as attributes and dark ones as rules', () => {
  const svg = writeSvg(
    sheet([{ kind: 'text', text: 'a<b', at: [1, 2], anchor: 'end', size: 12, fill: 'muted' }]),
    'auto',
  );
  assert.match(
    svg,
    /^<svg xmlns="[^"]+" width="20" height="10" viewBox="0 0 20 10" role="img" aria-label="A &#60;title/,
  );
  assert.match(svg, /<title>A &#60;title&#62; &#38; &#34;more&#34;<\/title>/);
  assert.match(svg, /<desc>What \ufffd it \ufffd shows<\/desc>/);
  assert.match(
    svg,
    /<text x="1" y="2" font-size="12" text-anchor="end" fill="#59636e" class="fovea-fill-muted">a&#60;b<\/text>/,
  );
  const rules = `.fovea-fill-paper{fill:${PALETTE.paper.dark}}.fovea-fill-muted{fill:${PALETTE.muted.dark}}`;
  assert.ok(svg.includes(`<style>@media (prefers-color-scheme:dark){${rules}}</style>`));
  const dark = writeSvg(sheet([]), 'dark');
  assert.ok(dark.includes(`fill="${PALETTE.paper.dark}"`) && !/style|class/.test(dark));
});

test('a picture in a picture', () => {
  const bytes = Uint8Array.of(9, 9, 9, 200, 0, 0);
  const pixels = new Tensor([1, 2, 3], 'uint8', bytes);
  const shape: Shape = {
    kind: 'image',
    x: 2,
    y: 1,
    width: 6,
    height: 3,
    pixels,
    png: Uint8Array.of(137, 80),
  };
  const light = [255, 255, ...Array(3).fill(9), ...Array(3).fill(200), 255];
  assert.deepEqual(row(sheet([shape]), 2).slice(0, 9), light);
  assert.deepEqual(row(sheet([shape]), 0).slice(0, 9), Array(9).fill(255));
  assert.deepEqual(row(sheet([shape]), 5, 2).filter((value) => value === 9).length, 6);
  assert.match(
    writeSvg(sheet([shape]), 'auto'),
    /<image x="2" y="1" width="6" height="3" [^>]*base64,iVA="\/>/,
  );
});

test('Chinese texts are for SVG, which says their language', () => {
  const drawing: Drawing = { ...sheet([]), lang: 'zh' };
  assert.match(writeSvg(drawing, 'auto'), /^<svg [^>]*lang="zh"/);
  assert.throws(() => drawPixels(drawing, 'light', 1), UnsupportedError);
});
