/** @file The chapters of the page that `fovea explain` writes. */

import { FoveaError, InternalError } from '../../base/errors.ts';
import { charts, images, type Tensor, visualization as v } from '../../index.ts';
import { type Html, html } from '../../report/html.ts';
import { percent, say } from '../output.ts';
import { classLabel, type Explained } from './explained.ts';

/** A part of the page. */
export interface Chapter {
  /** What links use, and the key of the title in the texts. */
  readonly id: 'prediction' | 'why' | 'pixels' | 'maps' | 'patterns' | 'pixel' | 'parameters';
  make(about: Explained): Promise<Html>;
}

const figure = (picture: Html, caption: string) =>
  html`<figure>${picture}<figcaption>${caption}</figcaption></figure>`;

/** The entries of a record, whose keys are known. */
function entriesOf<K extends string>(record: Readonly<Record<K, string>>): [K, string][] {
  return Object.entries(record) as [K, string][];
}

/** What cannot be shown of this model, such as one without maps, is said and does not end the program. */
async function orWhyNot({ texts }: Explained, make: () => Promise<Html>): Promise<Html> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof FoveaError) || error instanceof InternalError) throw error;
    return html`<p>${texts.cannotShow}<span lang="en">${error.message}</span></p>`;
  }
}

const prediction: Chapter = {
  id: 'prediction',
  async make(about) {
    const { top, small, folder, texts, lang } = about;
    const names = top.map(({ index }) => classLabel(about, index));
    const scores = top.map(({ score }) => score);
    const bars = charts.bars(names, scores, { max: 1, format: percent, lang });
    const photo = await folder.image('image', small, texts.modelSize, LARGE);
    const chart = await folder.drawing('prediction', bars);
    return html`<div class="row">${figure(photo, texts.asGiven)}${chart}</div>`;
  },
};

/** Pixels that a picture is wide at least on the page, and one of many beside each other: photos as small as digits are enlarged. */
const LARGE = 224;
const LEAST = 128;

/** Classes whose heatmaps are shown, and methods beside Grad-CAM. */
const EXPLAINED_CLASSES = 3;
const OTHER_METHODS = {
  gradCamPlusPlus: 'Grad-CAM++',
  hiResCam: 'HiResCAM',
  layerCam: 'LayerCAM',
  xGradCam: 'XGrad-CAM',
  eigenCam: 'Eigen-CAM',
  scoreCam: 'Score-CAM',
} as const;
const PHOTO_WIDTH = 320;

/** The photo, not larger than it is looked at. */
function shownPhoto(photo: Tensor): Tensor {
  const [height, width] = photo.shape as [number, number];
  if (width <= 2 * PHOTO_WIDTH) return photo;
  const size = [Math.round((height * 2 * PHOTO_WIDTH) / width), 2 * PHOTO_WIDTH];
  return images.resizeImage(photo, size, 'bilinear');
}

const reasons: Chapter = {
  id: 'why',
  make: (about) =>
    orWhyNot(about, async () => {
      const { model, input, top, folder, texts } = about;
      const photo = shownPhoto(about.photo);
      const shown: Html[] = [];
      let layer = '';
      for (const [place, { index }] of top.slice(0, EXPLAINED_CLASSES).entries()) {
        const cam = await v.classActivation(model, input, { target: index });
        layer = cam.layer;
        const name = classLabel(about, index);
        const picture = await folder.image(
          `heatmap-${place + 1}`,
          v.overlay(photo, cam.heatmap),
          texts.heatmapFor(name),
          LARGE,
        );
        shown.push(figure(picture, cam.allZero ? texts.nothingFor(name) : name));
      }
      const others: Html[] = [];
      for (const [method, called] of entriesOf(OTHER_METHODS)) {
        const name = method === 'eigenCam' ? texts.knowsNoClass(called) : called;
        const { heatmap } = await v.classActivation(model, input, { target: top[0]!.index, method });
        const picture = await folder.image(
          `heatmap-${method}`,
          v.overlay(photo, heatmap),
          texts.heatmapBy(name),
          LEAST,
        );
        others.push(figure(picture, name));
      }
      const { heatmap } = await v.classActivation(model, input, { target: top[0]!.index });
      const { insertion, deletion, chance } = await v.trust(model, input, heatmap, {
        target: top[0]!.index,
        seed: about.seed,
      });
      const compared = chance === null ? '' : texts.chance(chance.insertion, chance.deletion);
      return html`<p>${texts.gradCamOf(layer)}</p><div class="row">${shown}</div>
<h3>${texts.otherMethods(classLabel(about, top[0]!.index))}</h3><div class="row small">${others}</div>
<h3>${texts.trusted}</h3><p>${texts.trust(insertion, deletion)}${compared}</p>`;
    }),
};

const ATTRIBUTIONS = [
  ...(['saliency', 'smoothGrad', 'inputTimesGradient', 'guidedBackprop'] as const),
  ...(['integratedGradients', 'occlusion'] as const),
];

const attributions: Chapter = {
  id: 'pixels',
  async make(about) {
    const { model, input, top, folder, texts } = about;
    const shown: Html[] = [];
    for (const method of ATTRIBUTIONS) {
      const part = await orWhyNot(about, async () => {
        const name = texts[method];
        const { map } = await v.attribution(model, input, { method, target: top[0]!.index });
        const absolute = method === 'saliency' || method === 'smoothGrad';
        const picture = v.attributionPicture(map, absolute ? { show: 'absolute' } : {});
        return figure(
          await folder.image(`attribution-${method}`, picture, texts.attributionBy(name), LARGE),
          name,
        );
      });
      shown.push(part);
    }
    return html`<p>${texts.attributions(classLabel(about, top[0]!.index))}</p>
<div class="row small">${shown}</div>`;
  },
};

