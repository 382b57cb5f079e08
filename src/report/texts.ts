/** @file The words of a report, in each of its languages. */

import type { Language } from '../drawing/language.ts';

const percent = (value: number, digits = 1) => `${(value * 100).toFixed(digits)} %`;

const ENGLISH = {
  title: (model: string, data: string) => `${model} on ${data}`,
  theData: 'the data',
  skip: 'Skip to the result',
  contents: 'Contents',
  tableOf: (heading: string) => `Table: ${heading}`,
  result: 'Result',
  accuracy: 'Accuracy',
  resultWords: (right: number, all: number, low: number, high: number, loss: string) =>
    `Accuracy, between ${percent(low)} and ${percent(high)} with 95 % certainty. ${right} of ${all} images were recognised. ` +
    `Mean cross-entropy: ${loss}.`,
  skipped: (count: number) =>
    count === 1
      ? '1 file could not be read and is not counted:'
      : `${count.toLocaleString('en-US')} files could not be read and are not counted:`,
  othersSkipped: (count: number) => `… and ${count.toLocaleString('en-US')} more`,
  curves: 'Training',
  noCurves: 'There is no record of the training beside the model.',
  classes: 'Classes',
  classesWords:
    'Precision: of the images taken for the class, the share that belongs to it. Recall: of the class’ images, the share that was found. F1: the harmonic mean of both.',
  className: 'Class',
  images: 'Images',
  imageLists: 'Images',
  precision: 'Precision',
  recall: 'Recall',
  f1: 'F1',
  undefined: 'not defined',
  confusion: 'Confusions',
  confusionWords: 'Rows are the true classes, columns the predicted ones. A number leads to its images.',
  trueClass: 'True class',
  predictedClass: 'Predicted class',
  tooManyClasses: (count: number) =>
    `A table of ${count} classes would be too large to read; these pairs are confused most.`,
  pairs: 'Most confused pairs',
  cellLabel: (count: number, truth: string, predicted: string) =>
    `${count}: true ${truth}, predicted ${predicted}`,
  cellTitle: (truth: string, predicted: string, count: number) =>
    truth === predicted ? `${truth}, recognised: ${count}` : `${truth}, taken for ${predicted}: ${count}`,
  shown: (shown: number, all: number) => `The first ${shown} of ${all}.`,
  mistakes: 'Most confident mistakes',
  mistakesWords: 'The right picture shows in warm colours what spoke most for the wrong class (Grad-CAM).',
  mistakesWithoutHeat:
    'What spoke for the wrong class cannot be shown: the model has no convolution, or a single unit without names of classes.',
  noMistakes: 'There is none: every image was recognised.',
  photo: (name: string, truth: string, predicted: string, confidence: number) =>
    truth === predicted
      ? `${name}: ${truth}, ${percent(confidence)}`
      : `${name}: ${truth}, taken for ${predicted}, ${percent(confidence)}`,
  heatOf: (photo: string) => `Heatmap for ${photo}`,
  imageName: (index: number) => `image ${index}`,
  labels: 'Labels to check',
  labelsWords:
    'For these images the model is as sure of another class as it usually is of right ones (confident learning, Northcutt et al. 2021). Labels may be wrong, or the model. Look.',
  noLabels: 'No label looks wrong.',
  suggestion: (name: string, label: string, suggested: string) =>
    `${name}: labelled ${label}, looks like ${suggested}`,
  calibration: 'Calibration',
  calibrationWords: (error: number) =>
    `Confidence and accuracy are ${percent(error)} apart on average (expected calibration error). A model that says 80 % should be right in 80 of 100 cases: on the diagonal.`,
  confidence: 'Confidence',
  model: 'Model',
  layer: 'Layer',
  outputShape: 'Output',
  parameters: 'Parameters',
  totals: (all: number, trainable: number) =>
    `${all.toLocaleString('en-US')} parameters, ${trainable.toLocaleString('en-US')} of them trainable.`,
  made: 'Made with Fovea. This page needs no network.',
};

