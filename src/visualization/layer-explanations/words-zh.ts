/** @file The texts about parameters and shapes in Chinese. */

import type { Words } from './words.ts';

export const CHINESE: Words = {
  text: (sentences) => sentences.join(''),

  noWeights: () => '没有权重：这一层不学习任何东西。',
  frozen: () => '这一层已冻结：训练不会改变它。',
  shared: (calls) => `模型调用这一层 ${calls} 次，用的是同一组权重。`,
  inside: (layers) => `里面 ${layers} 个有权重的层之和。`,
  total: (formula, count) => (formula === `${count}` ? '' : `${formula} = ${count}。`),
  weight: (name, shape, trains) => `${name}：${shape} 个数${trains ? '' : '，梯度训练不会改变它们'}。`,
  ownWeights: () => '它自己的权重，加上里面各层之和。',

  filter: (filters, rows, columns, channels) =>
    `${filters} 个过滤器。窗口里的每个数，过滤器都有一个权重：${rows} 行 · ${columns} 列 · ${channels} 个通道 = ${rows * columns * channels}。`,
  bias: () => '每个还有一个偏置。',
  groups: (groups, own, all) => `${all} 个通道分成 ${groups} 组，所以一个过滤器只看其中 ${own} 个。`,
  depthwise: (channels, rows, columns, multiplier) =>
    `${channels} 个通道，每个通道有自己的 ${multiplier} 个过滤器，各有 ${rows} 行 · ${columns} 列 = ${rows * columns} 个权重。` +
    '过滤器不看别的通道。',
  pointwise: (maps, filters) => `然后是 ${filters} 个 1 行 · 1 列的过滤器，对前面 ${maps} 张图各有一个权重。`,
  unit: (inputs, units) => `${units} 个单元。每个单元对它的 ${inputs} 个输入各有一个权重。`,
  channels: (count) => `${count} 个通道`,
  places: (shape) => `沿着它的轴有 ${shape} 个位置`,
  normalization: (places, names, trained, kept) =>
    `${places}，每个有：${names}。` +
    (kept === 0 ? '' : `其中 ${kept} 个数是统计量，训练时只记录、不学习；${trained} 个数是学来的。`),

  rowsAndColumns: (sum) => `行和列：${sum}。`,
  rows: (sum) => `行：${sum}。`,
  columns: (sum) => `列：${sum}。`,
  roundedDown: (value) => `，向下取整：${value}`,
  roundedUp: (value) => `，向上取整：${value}`,
  fits: (size) => `大小为 ${size} 的窗口必须整个放在里面。`,
  fitsIn: (rows, columns) => `${rows} × ${columns} 的窗口必须整个放在里面。`,
  spread: (sum) => `取样点之间有空隙，窗口跨过 ${sum}。`,
  step: (strides) => `相邻窗口相距 ${strides}。`,
  zerosAround: (top, bottom, left, right) =>
    `在图的四周补零：上 ${top}，下 ${bottom}，左 ${left}，右 ${right}。`,
  nothingAround: (top, bottom, left, right) =>
    `窗口伸到图的外面，那里什么也不算：上 ${top}，下 ${bottom}，左 ${left}，右 ${right}。`,
  maps: (filters) => `通道：${filters}，每个过滤器一个。这个深度由这一层自己决定。`,
  mapsOfChannels: (channels, multiplier) =>
    `通道：${channels}·${multiplier} = ${channels * multiplier}，每个通道 ${multiplier} 张图。`,
  channelsStay: (channels) => `通道：${channels}，和之前一样。`,
  spreadsOut: () => '每个像素铺到更大的图的一个窗口上。',

  wholeMaps: (rows, columns, channels) => `${channels} 张 ${rows} × ${columns} 的图，每张变成一个数。`,
  evenWindows: (rows, columns) => `整张图由 ${rows} × ${columns} 个大小差不多的窗口盖住。`,
  flattened: (sum) => `一个样本的所有数排成一行：${sum}。`,
  lastAxis: (before, after) => `最后一个轴：${before} 个输入变成 ${after} 个输出。`,
  sameNumbers: (before, after) => `同样的数，换一种顺序或形状：${before} 变成 ${after}。`,
  repeated: (times) => `这些数重复 ${times} 次。`,
  enlarged: (rows, columns) => `行 · ${rows}，列 · ${columns}。`,
  around: (rows, columns) => `行：${rows}。列：${columns}。`,
  joined: (axis, sum) => `各个输入沿轴 ${axis} 并排：${sum}。`,
  eachPlace: (inputs) => `${inputs} 个输入在每个位置上合成一个数。`,
  shapeStays: (shape) => `形状不变：${shape}。`,
  shapeBecomes: (before, after) => `${before} 变成 ${after}。`,
};
