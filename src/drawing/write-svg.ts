/**
 * @file Drawings as SVG. The light colours are attributes, which every program understands; the dark ones are style
 * rules for viewers that prefer them, also where the file is shown by an <img>.
 */

import type { Drawing, Shape } from './drawing.ts';
import { PALETTE, type Paint, type Theme } from './palette.ts';

/** Fonts that are on most systems; none is fetched. */
const FONTS = "Roboto, 'Helvetica Neue', Helvetica, Arial, sans-serif";

/** A coordinate with as many decimals as the eye can see. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Text for XML: without the characters that XML does not have, and with codes for those that it uses itself. */
function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
      .replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Writes shapes in the colours of one theme, or of both. */
class SvgWriter {
  readonly #theme: Theme | 'auto';
  readonly #darkRules = new Set<string>();

  constructor(theme: Theme | 'auto') {
    this.#theme = theme;
  }

  /** Fill and stroke of an element, and its opacity. */
  #look(paints: { readonly fill?: Paint; readonly stroke?: Paint }, opacity = 1): string {
    const { fill, stroke } = paints;
    const theme = this.#theme === 'auto' ? 'light' : this.#theme;
    let text = fill === undefined ? ' fill="none"' : ` fill="${PALETTE[fill][theme]}"`;
    if (stroke !== undefined) text += ` stroke="${PALETTE[stroke][theme]}"`;
    if (opacity !== 1) text += ` opacity="${short(opacity)}"`;
    if (this.#theme !== 'auto') return text;
    const classes: string[] = [];
    for (const [what, paint] of Object.entries(paints) as ['fill' | 'stroke', Paint | undefined][]) {
      if (paint === undefined) continue;
      classes.push(`fovea-${what}-${paint}`);
      this.#darkRules.add(`.fovea-${what}-${paint}{${what}:${PALETTE[paint].dark}}`);
    }
    return `${text} class="${classes.join(' ')}"`;
  }

  element(shape: Shape): string {
    switch (shape.kind) {
      case 'rect': {
        const { x, y, width, height, fill, opacity } = shape;
        return `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"${this.#look({ fill }, opacity)}/>`;
      }
      case 'line': {
        const { points, width, stroke, opacity, dash } = shape;
        const path = points.map((point) => point.map(short).join(' ')).join('L');
        const ends =
          dash === undefined
            ? ' stroke-linecap="round" stroke-linejoin="round"'
            : ` stroke-dasharray="${short(dash)}"`;
        return `<path d="M${path}" stroke-width="${short(width)}"${ends}${this.#look({ stroke }, opacity)}/>`;
      }
      case 'circle': {
        const { center, radius, fill, stroke, width = 1, opacity } = shape;
        const paints = { ...(fill && { fill }), ...(stroke && { stroke }) };
        const ring = stroke === undefined ? '' : ` stroke-width="${short(width)}"`;
        return `<circle cx="${short(center[0])}" cy="${short(center[1])}" r="${short(radius)}"${ring}${this.#look(paints, opacity)}/>`;
      }
      case 'image': {
        const { x, y, width, height, png } = shape;
        return (
          `<image x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" preserveAspectRatio="none" ` +
          `style="image-rendering:pixelated" href="data:image/png;base64,${base64(png)}"/>`
        );
      }
      case 'text': {
        const { text, at, anchor, size, fill, angle = 0 } = shape;
        const [x, y] = at.map(short);
        const turn = angle === 0 ? '' : ` transform="rotate(${short(angle)} ${x} ${y})"`;
        const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
        return `<text x="${x}" y="${y}" font-size="${short(size)}"${place}${turn}${this.#look({ fill })}>${escapeXml(text)}</text>`;
      }
    }
  }

  /** Rules for viewers that prefer dark; of all elements that were written. */
  style(): string {
    if (this.#darkRules.size === 0) return '';
    return `<style>@media (prefers-color-scheme:dark){${[...this.#darkRules].join('')}}</style>\n`;
  }
}

/** The drawing as the text of an SVG file. With `auto` it is light or dark as its viewer prefers. */
export function writeSvg(drawing: Drawing, theme: Theme | 'auto'): string {
  const { width, height, title, description, lang } = drawing;
  const writer = new SvgWriter(theme);
  const paper: Shape = { kind: 'rect', x: 0, y: 0, width, height, fill: 'paper' };
  const body = [paper, ...drawing.shapes].map((shape) => `${writer.element(shape)}\n`).join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg"${lang === undefined ? '' : ` lang="${lang}"`} width="${short(width)}" height="${short(height)}" ` +
    `viewBox="0 0 ${short(width)} ${short(height)}" role="img" aria-label="${escapeXml(title)}" font-family="${FONTS}">\n` +
    `<title>${escapeXml(title)}</title>\n<desc>${escapeXml(description)}</desc>\n${writer.style()}${body}</svg>\n`
  );
}
