/** @file Layers that Keras has and Fovea does not, for messages: those for sequences, text, tables and volumes, mostly. */

const OF_SEQUENCES = [
  ...['AdaptiveAveragePooling1D', 'AdaptiveMaxPooling1D', 'AveragePooling1D', 'AvgPool1D', 'Conv1D'],
  ...['Conv1DTranspose', 'Convolution1D', 'Convolution1DTranspose', 'Cropping1D', 'DepthwiseConv1D'],
  ...['GlobalAveragePooling1D', 'GlobalAvgPool1D', 'GlobalMaxPool1D', 'GlobalMaxPooling1D', 'MaxPool1D'],
  ...['MaxPooling1D', 'SeparableConv1D', 'SeparableConvolution1D', 'SpatialDropout1D', 'UpSampling1D'],
  ...['ZeroPadding1D', 'LocallyConnected1D', 'Bidirectional', 'ConvLSTM1D', 'ConvLSTM2D', 'ConvLSTM3D'],
  ...['CuDNNGRU', 'CuDNNLSTM', 'GRU', 'GRUCell', 'LSTM', 'LSTMCell', 'RNN', 'SimpleRNN', 'SimpleRNNCell'],
  ...['StackedRNNCells', 'TimeDistributed', 'Masking', 'AdditiveAttention', 'Attention'],
  ...['GroupQueryAttention', 'MultiHeadAttention', 'MelSpectrogram', 'STFTSpectrogram'],
];

const OF_TEXT_AND_TABLES = [
  ...['CategoryEncoding', 'Discretization', 'Embedding', 'HashedCrossing', 'Hashing', 'IntegerLookup'],
  ...['ReversibleEmbedding', 'StringLookup', 'TextVectorization'],
];

const OF_VOLUMES = [
  ...['AdaptiveAveragePooling3D', 'AdaptiveMaxPooling3D', 'AveragePooling3D', 'AvgPool3D', 'Conv3D'],
  ...['Conv3DTranspose', 'Convolution3D', 'Convolution3DTranspose', 'Cropping3D', 'GlobalAveragePooling3D'],
  ...['GlobalAvgPool3D', 'GlobalMaxPool3D', 'GlobalMaxPooling3D', 'MaxPool3D', 'MaxPooling3D'],
  ...['SpatialDropout3D', 'UpSampling3D', 'ZeroPadding3D'],
];

const OTHERS = [
  ...['ContrastLimitedAdaptiveHistogramEqualization', 'FlaxLayer', 'JaxLayer', 'LocallyConnected2D'],
  ...['MaxNumBoundingBoxes', 'Pipeline', 'RandomElasticTransform', 'SpectralNormalization', 'TFSMLayer'],
  ...['TorchModuleWrapper', 'Wrapper'],
  // Of Keras 1 and 2.
  ...[
    'AtrousConvolution2D',
    'Highway',
    'MaxoutDense',
    'SlicingOpLambda',
    'SReLU',
    'TensorFlowOpLayer',
    'ThresholdedReLU',
  ],
];

/** Class names of Keras, those of earlier versions too. */
export const ABSENT: readonly string[] = [...OF_SEQUENCES, ...OF_TEXT_AND_TABLES, ...OF_VOLUMES, ...OTHERS];
