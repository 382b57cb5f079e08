/** @file The words in charts, in each of their languages. */

import type { Language } from '../drawing/language.ts';
import type { Best } from './best-epoch.ts';

const ENGLISH = {
  /** Of a loss or metric, as `fit` names it. */
  metric: (name: string) => name,
  curves: 'Training curves',
  epoch: 'epoch',
  training: 'training',
  validation: 'validation',
  smoothed: (factor: number) => `smoothed with factor ${factor}; measured values are faint`,
  best: (value: string, epoch: number) => `best ${value}, epoch ${epoch}`,
  notFinite: (count: number) => `${count} not finite`,
  course: (of: Best['of'], first: string, last: string, epochs: number) =>
    `${of} from ${first} to ${last} over ${epochs} epochs`,
  described: (name: string, courses: readonly string[], best: string) =>
    `${name}: ${courses.join(', ')}${best}.`,
  bestOf: (of: Best['of'], value: string, epoch: number) => `; best of ${of} ${value} in epoch ${epoch}`,
  between: ' ',

  rates: 'Loss over the learning rate',
  loss: 'loss',
  learningRate: 'learning rate',
  suggestion: (rate: string) => `suggestion ${rate}`,
  ratesDescribed: (steps: number, first: string, last: string, suggestion: string) =>
    `Losses of ${steps} steps with learning rates from ${first} to ${last}; ${suggestion} is suggested.`,

  bars: 'Bars',
  barsDescribed: (bars: readonly (readonly [name: string, value: string])[]) =>
    bars.map(([name, value]) => `${name}: ${value}`).join(', '),

  matrix: 'Matrix',
  matrixDescribed: (columns: readonly string[], rows: readonly (readonly [string, readonly string[]])[]) =>
    `Columns: ${columns.join(', ')}. Rows: ${rows.map(([name, cells]) => `${name}: ${cells.join(', ')}.`).join(' ')}`,
};

/** The words that each language has. */
export type ChartWords = typeof ENGLISH;

const METRICS: Readonly<Record<string, string>> = { loss: '损失', accuracy: '准确率', acc: '准确率' };
const PARTS = { training: '训练', validation: '验证' } as const;

const CHINESE: ChartWords = {
  metric: (name) => (Object.hasOwn(METRICS, name) ? METRICS[name]! : name),
  curves: '训练曲线',
  epoch: '轮次',
  ...PARTS,
  smoothed: (factor) => `按系数 ${factor} 平滑；浅色为实测值`,
  best: (value, epoch) => `最佳 ${value}，第 ${epoch} 轮`,
  notFinite: (count) => `${count} 个值不是有限数`,
  course: (of, first, last, epochs) => `${PARTS[of]} ${epochs} 轮，从 ${first} 到 ${last}`,
  described: (name, courses, best) => `${name}：${courses.join('；')}${best}。`,
  bestOf: (of, value, epoch) => `；${PARTS[of]}的最佳值为 ${value}（第 ${epoch} 轮）`,
  between: '',

  rates: '损失随学习率的变化',
  loss: METRICS.loss!,
  learningRate: '学习率',
  suggestion: (rate) => `建议 ${rate}`,
  ratesDescribed: (steps, first, last, suggestion) =>
    `${steps} 步的损失，学习率从 ${first} 到 ${last}；建议 ${suggestion}。`,

  bars: '条形图',
  barsDescribed: (bars) => bars.map(([name, value]) => `${name}：${value}`).join('，'),

  matrix: '矩阵',
  matrixDescribed: (columns, rows) =>
    `列：${columns.join('，')}。行：${rows.map(([name, cells]) => `${name}：${cells.join('，')}。`).join('')}`,
};

export const CHART_WORDS: Readonly<Record<Language, ChartWords>> = { en: ENGLISH, zh: CHINESE };
