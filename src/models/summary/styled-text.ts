/**
 * @file Text with terminal styles, wrapped and cut as the Python package rich 14 does, which prints Keras' summaries
 * (rich/_wrap.py, rich/text.py, rich/containers.py).
 */

/** A character and its style: the parameters of a terminal's SGR code ('1' is bold), '' for none. */
export interface StyledChar {
  readonly char: string;
  readonly style: string;
}

export type StyledText = readonly StyledChar[];

/** A stretch of one style. */
export interface Segment {
  readonly text: string;
  readonly style: string;
}

/** What to do with a word that is longer than a line: cut it off with '…', or go on in the next line. */
export type Overflow = 'ellipsis' | 'fold';

export type Justify = 'left' | 'center' | 'right';

/** `text` in one style. */
export function styled(text: string, style = ''): StyledText {
  return [...text].map((char) => ({ char, style }));
}

/** `count` spaces in one style. */
export function spaces(count: number, style = ''): StyledText {
  return styled(' '.repeat(Math.max(0, count)), style);
}

/** Neighbours of the same style joined. */
export function toSegments(text: StyledText): Segment[] {
  const segments: { text: string; style: string }[] = [];
  for (const { char, style } of text) {
    const last = segments.at(-1);
    if (last?.style === style) last.text += char;
    else segments.push({ text: char, style });
  }
  return segments;
}

/** The words with the white space after them (and before the first), as [start, end). */
function words(text: StyledText): [number, number][] {
  const blank = (i: number) => /\s/.test(text[i]!.char);
  const found: [number, number][] = [];
  let start = 0;
  while (start < text.length) {
    let end = start;
    while (end < text.length && blank(end)) end++;
    if (end === text.length) break;
    while (end < text.length && !blank(end)) end++;
    while (end < text.length && blank(end)) end++;
    found.push([start, end]);
    start = end;
  }
  return found;
}

function strippedEnd(text: StyledText, from: number, to: number): number {
  let end = to;
  while (end > from && /\s/.test(text[end - 1]!.char)) end--;
  return end;
}

/** Where new lines start so that the words fit into `width`. */
function lineBreaks(text: StyledText, width: number, overflow: Overflow): number[] {
  const breaks: number[] = [];
  const breakAt = (position: number) => {
    if (position > 0) breaks.push(position);
  };
  let used = 0;
  for (const [start, end] of words(text)) {
    const length = strippedEnd(text, start, end) - start;
    if (width - used >= length) {
      used += end - start;
    } else if (length > width && overflow === 'fold') {
      let piece = start;
      for (; end - piece > width; piece += width) breakAt(piece);
      breakAt(piece);
      used = end - piece;
    } else if (length > width || used > 0) {
      breakAt(start);
      used = end - start;
    }
  }
  return breaks;
}

/** The lines of `text` in `width` columns, not yet cut or padded. */
export function wrap(text: StyledText, width: number, overflow: Overflow): StyledText[] {
  const breaks = [0, ...lineBreaks(text, width, overflow), text.length];
  return breaks.slice(1).map((end, i) => {
    const line = text.slice(breaks[i], end);
    const blanks = line.length - strippedEnd(line, 0, line.length);
    return line.slice(0, line.length - Math.min(blanks, Math.max(0, line.length - width)));
  });
}

function cut(line: StyledText, width: number): StyledText {
  if (line.length <= width) return line;
  return [...line.slice(0, width - 1), { char: '…', style: line[width - 1]!.style }];
}

/** One line cut to `width` with '…' and padded to it; the padding has `style`. */
export function justify(line: StyledText, width: number, side: Justify, style: string): StyledText {
  if (side === 'left') {
    const text = cut(line, width);
    return [...text, ...spaces(width - text.length, style)];
  }
  const text = cut(line.slice(0, strippedEnd(line, 0, line.length)), width);
  const free = width - text.length;
  const before = side === 'right' ? free : Math.floor(free / 2);
  return [...spaces(before, style), ...text, ...spaces(free - before, style)];
}

/** A line as text, without styles or with a terminal's codes, at most `width` characters. */
export function writeLine(segments: readonly Segment[], width: number, ansi: boolean): string {
  let left = width;
  let out = '';
  for (const { text, style } of segments) {
    const kept = [...text].slice(0, left).join('');
    left -= [...kept].length;
    if (kept !== '') out += ansi && style !== '' ? `\x1b[${style}m${kept}\x1b[0m` : kept;
  }
  return out;
}
