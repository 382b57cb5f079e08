/** @file The texts of pictures of the spatial hierarchy and of translation tests, in English and Chinese. */

import type { ExplanationLanguage } from '../explain-parameters.ts';

const ENGLISH = {
  hierarchy: () => 'What one place of each layer sees of the image',
  level: (rows: number, columns: number, filters: number) =>
    `${rows} × ${columns} places, ${filters} filters`,
  sees: (rows: number, columns: number, percent: string) =>
    `one place sees ${rows} × ${columns}: ${percent} %`,
  leftOut: (shown: number, count: number) =>
    `${shown} of ${count} layers: those that see more than the one before.`,
  nothing: () => 'The model has no layers with maps of an image.',
  translation: (path: string, filter: number) => `Layer ${path}, filter ${filter}: the image is shifted`,
  before: () => 'image',
  after: (down: number, right: number) => `image, shifted: ${down} down, ${right} right`,
  map: () => 'map before',
  shiftedMap: () => 'map after',
  difference: () => 'difference, shifted back',
  moved: (down: string, right: string) => `The map shifts by ${down} down and ${right} right.`,
  same: (count: number, correlation: string) =>
    `${count} places see only pixels that moved along: their numbers shift with the image (correlation ${correlation}).`,
  constant: (count: number) =>
    `${count} places see only pixels that moved along: their numbers shift with the image.`,
  noInside: () => 'Every place sees an edge of the image, so none can stay exactly the same.',
  edge: (count: number) => `${count} places see an edge of the image: there the numbers may differ.`,
  notExact: (strides: string) =>
    `The shift is no multiple of ${strides}, the step between places: the maps cannot shift by part of a place.`,
};

export type HierarchyWords = {
  readonly [Name in keyof typeof ENGLISH]: (...values: Parameters<(typeof ENGLISH)[Name]>) => string;
};

const CHINESE: HierarchyWords = {
  hierarchy: () => '每一层的一个位置看到图像的多少',
  level: (rows, columns, filters) => `${rows} × ${columns} 个位置，${filters} 个过滤器`,
  sees: (rows, columns, percent) => `一个位置看到 ${rows} × ${columns}：${percent} %`,
  leftOut: (shown, count) => `${count} 层中的 ${shown} 层：比前一层看得更多的那些。`,
  nothing: () => '这个模型没有图像的特征图。',
  translation: (path, filter) => `层 ${path}，过滤器 ${filter}：平移图像`,
  before: () => '图像',
  after: (down, right) => `平移后的图像：下 ${down}，右 ${right}`,
  map: () => '平移前的特征图',
  shiftedMap: () => '平移后的特征图',
  difference: () => '移回去之后的差',
  moved: (down, right) => `特征图向下移 ${down}，向右移 ${right}。`,
  same: (count, correlation) =>
    `${count} 个位置只看到一起移动的像素：它们的数跟着图像移动（相关系数 ${correlation}）。`,
  constant: (count) => `${count} 个位置只看到一起移动的像素：它们的数跟着图像移动。`,
  noInside: () => '每个位置都看到图像的边缘，所以没有一个能完全不变。',
  edge: (count) => `${count} 个位置看到图像的边缘：那里的数可能不同。`,
  notExact: (strides) => `平移不是步长 ${strides} 的倍数：特征图不能移动半个位置。`,
};

export const HIERARCHY_WORDS: Readonly<Record<ExplanationLanguage, HierarchyWords>> = {
  en: ENGLISH,
  zh: CHINESE,
};
