/** @file Files of other kinds that people take for models: what each is, and what would do instead. */

import { isHdf5 } from './hdf5/object-header.ts';
import type { SavedFile } from './saved-file.ts';
import { isZip, zipNames } from './zip.ts';

/** A kind of file that is not read. */
interface ForeignKind {
  /** What it is, and what to do, after 'it is '. */
  readonly text: string;
  matches(file: ForeignFile): boolean;
}

interface ForeignFile {
  readonly bytes: Uint8Array;
  /** Its first bytes, each as a character. */
  readonly start: string;
  /** Its name in lower case; '' where its content is known. */
  readonly name: string;
  /** The names of the members of a zip archive; none for others. */
  readonly members: readonly string[];
}

const KERAS = 'Fovea reads models of Keras (.keras, .h5) and TensorFlow.js (model.json).';
const ALL_OF = (members: readonly string[], end: string) =>
  members.length > 0 && members.every((name) => name.endsWith(end));

const KINDS: readonly ForeignKind[] = [
  {
    text: 'empty. Download or save it again.',
    matches: ({ bytes }) => bytes.length === 0,
  },
  {
    text: 'a pointer of Git LFS, a few lines that stand for the file. Get the file itself with `git lfs pull`, or download it from the repository’s page.',
    matches: ({ start }) => start.startsWith('version https://git-lfs'),
  },
  {
    text: 'a web page, saved in the place of the file. Open the address in a browser: it may ask to log in or to confirm; download the file itself.',
    matches: ({ start }) => /^(\u00ef\u00bb\u00bf)?\s*<(!doctype|html|head|\?xml|error)/i.test(start),
  },
  {
    text: `a model of TensorFlow Lite, in which layers are joined and rounded for phones and which cannot be turned back. Take the model that it was made from. ${KERAS}`,
    matches: ({ start, members }) =>
      start.slice(4, 8) === 'TFL3' || members.some((name) => name.endsWith('.tflite')),
  },
  {
    text: `a file of PyTorch. Its weights can be saved with the safetensors package for Python, under the names of the layers here and transposed to [height, width, in, out]. ${KERAS}`,
    matches: ({ start, members }) =>
      start.startsWith('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19') ||
      members.some((name) => name.endsWith('/data.pkl')),
  },
  {
    text: "arrays of NumPy without a model. Save them in Python with safetensors.numpy.save_file(arrays, 'w.safetensors'), under names such as 'conv2d/kernel', and call loadWeights().",
    matches: ({ start, members }) => start.startsWith('\x93NUMPY') || ALL_OF(members, '.npy'),
  },
  {
    text: `a pickle of Python, which is a program and can do anything when it is read. Save the model as .keras. ${KERAS}`,
    matches: ({ start, name }) =>
      ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'].some((two) => start.startsWith(two)) ||
      /\.(pkl|pickle)$/.test(name),
  },
  {
    text: `a SavedModel of TensorFlow: a program, not layers. Open it in the TensorFlow that saved it, with tf.keras.models.load_model(folder), and save it as .h5. ${KERAS}`,
    matches: ({ start, name, members }) =>
      (start.startsWith('\x08\x01\x12') && name.endsWith('.pb')) ||
      members.some((member) => /(^|[\\/])saved_model\.pb$/.test(member)),
  },
  {
    text: `a graph of TensorFlow 1, a program without layers. Take the model that it was made from. ${KERAS}`,
    matches: ({ start, name }) => name.endsWith('.pb') && start.startsWith('\x0a'),
  },
  {
    text: `a part of a checkpoint of TensorFlow. Load it in TensorFlow with model.load_weights() and save the model as .h5. ${KERAS}`,
    matches: ({ name }) => /\.(index|data-\d{5}-of-\d{5}|ckpt|meta)$/.test(name),
  },
  {
    text: `a model of ONNX. Take the model that it was made from. ${KERAS}`,
    matches: ({ start, name }) =>
      start.startsWith('\x08') && (name.endsWith('.onnx') || /onnx|pytorch|skl2/i.test(start)),
  },
  {
    text: 'a picture. Give the model, and the picture to images.loadImage().',
    matches: ({ start }) => /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s.test(start),
  },
  {
    text: 'compressed with gzip or another packer. Unpack it first.',
    matches: ({ start }) =>
      ['\x1f\x8b', '7z\xbc\xaf', 'Rar!', 'BZh', '\xfd7zXZ'].some((text) => start.startsWith(text)),
  },
];

/** What `file` is when it is of a kind that is known and not read, and what would do; null for other files. */
export function describeForeign(file: SavedFile): string | null {
  const start = String.fromCharCode(...file.bytes.subarray(0, 300));
  // What a file holds says more than its name: HDF5 files and descriptions of models have all kinds of names.
  const name = isHdf5(file.bytes) || start.trimStart().startsWith('{') ? '' : file.name.toLowerCase();
  const foreign = { bytes: file.bytes, start, name, members: membersOf(file) };
  return KINDS.find((kind) => kind.matches(foreign))?.text ?? null;
}

/** A damaged archive has no members; the format that it may be of says what is wrong. */
function membersOf({ bytes, name }: SavedFile): readonly string[] {
  if (bytes[0] !== 0x50 || !isZip(bytes)) return [];
  try {
    return zipNames(bytes, name);
  } catch {
    return [];
  }
}

/** What a folder with these files is, and what would do; null for others. */
export function describeForeignFolder(names: readonly string[]): string | null {
  if (names.includes('saved_model.pb'))
    return KINDS.find(({ text }) => text.startsWith('a SavedModel'))!.text;
  return null;
}
