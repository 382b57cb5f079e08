/** @file The middle of the picture about one number: what is multiplied, what is added, and what becomes of it. */

import type { PixelExplanation } from '../pixel-explanation.ts';
import type { PixelKind } from '../pixels/weighted-window.ts';
import { type Block, below, beside, line, paragraph } from './blocks.ts';
import { figure, productFigure, shortFigure, sumFigure, term } from './figures.ts';
import { numberTable } from './number-table.ts';
import { originTable, placeText } from './origin-table.ts';
import type { PixelWords } from './pixel-words.ts';

const TEXT_WIDTH = 380;
/** Products that are listed where they have no places. */
const TERMS = 8;

/** The numbers of one channel of a window. */
function channelOf(values: ArrayLike<number>, channels: number, channel: number): number[] {
  return Array.from({ length: values.length / channels }, (_, i) => values[i * channels + channel]!);
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function farthest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function captioned(caption: string, block: Block): Block {
  return below([line(caption, { size: 12, fill: 'muted' }), block], 4, 'middle');
}

/** window · weights = products, for one channel. Only the first ones need captions. */
function channelTables(pixel: PixelExplanation, channel: number, isFirst: boolean, say: PixelWords): Block {
  const { rows, columns, channels, window, kernel, products } = pixel;
  const isOutside = (cell: number) =>
    rows[Math.floor(cell / columns.length)] === null || columns[cell % columns.length] === null;
  const table = (values: ArrayLike<number>, marksOutside: boolean) =>
    numberTable(
      {
        rows: rows.length,
        columns: columns.length,
        values: channelOf(values, channels.length, channel),
        ...(marksOutside ? { isOutside } : {}),
      },
      farthest(values),
    );
  const above = (caption: string, block: Block) => (isFirst ? captioned(caption, block) : block);
  const sign = (text: string) => {
    const own = line(text, { size: 18, fill: 'muted' });
    return isFirst ? below([line(' ', { size: 12 }), own], 0) : own;
  };
  return beside(
    [
      above(say.window(), table(window.data, true)),
      sign('×'),
      above(say.kernel(), table(kernel.data, false)),
      sign('='),
      above(say.products(), table(products.data, false)),
    ],
    10,
    'middle',
  );
}

/** The tables of the channels whose sums are farthest from 0. */
function convolutionTables(pixel: PixelExplanation, most: number, say: PixelWords): Block {
  const { channels, products, rows, columns } = pixel;
  const sums = channels.map((_, i) => total(channelOf(products.data, channels.length, i)));
  const order = channels.map((_, i) => i).sort((a, b) => Math.abs(sums[b]!) - Math.abs(sums[a]!));
  const shown = order.slice(0, most);
  const blocks = shown.flatMap((i, place) => {
    const tables = channelTables(pixel, i, place === 0, say);
    if (channels.length === 1) return [tables];
    return [line(say.channel(channels[i]!, shortFigure(sums[i]!)), { size: 12 }), tables];
  });
  if (shown.length < channels.length) {
    const others = total(order.slice(most).map((i) => sums[i]!));
    blocks.push(paragraph(say.chosen(shown.length, channels.length, figure(others)), TEXT_WIDTH));
  }
  const outside = [...rows, ...columns].includes(null);
  return below(outside ? [...blocks, paragraph(say.outside(), TEXT_WIDTH)] : blocks, 8);
}

/** The strongest products one below the other. */
function termTable(pixel: PixelExplanation, say: PixelWords): Block {
  const terms = pixel.strongest.slice(0, TERMS);
  const column = (caption: string, texts: readonly string[]) =>
    below([line(caption, { size: 12, fill: 'muted' }), ...texts.map((text) => line(text))], 2);
  const table = beside(
    [
      column(
        say.input(),
        terms.map(({ channel }) => `${channel}`),
      ),
      column(
        say.value(),
        terms.map(({ value }) => figure(value)),
      ),
      column(
        ' ',
        terms.map(() => '×'),
      ),
      column(
        say.weight(),
        terms.map(({ weight }) => figure(weight)),
      ),
      column(
        ' ',
        terms.map(() => '='),
      ),
      column(
        say.product(),
        terms.map(({ product }) => figure(product)),
      ),
    ],
    14,
  );
  const { size } = pixel.products;
  if (size <= terms.length) return table;
  const others = pixel.sum - total(terms.map(({ product }) => product));
  return below([table, paragraph(say.otherTerms(terms.length, size, figure(others)), TEXT_WIDTH)], 8);
}

/** The numbers of a pooling's window; the largest is marked. */
function poolTable({ kind, rows, columns, window, kernel }: PixelExplanation, say: PixelWords): Block {
  const marked = kind === 'maximum' ? { marked: kernel.data.indexOf(1) } : {};
  return captioned(
    say.window(),
    numberTable({ rows: rows.length, columns: columns.length, values: window.data, ...marked }),
  );
}

/** (value − mean) / deviation, and the learned numbers where there are such. */
function normalizedLine({ window, normalization, output }: PixelExplanation, say: PixelWords): string {
  const { mean, variance, epsilon, gamma, beta } = normalization!;
  const deviation = Math.sqrt(variance + epsilon);
  const standard = `(${figure(window.data[0]!)} − ${term(mean)}) / ${figure(deviation)}`;
  if (gamma === 1 && beta === 0) return say.standardized(`${standard} = ${figure(output)}`);
  return say.normalized(`${standard} · ${term(gamma)} + ${term(beta)} = ${figure(output)}`);
}

function scaledLine({ window, kernel, bias, output }: PixelExplanation, say: PixelWords): string {
  const factors = [window.data[0]!, kernel.data[0]!];
  const product = `${figure(factors[0]!)} · ${term(factors[1]!)}`;
  if (bias === 0) return say.scaled(`${product} ${productFigure(factors, output)}`);
  return say.shifted(`${product} + ${term(bias)} ${productFigure(factors, output, bias)}`);
}

/** The first number as it is, the others in parentheses where they are negative. */
function formula(values: readonly number[], sign: string): string {
  return values.map((value, i) => (i === 0 ? figure(value) : term(value))).join(` ${sign} `);
}

function addedLine({ window, kernel, products, output }: PixelExplanation, say: PixelWords): string {
  const result = sumFigure([...products.data], output);
  const isDifference = kernel.data.includes(-1);
  const text = `${formula([...window.data], isDifference ? '−' : '+')} ${result}`;
  return isDifference ? say.difference(text) : say.total(text);
}

function multipliedLine({ window, output }: PixelExplanation, say: PixelWords): string {
  const values = [...window.data];
  return say.multiplied(`${formula(values, '·')} ${productFigure(values, output)}`);
}

function movedLine({ origins, output }: PixelExplanation, say: PixelWords): string {
  const [origin] = origins!;
  if (origin === undefined) return say.border();
  return say.moved(placeText(origin, say), origin.layer, figure(output));
}

/** What becomes of the numbers before the activation. */
const LINES: Readonly<Record<PixelKind, (pixel: PixelExplanation, say: PixelWords) => string[]>> = {
  convolution: weightedLines,
  dense: weightedLines,
  maximum: ({ products, output }, say) => [say.maximum(products.size, figure(output))],
  minimum: ({ products, output }, say) => [say.minimum(products.size, figure(output))],
  average: ({ products, output }, say) => [say.average(products.size, figure(output))],
  sum: (pixel, say) => [addedLine(pixel, say)],
  product: (pixel, say) => [multipliedLine(pixel, say)],
  normalization: (pixel, say) => [normalizedLine(pixel, say)],
  scaling: (pixel, say) => [scaledLine(pixel, say)],
  moved: (pixel, say) => [movedLine(pixel, say)],
  activation: ({ slope }, say) => (slope === null ? [] : [say.slope(figure(slope))]),
};

function weightedLines(
  { products, sum, bias, beforeActivation }: PixelExplanation,
  say: PixelWords,
): string[] {
  const total = say.sum(products.size, figure(sum));
  if (bias === 0) return [total];
  return [total, say.bias(figure(sum), term(bias), sumFigure([sum, bias], beforeActivation))];
}

/** The sum, the bias and the activation as lines of text. */
export function sumLines(pixel: PixelExplanation, say: PixelWords): string[] {
  const { kind, beforeActivation, activation, output } = pixel;
  const lines = LINES[kind](pixel, say);
  if (activation === 'linear') return lines;
  const among = /softmax$/i.test(activation) ? say.amongAll : say.activation;
  return [...lines, among(activation, figure(beforeActivation), figure(output))];
}

/** What the number is made of, and below it the sums. */
export function pixelSum(pixel: PixelExplanation, channels: number, say: PixelWords): Block {
  const { kind, origins } = pixel;
  const parts: Block[] = [];
  if (origins !== null && origins.length > 0) parts.push(originTable(origins, say));
  else if (kind === 'convolution') parts.push(convolutionTables(pixel, channels, say));
  else if (kind === 'dense') parts.push(termTable(pixel, say));
  else if (kind === 'maximum' || kind === 'average') parts.push(poolTable(pixel, say));
  const lines = sumLines(pixel, say).map((text) => line(text, { size: 14 }));
  return below([...parts, below(lines, 4)], 14);
}
