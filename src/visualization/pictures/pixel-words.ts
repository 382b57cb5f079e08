/** @file The texts of pictures about one number of a layer, in English and Chinese. */

import type { ExplanationLanguage } from '../explain-parameters.ts';

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

const ENGLISH = {
  filter: (filter: number) => `filter ${filter}`,
  channelNumber: (channel: number) => `channel ${channel}`,
  unit: (unit: number) => `unit ${unit}`,
  number: (index: number) => `number ${index}`,
  title: (path: string, which: string, place: string) => `Layer ${path}, ${which}${place}`,
  place: (row: number, column: number) => `: row ${row}, column ${column}`,
  call: (call: number, calls: number) => ` (call ${call} of ${calls}, counted from 0)`,
  image: () => 'image',
  imageSees: (rows: string, columns: string) =>
    `This number sees rows ${rows} and columns ${columns} of the image: the rectangle.`,
  imageWhole: () => 'This number depends on the whole image.',
  imageNothing: () => 'This number sees nothing of the image.',
  window: () => 'window',
  kernel: () => 'weights of the filter',
  products: () => 'products',
  input: () => 'input',
  value: () => 'value',
  weight: () => 'weight',
  product: () => 'product',
  channel: (channel: number, sum: string) => `channel ${channel}: sum ${sum}`,
  chosen: (shown: number, count: number, sum: string) =>
    `The ${plural(shown, 'channel')} shown have the sums farthest from 0. The other ${count - shown} of ${count} add ${sum}.`,
  otherTerms: (shown: number, count: number, sum: string) =>
    `The ${plural(shown, 'product')} shown are the farthest from 0. The other ${count - shown} of ${count} add ${sum}.`,
  outside: () => 'Grey cells lie outside: zeros are put there.',
  sum: (count: number, sum: string) => `Sum of the ${plural(count, 'product')}: ${sum}`,
  bias: (sum: string, bias: string, result: string) => `plus the bias: ${sum} + ${bias} ${result}`,
  activation: (name: string, before: string, after: string) => `${name}(${before}) = ${after}`,
  maximum: (count: number, value: string) => `The largest of ${plural(count, 'number')}: ${value}`,
  average: (count: number, value: string) => `The mean of ${plural(count, 'number')}: ${value}`,
  normalized: (formula: string) => `(value − mean) / deviation · gamma + beta: ${formula}`,
  standardized: (formula: string) => `(value − mean) / deviation: ${formula}`,
  scaled: (formula: string) => `value · factor: ${formula}`,
  shifted: (formula: string) => `value · factor + offset: ${formula}`,
  slope: (slope: string) => `Negative numbers are multiplied by the learned slope ${slope}.`,
  minimum: (count: number, value: string) => `The smallest of ${plural(count, 'number')}: ${value}`,
  total: (formula: string) => `Added: ${formula}`,
  difference: (formula: string) => `Subtracted: ${formula}`,
  multiplied: (formula: string) => `Multiplied: ${formula}`,
  moved: (place: string, layer: string, value: string) =>
    `Taken over as it is from ${layer}, ${place}: ${value}`,
  border: () => 'It lies in the border of zeros that the layer adds: 0',
  from: () => 'from',
  where: () => 'place',
  placeOf: (row: number, column: number, channel: number) =>
    `row ${row}, column ${column}, channel ${channel}`,
  amongAll: (name: string, before: string, after: string) =>
    `${name} weighs it against all other units: ${before} becomes ${after}`,
  map: (which: string) => `map of ${which}`,
  mapSize: (rows: number, columns: number) => `${rows} × ${columns} numbers; this one is marked.`,
};

export type PixelWords = {
  readonly [Name in keyof typeof ENGLISH]: (...values: Parameters<(typeof ENGLISH)[Name]>) => string;
};

const CHINESE: PixelWords = {
  filter: (filter) => `过滤器 ${filter}`,
  channelNumber: (channel) => `通道 ${channel}`,
  unit: (unit) => `单元 ${unit}`,
  number: (index) => `第 ${index} 个数`,
  title: (path, which, place) => `层 ${path}，${which}${place}`,
  place: (row, column) => `：第 ${row} 行，第 ${column} 列`,
  call: (call, calls) => `（第 ${call} 次调用，共 ${calls} 次，从 0 数起）`,
  image: () => '图像',
  imageSees: (rows, columns) => `这个数看到图像的第 ${rows} 行、第 ${columns} 列：方框里的部分。`,
  imageWhole: () => '这个数取决于整张图像。',
  imageNothing: () => '这个数看不到图像的任何部分。',
  window: () => '窗口',
  kernel: () => '过滤器的权重',
  products: () => '乘积',
  input: () => '输入',
  value: () => '数值',
  weight: () => '权重',
  product: () => '乘积',
  channel: (channel, sum) => `通道 ${channel}：和 ${sum}`,
  chosen: (shown, count, sum) =>
    `这里的 ${shown} 个通道，和离 0 最远。其余 ${count - shown} 个通道（共 ${count} 个）再加 ${sum}。`,
  otherTerms: (shown, count, sum) =>
    `这里的 ${shown} 个乘积离 0 最远。其余 ${count - shown} 个（共 ${count} 个）再加 ${sum}。`,
  outside: () => '灰色格子在外面：那里补零。',
  sum: (count, sum) => `${count} 个乘积之和：${sum}`,
  bias: (sum, bias, result) => `加上偏置：${sum} + ${bias} ${result}`,
  activation: (name, before, after) => `${name}(${before}) = ${after}`,
  maximum: (count, value) => `${count} 个数中最大的：${value}`,
  average: (count, value) => `${count} 个数的平均值：${value}`,
  normalized: (formula) => `(数值 − 均值) / 标准差 · gamma + beta：${formula}`,
  standardized: (formula) => `(数值 − 均值) / 标准差：${formula}`,
  scaled: (formula) => `数值 · 系数：${formula}`,
  shifted: (formula) => `数值 · 系数 + 偏移：${formula}`,
  slope: (slope) => `负数乘以学到的斜率 ${slope}。`,
  minimum: (count, value) => `${count} 个数中最小的：${value}`,
  total: (formula) => `相加：${formula}`,
  difference: (formula) => `相减：${formula}`,
  multiplied: (formula) => `相乘：${formula}`,
  moved: (place, layer, value) => `原样取自 ${layer}，${place}：${value}`,
  border: () => '它在这一层补的零边上：0',
  from: () => '来自',
  where: () => '位置',
  placeOf: (row, column, channel) => `第 ${row} 行，第 ${column} 列，通道 ${channel}`,
  amongAll: (name, before, after) => `${name} 把它和其他所有单元相比：${before} 变成 ${after}`,
  map: (which) => `${which} 的特征图`,
  mapSize: (rows, columns) => `${rows} × ${columns} 个数；标出的就是这一个。`,
};

export const PIXEL_WORDS: Readonly<Record<ExplanationLanguage, PixelWords>> = { en: ENGLISH, zh: CHINESE };
