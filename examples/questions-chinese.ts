/** @file The page of the two questions in Chinese, with the numbers of a run. */

import type { PagePart } from './questions-facts.ts';
import { fixed, picture } from './questions-facts.ts';
import type { FilterKind } from './questions-looking.ts';

const ASKS: Readonly<Record<FilterKind, string>> = {
  upper: '上面暗、下面亮吗？——笔画的上边缘。',
  lower: '上面亮、下面暗吗？——笔画的下边缘。',
  left: '左边暗、右边亮吗？——笔画的左边缘。',
  right: '左边亮、右边暗吗？——笔画的右边缘。',
  stroke: '到处都亮吗？——笔画的内部。',
  background: '到处都暗吗？它的权重小于 0，所以亮的像素只会让它的回答变小。',
  other: '斜的边缘、笔画的端点，或几种的混合。',
};

/** The whole page. */
export function chinesePage(run: PagePart): string {
  const { accuracy, depths, kinds, number, deep, shift, hierarchy, layers, parameters } = run;
  const [first, second, third] = layers as [string, string, string];
  const rows = parameters
    .filter(({ count }) => count > 0)
    .map(({ layer, formula, count, inputShapes, outputShapes }) => {
      const [input, output] = [inputShapes[0]!, outputShapes[0]!];
      return `| \`${layer}\` | ${input.join(' × ')} | ${output.join(' × ')} | ${formula} = ${count} |`;
    });
  const levels = hierarchy.levels.map(
    ({ path, fieldSize, share }) => `| \`${path}\` | ${fieldSize.join(' × ')} | ${fixed(100 * share, 0)} % |`,
  );
  const [one, most] = [depths[0]!, depths.at(-1)!];
  return `# 关于卷积的两个问题

5.1 节留下了两个问题：**为什么深度是层的参数？** **每一个模式是什么？** 下面用图来回答。所有的图都来自同一个程序的一次运行：
[examples/questions.ts](../examples/questions.ts)。它现场训练书里的网络，把训练图像看一遍（之后它能读对
${fixed(100 * accuracy, 1)} % 没见过的数字），然后看网络的里面。想用自己的运行结果作图，请执行 \`npm run questions\`。

## 1. 为什么深度是层的参数？

一句话：**一个过滤器问一个问题。输出的深度就是问题的个数，而问多少个问题，必须有人来决定。**

### 一个过滤器在每个位置得到一个数

${picture('number.zh.svg', `层 ${first} 的一个数是怎么算出来的`)}

从左往右看这张图。左边是一个数字，小方框是窗口。窗口里的 9 个像素乘以过滤器的 9 个权重，再把乘积加起来；再加上偏置，\`relu\`
只留下大于 0 的部分。结果是**一个**数：${fixed(number.output, 2)}，就是右边那张特征图里标出的位置。

然后窗口移动一个像素，用同样的 9 个权重算出下一个数。一行有 28 个像素，窗口可以放在 28 − 3 + 1 = 26 个位置上。所以一个过滤器得到一张
26 × 26 的特征图：在每个位置上对**一个**问题的回答。

### 问更多的问题，就要更多的过滤器

${picture('kernels.png', '第一层的 32 个过滤器')}

这是 32 个过滤器的权重：亮的大于 0，暗的小于 0。没有两个是一样的：它们是 32 个不同的问题。下面是同一个数字的 32 张特征图，顺序相同：

${picture('maps.png', '一个数字的 32 张特征图')}

找一个上面暗、下面亮的过滤器：在它的特征图里，数字的上边缘是黄色的。再找一个一侧亮的过滤器：它的特征图显示那一侧的边缘。一张特征图不能同时显示两者。
所以输出不是一张特征图，而是 32 张叠在一起：形状是 26 × 26 × **32**。最后这个数就是深度。

### 输入的深度是给定的，输出的深度是选择的

| 层 | 输入（深度是给定的） | 输出（深度是选择的） | 参数个数 |
| --- | --- | --- | --- |
${rows.join('\n')}

看每个形状的最后一个数。输入的深度是事实：灰度图像是 1，彩色图像是 3，经过有 32 个过滤器的层之后是 32。过滤器总是看到输入的全部深度，
所以在 \`${second}\` 里它的权重是 3·3·**32** 个。但是输入里没有任何东西说明应该有多少个过滤器。这由你决定，所以它是参数：
\`layers.conv2d({ filters: 64 })\`。

公式说的是同一件事：(高 · 宽 · **给定的深度** + 1 个偏置) · **选择的深度**。\`visualization.explainParameters(net)\` 会为你自己模型的每一层写出
这个公式。

### 换一个深度会怎样

${picture('depths.svg', '有 1、2、4、8、32 个过滤器的网络的精度')}

同一个小网络（一个卷积层、一个池化层、一个全连接层）训练了五次，只改变左边的过滤器个数。有 ${one.filters} 个过滤器时，它读对
${fixed(100 * one.accuracy, 1)} % 的新数字；有 ${most.filters} 个时，读对 ${fixed(100 * most.accuracy, 1)} %。问题问得越多，回答越好（到一定程度为止），
但参数和时间也越多。所以这个选择留给你来做。

## 2. 每一个模式是什么？

一句话：**模式就是让过滤器回答最强的东西。在第一层，它是一条边缘；在后面的层，它是由模式组成的模式。**

### 第一层的模式：边缘

程序按权重在哪里大，把 32 个过滤器分了类：

| 问题 | 最清楚的过滤器 | 这一类的个数 |
| --- | --- | --- |
${kinds.map(({ kind, filter, count }) => `| ${ASKS[kind]} | ${filter} | ${count} |`).join('\n')}

${picture('filters.png', '几个过滤器，以及它们对四个数字的回答')}

最上面一行是四个数字。下面每一行是一个过滤器：左边是它的权重，下面是它的编号，然后是它对四个数字的回答。黄色表示回答很强。
顺着一行看：在每个数字里，过滤器对同一种边缘给出同样的回答。它不认识数字，它只认识一个小小的模式。

### 模式在哪里都能找到

${picture('shift.zh.svg', '图像平移，特征图也跟着平移')}

数字向下移了 ${shift.shift[0]} 行，向右移了 ${shift.shift[1]} 列。特征图也移了同样多，可以比较的 ${shift.insideCount} 个位置上的数都和之前一样：
差的图是全黑的。每个位置用的是同样的 9 个权重，所以在一个角落学到的模式，在所有地方都认得。

### 什么最能让过滤器兴奋

下面的图里，每一列是一个过滤器，标着它的编号。最上面是过滤器**想看到**的东西：程序从灰色噪声开始，一步一步改变它，让过滤器的回答越来越强
（梯度上升）。下面是测试图像里让它**回答最强**的 5 个小块。比较这 5 个小块：它们共有的东西就是模式。

第一个卷积层 \`${first}\` 看到 3 × 3 个像素。只有边缘和一小段笔画；上面的图如果是一片灰，说明这个过滤器只想要亮：

${picture(`filters-${first}.png`, `${first} 的过滤器`)}

第二个卷积层 \`${second}\` 看到 8 × 8 个像素。某个方向的较长笔画、拐角、端点：

${picture(`filters-${second}.png`, `${second} 的过滤器`)}

第三个卷积层 \`${third}\` 看到 18 × 18 个像素。数字的一大部分：弧、圈、折角：

${picture(`filters-${third}.png`, `${third} 的过滤器`)}

这些模式不是谁画的，是训练找到的，因为它们有助于分清数字。

### 由模式组成的模式

${picture('deep-number.zh.svg', `层 ${third} 的一个数是怎么算出来的`)}

第三个卷积层的过滤器和第一层的做法完全一样：窗口 · 权重，相加，加偏置，relu。但它的窗口有 64 个通道，而且这些不是像素，
而是前面 64 个过滤器的回答。所以它问的是：这些模式在不在？是不是这样排列的？图里是 64 个通道中最重要的三个。它在这里的回答是
${fixed(deep.output, 2)}。

${picture('hierarchy.zh.svg', '每一层的一个位置看到多少')}

| 层 | 一个位置看到 | 占图像的 |
| --- | --- | --- |
${levels.join('\n')}

每一层都比前一层看到更多：像素组成边缘，边缘组成拐角和弧，这些再组成数字。这就是模式的空间层次结构。最后，全连接层只要衡量哪些大的模式在场。

## 问问你自己的模型

\`\`\`ts
import { charts, visualization as see } from 'fovea';

const pixel = await see.explainPixel(net, image, { layer: 'conv2d', row: 5, column: 7, filter: 3 });
await charts.saveChart('number.svg', see.explainPixelPicture(pixel, { lang: 'zh' }));  // 一个数，和它的所有组成部分
see.explainParameters(net, { lang: 'zh' });                                           // 每一层的公式和说明
await see.translationTest(net, image, { layer: 'conv2d', shift: [0, 4] });            // 特征图会跟着平移吗？
see.spatialHierarchy(net);                                                            // 每一层的一个位置看到多少
await see.filterPatterns(net, 'conv2d_2', { seed: 1 });                               // 过滤器想看到什么
\`\`\`

这些函数适用于任何模型：你自己写的、嵌套的，或者从文件读入的。
`;
}
