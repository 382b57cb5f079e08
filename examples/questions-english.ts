/** @file The page of the two questions in English, with the numbers of a run. */

import type { PagePart } from './questions-facts.ts';
import { fixed, picture } from './questions-facts.ts';
import type { FilterKind } from './questions-looking.ts';

const ASKS: Readonly<Record<FilterKind, string>> = {
  upper: 'Is it dark above and bright below? The upper edge of a stroke.',
  lower: 'Is it bright above and dark below? The lower edge of a stroke.',
  left: 'Is it dark on the left and bright on the right? The left edge of a stroke.',
  right: 'Is it bright on the left and dark on the right? The right edge of a stroke.',
  stroke: 'Is it bright everywhere? The inside of a stroke.',
  background:
    'Is it dark everywhere? Its weights are below 0, so bright pixels only make its answer smaller.',
  other: 'A slanting edge, an end of a stroke, or a mixture.',
};

/** The whole page. */
export function englishPage(run: PagePart): string {
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
  return `# Two questions about convolutions

Chapter 5.1 leaves two questions open. **Why is depth a parameter of the layer?** And **what is each pattern?** Here are both
answers, to look at. All pictures come from one run of a program, [examples/questions.ts](../examples/questions.ts): it trains the
chapter's network for one pass over the digits (it then reads ${fixed(100 * accuracy, 1)} % of digits that it has not seen) and looks
into it. Make them from your own run with \`npm run questions\`.

## 1. Why is depth a parameter of the layer?

In short: **one filter asks one question. The depth of the output is the number of questions, and somebody must decide how many.**

### One filter makes one number at each place

${picture('number.en.svg', `How one number of layer ${first} is made`)}

Read the picture from left to right. On the left is a digit; the small rectangle is the window. The window's nine pixels are
multiplied by the nine weights of the filter, and the products are added. A bias is added too, and \`relu\` keeps what is above 0.
The result is **one** number, ${fixed(number.output, 2)}: the marked place in the map on the right.

Then the window moves by one pixel and the same nine weights make the next number. From 28 pixels in a row there are
28 − 3 + 1 = 26 places for the window. So one filter makes one map of 26 × 26 numbers: the answers to **one** question, asked at
every place.

### More questions need more filters

${picture('kernels.png', 'The 32 filters of the first layer')}

These are the weights of all 32 filters: bright is above 0, dark is below. No two are the same: they are 32 different questions.
Here are the 32 maps of the same digit, in the same order:

${picture('maps.png', 'The 32 maps of one digit')}

Find a filter that is dark at the top and bright at the bottom. In its map the upper edges of the digit are yellow. Now find a
filter that is bright on one side: its map shows the edges on that side. One map alone cannot show both. So the output is not one
map but a stack of 32 maps: its shape is 26 × 26 × **32**. That last number is the depth.

### The input's depth is given, the output's depth is chosen

| layer | input (its depth is given) | output (its depth is chosen) | parameters |
| --- | --- | --- | --- |
${rows.join('\n')}

Look at the last number of each shape. The depth of an input is a fact: 1 for a grey image, 3 for a colour image, 32 after a layer
with 32 filters. A filter always sees the whole depth of its input: that is why its weights are 3·3·**32** in \`${second}\`. But
nothing in the input says how many filters there should be. You decide, so it is a parameter: \`layers.conv2d({ filters: 64 })\`.

The formula says the same: (height · width · **given depth** + 1 bias) · **chosen depth**. \`fovea\` writes it for each layer of your
own model: \`visualization.explainParameters(net)\`.

### What happens with another depth

${picture('depths.svg', 'Accuracy of networks with 1, 2, 4, 8 and 32 filters')}

The same small network (one convolution, one pooling, one dense layer) was trained five times. Only the number of filters, on the
left, was changed. With ${one.filters} filter it reads ${fixed(100 * one.accuracy, 1)} % of new digits, with ${most.filters} filters
${fixed(100 * most.accuracy, 1)} %. More questions give better answers, up to a point, and cost more parameters and time.
That is the reason to leave the choice to you.

## 2. What is each pattern?

In short: **a pattern is what a filter answers to most. In the first layer it is an edge. In later layers it is a pattern of
patterns.**

### Patterns of the first layer: edges

The program sorted the 32 filters by where their weights are large:

| question | clearest filter | filters of this kind |
| --- | --- | --- |
${kinds.map(({ kind, filter, count }) => `| ${ASKS[kind]} | ${filter} | ${count} |`).join('\n')}

${picture('filters.png', 'Some filters, and their answers to four digits')}

The top row has four digits. Each row below is one filter: its weights on the left, its number under them, then its answers to the
four digits. Yellow is a strong answer. Follow one row: the filter gives the same answer to the same kind of edge in every digit.
It does not know digits. It knows one small pattern.

### A pattern is found wherever it is

${picture('shift.en.svg', 'A shift of the image shifts the map')}

The digit was shifted by ${shift.shift[0]} rows and ${shift.shift[1]} columns. The map shifted by the same, and all
${shift.insideCount} places that can be compared have the same numbers as before: the picture of the differences is black. The same
nine weights are used everywhere, so a pattern that was learned in one corner is known in every corner.

### What excites a filter most

Each column of the next pictures is one filter, with its number. On top is what the filter **wants to see**: the program starts
with grey noise and changes it, step by step, so that the filter answers more (gradient ascent). Below are the five patches of test
images that the filter **answers most**. Compare the five: what they share is the pattern.

The first convolution, \`${first}\`, sees 3 × 3 pixels. Edges and pieces of strokes, nothing more; a flat grey picture on top means
that the filter only wants brightness:

${picture(`filters-${first}.png`, `Filters of ${first}`)}

The second, \`${second}\`, sees 8 × 8 pixels. Longer strokes in one direction, corners, ends:

${picture(`filters-${second}.png`, `Filters of ${second}`)}

The third, \`${third}\`, sees 18 × 18 pixels. Large parts of digits: bows, loops, angles:

${picture(`filters-${third}.png`, `Filters of ${third}`)}

Nobody drew these patterns. Training found them, because they help to tell digits apart.

### Patterns of patterns

${picture('deep-number.en.svg', `How one number of layer ${third} is made`)}

A filter of the third convolution works just like one of the first: window · weights, add, bias, relu. But its window has 64
channels, and these are not pixels. They are the answers of the 64 filters before. So it asks: are these patterns there, and in
this arrangement? The picture shows the three channels that matter most of the 64. Its answer here is ${fixed(deep.output, 2)}.

${picture('hierarchy.en.svg', 'What one place of each layer sees')}

| layer | one place sees | of the image |
| --- | --- | --- |
${levels.join('\n')}

Each layer sees more of the image than the one before: pixels make edges, edges make corners and bows, and these make digits. This
is the spatial hierarchy of patterns. At its end the dense layers only have to weigh which of the large patterns are there.

## Ask your own model

\`\`\`ts
import { charts, visualization as see } from 'fovea';

const pixel = await see.explainPixel(net, image, { layer: 'conv2d', row: 5, column: 7, filter: 3 });
await charts.saveChart('number.svg', see.explainPixelPicture(pixel));       // one number, with all of its parts
see.explainParameters(net);                                                 // formulas and words for each layer
await see.translationTest(net, image, { layer: 'conv2d', shift: [0, 4] });  // does the map shift along?
see.spatialHierarchy(net);                                                  // what one place of each layer sees
await see.filterPatterns(net, 'conv2d_2', { seed: 1 });                     // what filters want to see
\`\`\`

These functions work for any model: your own, nested, or loaded from a file.
`;
}