/** Layers whose maps are shown: all of small models, evenly chosen ones of large models. */
const MOST_LAYERS = 16;

function chosen<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]!);
}

const maps: Chapter = {
  id: 'maps',
  make: (about) =>
    orWhyNot(about, async () => {
      const { model, input, folder, texts } = about;
      const all = (await v.featureMaps(model, input)).filter(
        ({ maps: { shape } }) => shape[0]! * shape[1]! > 1,
      );
      const shown: Html[] = [];
      for (const [i, one] of chosen(all, MOST_LAYERS).entries()) {
        const grid = v.featureMapGrid(one, { columns: 16 });
        const [height, width, filters] = one.maps.shape as [number, number, number];
        const caption = texts.mapsOf(one.layer, filters, height, width);
        shown.push(figure(await folder.image(`maps-${i + 1}`, grid, caption), caption));
      }
      const left = all.length > shown.length ? texts.layersShown(shown.length, all.length) : '';
      return html`<p>${texts.mapsWords}${left}</p>${shown}`;
    }),
};

const PATTERN_LAYERS = 3;
const PATTERNS = 12;
/** Images of small drawings show fine patterns as they are; on photos these would hide the large ones. */
const SMALL = 64;

/** How patterns are made to be looked at: with jitter, a little blur and several sizes, for images that are large enough. */
function smoothing({ small }: Explained): v.FilterPatternsOptions {
  const side = Math.min(small.shape[0]!, small.shape[1]!);
  return side < SMALL ? {} : { jitter: Math.round(side / 28), blur: 0.5, octaves: 3 };
}

const patterns: Chapter = {
  id: 'patterns',
  make: (about) =>
    orWhyNot(about, async () => {
      const { model, input, folder, range, colors, seed, texts } = about;
      const shown: Html[] = [];
      const convolutions = (await v.featureMaps(model, input)).filter(({ layer }) =>
        isConvolution(about, layer),
      );
      const first = convolutions[0];
      if (first !== undefined) {
        const kernels = images.grid(v.kernelImages(model, first.layer), { columns: 16, scale: 8 });
        const caption = texts.kernelsOf(first.layer);
        shown.push(figure(await folder.image('kernels', kernels, caption), caption));
      }
      for (const [i, { layer, maps: found }] of chosen(convolutions, PATTERN_LAYERS).entries()) {
        const filters = Array.from(
          { length: Math.min(PATTERNS, found.shape.at(-1)!) },
          (_, filter) => filter,
        );
        say(`Climbing to the patterns of ${layer} …`);
        const pictures = await v.filterPatterns(model, layer, {
          ...smoothing(about),
          ...{ filters, range, colors, seed },
        });
        const caption = texts.patternsOf(filters.length, layer);
        const side = Math.max(pictures.shape[1]!, pictures.shape[2]!);
        const scale = Math.max(1, Math.floor(SMALL / side));
        const picture = images.grid(pictures, { columns: 6, margin: 5, scale });
        shown.push(figure(await folder.image(`patterns-${i + 1}`, picture, caption), caption));
      }
      return html`${shown}`;
    }),
};

/** Whether the layer of a path has a kernel over places. */
function isConvolution({ model }: Explained, path: string): boolean {
  const found = v.explainParameters(model).find((one) => one.path === path);
  return /Conv2D/.test(found?.className ?? '');
}

const pixel: Chapter = {
  id: 'pixel',
  make: (about) =>
    orWhyNot(about, async () => {
      const { model, input, folder, texts, lang } = about;
      const all = (await v.featureMaps(model, input)).filter(({ layer }) => isConvolution(about, layer));
      const first = all[0];
      if (first === undefined) return html`<p>${texts.noConvolution}</p>`;
      const [, width, filters] = first.maps.shape as [number, number, number];
      const values = first.maps.data as Float32Array;
      const at = values.indexOf(values.reduce((a, b) => Math.max(a, b)));
      const place = {
        row: Math.floor(at / (width * filters)),
        column: Math.floor(at / filters) % width,
        filter: at % filters,
      };
      const explained = await v.explainPixel(model, input, { layer: first.layer, ...place });
      const picture = await folder.drawing('pixel', v.explainPixelPicture(explained, { lang }));
      const hierarchy = await folder.drawing(
        'hierarchy',
        v.spatialHierarchyPicture(v.spatialHierarchy(model), { lang, image: about.small }),
      );
      return html`<p>${texts.strongest(first.layer)}</p><div class="wide">${picture}</div>
<h3>${texts.hierarchy}</h3><div class="wide">${hierarchy}</div>`;
    }),
};

const parameters: Chapter = {
  id: 'parameters',
  async make({ model, texts, lang }) {
    const rows = v
      .explainParameters(model, { lang })
      .map(
        ({ path, formula, count, words, shapeWords }) =>
          html`<tr><th scope="row">${path}</th><td>${count.toLocaleString('en-US')}</td><td class="left">${formula}</td><td class="left">${words} ${shapeWords}</td></tr>`,
      );
    return html`<div class="wide" tabindex="0" role="region" aria-label="${texts.parametersTable}"><table><thead><tr><th scope="col" class="left">${texts.layer}</th>
<th scope="col">${texts.count}</th><th scope="col" class="left">${texts.formula}</th><th scope="col" class="left">${texts.inWords}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  },
};

export const CHAPTERS: readonly Chapter[] = [
  prediction,
  reasons,
  attributions,
  maps,
  patterns,
  pixel,
  parameters,
];
