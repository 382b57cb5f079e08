/** @file The words of the page that `fovea explain` writes, in each of its languages. */

import type { Language } from '../../index.ts';

const ENGLISH = {
  title: (model: string, image: string) => `${model} on ${image}`,
  skip: 'Skip to the explanation',
  contents: 'Contents',
  made: 'Made with Fovea. This page needs no network.',
  classNumber: (index: number) => `class ${index}`,
  /** Before an error's message, which is English. */
  cannotShow: '',
  nothingFor: (name: string) => `${name}. The heatmap is zero everywhere: no place speaks for this class.`,

  prediction: 'What the model sees in it',
  modelSize: 'The image at the size of the model',
  asGiven: 'The image as the model gets it',

  why: 'Why: the places that speak for a class',
  heatmapFor: (name: string) => `Heatmap for ${name}`,
  heatmapBy: (method: string) => `Heatmap by ${method}`,
  knowsNoClass: (method: string) => `${method} (knows no class)`,
  gradCamOf: (layer: string) => `Grad-CAM of layer ${layer}: warm colours speak for the class.`,
  otherMethods: (name: string) => `Other methods, for ${name}`,
  trusted: 'Can it be trusted?',
  trust: (insertion: number, deletion: number) =>
    `When the warmest pixels are put into a blurred image first, the mean score is ${insertion.toFixed(2)} (large is good); ` +
    `when they are taken away first, ${deletion.toFixed(2)} (small is good).`,
  chance: (insertion: number, deletion: number) =>
    ` Heatmaps with shuffled places have ${insertion.toFixed(2)} and ${deletion.toFixed(2)}.`,

  pixels: 'Which pixels matter',
  attributionBy: (method: string) => `Attribution by ${method}`,
  attributions: (name: string) =>
    `For ${name}. Bright: the score changes most with this pixel. Red speaks for the class, blue against it.`,
  saliency: 'Saliency',
  smoothGrad: 'SmoothGrad',
  inputTimesGradient: 'Input × gradient',
  guidedBackprop: 'Guided backpropagation',
  integratedGradients: 'Integrated gradients',
  occlusion: 'Occlusion',

  maps: 'Feature maps: what each filter answers',
  mapsOf: (layer: string, filters: number, height: number, width: number) =>
    `${layer}: ${filters} maps of ${height} × ${width}`,
  mapsWords: 'Yellow: the filter answers strongly. Grey stripes: it does not answer at all.',
  layersShown: (shown: number, all: number) => ` ${shown} of ${all} layers are shown.`,

  patterns: 'Patterns: what excites the filters',
  kernelsOf: (layer: string) => `The kernels of ${layer}`,
  patternsOf: (count: number, layer: string) => `What excites the first ${count} filters of ${layer} most`,

  pixel: 'How one number comes about',
  noConvolution: 'The model has no convolution.',
  strongest: (layer: string) => `The strongest answer of ${layer}.`,
  hierarchy: 'What one number of each layer sees',

  parameters: 'Where the parameters come from',
  parametersTable: 'Table of parameters',
  layer: 'Layer',
  count: 'Parameters',
  formula: 'Formula',
  inWords: 'In words',
};

/** The words that each language has. */
export type ExplainTexts = typeof ENGLISH;

const CHINESE: ExplainTexts = {
  title: (model, image) => `${model} 如何看 ${image}`,
  skip: '跳到解释',
  contents: '目录',
  made: '由 Fovea 生成。打开本页无需联网。',
  classNumber: (index) => `类别 ${index}`,
  cannotShow: '这里无法显示，原因是：',
  nothingFor: (name) => `${name}。整张热力图都是零：没有哪个位置支持这个类别。`,

  prediction: '模型看到了什么',
  modelSize: '缩放到模型输入大小的图片',
  asGiven: '模型得到的图片',

  why: '为什么：哪些位置支持某个类别',
  heatmapFor: (name) => `${name} 的热力图`,
  heatmapBy: (method) => `用 ${method} 得到的热力图`,
  knowsNoClass: (method) => `${method}（不区分类别）`,
  gradCamOf: (layer) => `${layer} 层的 Grad-CAM：暖色的位置支持该类别。`,
  otherMethods: (name) => `其他方法，针对 ${name}`,
  trusted: '它可信吗？',
  trust: (insertion, deletion) =>
    `先把最暖的像素放进模糊的图片，平均得分为 ${insertion.toFixed(2)}（越大越好）；` +
    `先把它们去掉，平均得分为 ${deletion.toFixed(2)}（越小越好）。`,
  chance: (insertion, deletion) =>
    `位置打乱后的热力图分别为 ${insertion.toFixed(2)} 和 ${deletion.toFixed(2)}。`,

  pixels: '哪些像素重要',
  attributionBy: (method) => `用${method}得到的归因图`,
  attributions: (name) => `针对 ${name}。越亮：得分随该像素变化越大。红色支持该类别，蓝色反对。`,
  saliency: '显著图',
  smoothGrad: 'SmoothGrad 方法',
  inputTimesGradient: '输入 × 梯度',
  guidedBackprop: '引导反向传播',
  integratedGradients: '积分梯度',
  occlusion: '遮挡法',

  maps: '特征图：每个过滤器的响应',
  mapsOf: (layer, filters, height, width) => `${layer}：${filters} 张 ${height} × ${width} 的图`,
  mapsWords: '黄色：过滤器响应强。灰色条纹：完全没有响应。',
  layersShown: (shown, all) => `共 ${all} 层，显示 ${shown} 层。`,

  patterns: '模式：什么使过滤器兴奋',
  kernelsOf: (layer) => `${layer} 的卷积核`,
  patternsOf: (count, layer) => `最能使 ${layer} 的前 ${count} 个过滤器兴奋的图案`,

  pixel: '一个数是怎么算出来的',
  noConvolution: '模型没有卷积层。',
  strongest: (layer) => `${layer} 的最强响应。`,
  hierarchy: '每一层的一个数看到的范围',

  parameters: '参数从何而来',
  parametersTable: '参数表',
  layer: '层',
  count: '参数',
  formula: '算式',
  inWords: '说明',
};

export const EXPLAIN_TEXTS: Readonly<Record<Language, ExplainTexts>> = { en: ENGLISH, zh: CHINESE };
