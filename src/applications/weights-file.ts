/** @file The files with ImageNet's weights that Keras publishes: names, addresses, checksums. */

/** A published file of weights. */
export interface WeightsFile {
  /** The name that Keras gives it in its cache folder. */
  readonly name: string;
  /** Its place below the folder with all of them. */
  readonly path: string;
  /** Its address. */
  readonly url: string;
  /** MD5 or SHA-256 in hexadecimal digits; null where none is published. */
  readonly checksum: string | null;
}

const STORE = 'https://storage.googleapis.com/';
const FOLDER = `${STORE}tensorflow/keras-applications/`;

/** A file in Keras' folder of applications; `path` is its place there, whose last part is its name unless another is given. */
export function weightsFile(
  path: string,
  checksum: string | null,
  name = path.split('/').at(-1)!,
): WeightsFile {
  return { name, path, url: `${FOLDER}${path}`, checksum };
}

/** A file of the first EfficientNets, which have a folder of their own. */
export function efficientNetFile(name: string, checksum: string): WeightsFile {
  return { name, path: name, url: `${STORE}keras-applications/${name}`, checksum };
}

/** The file with or without the classifier, by its name as TensorFlow's kernels have it; checksums in the same order. */
export function kernelsFile(
  folder: string,
  net: string,
  includeTop: boolean,
  [withTop, withoutTop]: readonly [string, string],
): WeightsFile {
  const ending = includeTop ? '' : '_notop';
  return weightsFile(
    `${folder}/${net}_weights_tf_dim_ordering_tf_kernels${ending}.h5`,
    includeTop ? withTop : withoutTop,
  );
}
