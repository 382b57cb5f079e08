/** @file The architectures of Keras' applications, one line each. */

export { convNeXtTiny } from './convnext.ts';
export { type DecodedClass, type DecodeOptions, decodePredictions } from './decode-predictions.ts';
export { densenet121 } from './densenet.ts';
export { efficientNetB0 } from './efficientnet.ts';
export { inceptionV3 } from './inception-v3.ts';
export { mobileNet } from './mobilenet.ts';
export { mobileNetV2 } from './mobilenet-v2.ts';
export { mobileNetV3Large, mobileNetV3Small } from './mobilenet-v3.ts';
export { nasNetMobile } from './nasnet.ts';
export { resNet50, resNet50V2 } from './resnet.ts';
export { vgg16, vgg19 } from './vgg.ts';
export { xception } from './xception.ts';