/** The texts that each language has. */
export type Texts = typeof ENGLISH;

const CHINESE: Texts = {
  title: (model, data) => `${model} 在 ${data} 上的报告`,
  theData: '数据',
  skip: '跳到结果',
  contents: '目录',
  tableOf: (heading) => `表格：${heading}`,
  result: '结果',
  accuracy: '准确率',
  resultWords: (right, all, low, high, loss) =>
    `准确率；95 % 置信区间为 ${percent(low)} 至 ${percent(high)}。${all} 张图片中，${right} 张识别正确。平均交叉熵：${loss}。`,
  skipped: (count) => `有 ${count.toLocaleString('en-US')} 个文件无法读取，没有计入：`,
  othersSkipped: (count) => `……以及另外 ${count.toLocaleString('en-US')} 个`,
  curves: '训练过程',
  noCurves: '模型旁边没有训练记录。',
  classes: '各类别',
  classesWords:
    '精确率：被判为该类的图片中，确实属于该类的比例。召回率：该类图片中被找到的比例。F1：两者的调和平均。',
  className: '类别',
  images: '图片数',
  imageLists: '图片',
  precision: '精确率',
  recall: '召回率',
  f1: 'F1',
  undefined: '无定义',
  confusion: '混淆情况',
  confusionWords: '行是真实类别，列是预测类别。点击数字可查看对应图片。',
  trueClass: '真实类别',
  predictedClass: '预测类别',
  tooManyClasses: (count) => `${count} 个类别的表太大，不便阅读；下面是最常混淆的类别对。`,
  pairs: '最常混淆的类别对',
  cellLabel: (count, truth, predicted) => `${count} 张：真实为 ${truth}，预测为 ${predicted}`,
  cellTitle: (truth, predicted, count) =>
    truth === predicted
      ? `${truth} 识别正确（${count} 张）`
      : `${truth} 被误认为 ${predicted}（${count} 张）`,
  shown: (shown, all) => `共 ${all} 张，显示前 ${shown} 张。`,
  mistakes: '最自信的错误',
  mistakesWords: '右图用暖色标出最支持错误类别的区域（Grad-CAM）。',
  mistakesWithoutHeat: '无法显示是什么支持了错误类别：模型没有卷积层，或者只有一个输出而没有类别名称。',
  noMistakes: '没有错误：所有图片都识别正确。',
  photo: (name, truth, predicted, confidence) =>
    truth === predicted
      ? `${name}：${truth}（${percent(confidence)}）`
      : `${name}：${truth} 被误认为 ${predicted}（${percent(confidence)}）`,
  heatOf: (photo) => `${photo} 的热力图`,
  imageName: (index) => `图片 ${index}`,
  labels: '需要检查的标签',
  labelsWords:
    '对这些图片，模型对另一个类别的把握，不低于它平时对正确类别的把握（置信学习，Northcutt 等 2021）。可能标签错了，也可能模型错了，请亲自看看。',
  noLabels: '没有可疑的标签。',
  suggestion: (name, label, suggested) => `${name}：标签为 ${label}，看起来像 ${suggested}`,
  calibration: '校准',
  calibrationWords: (error) =>
    `置信度与准确率平均相差 ${percent(error)}（期望校准误差）。模型说 80 % 时，100 次应有 80 次正确，即落在对角线上。`,
  confidence: '置信度',
  model: '模型',
  layer: '层',
  outputShape: '输出',
  parameters: '参数',
  totals: (all, trainable) =>
    `共 ${all.toLocaleString('en-US')} 个参数，其中 ${trainable.toLocaleString('en-US')} 个可训练。`,
  made: '由 Fovea 生成。打开本页无需联网。',
};

export const TEXTS: Readonly<Record<Language, Texts>> = { en: ENGLISH, zh: CHINESE };
