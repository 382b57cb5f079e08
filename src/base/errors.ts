/** @file The error classes Fovea throws. A message says what happened, what was expected, and how to fix it. */

/** Base of every error that Fovea throws on purpose. */
export class FoveaError extends Error {
  override name = 'FoveaError';
}

/** A shape does not fit: wrong rank, wrong channel count, an output that would have no pixels. */
export class ShapeError extends FoveaError {
  override name = 'ShapeError';
}

/** An argument has a value the function cannot work with. */
export class ValueError extends FoveaError {
  override name = 'ValueError';
}

/** A file or byte stream is not in the format it should be in. */
export class FormatError extends FoveaError {
  override name = 'FormatError';
}

/** Something Keras has and Fovea does not do (yet), or this machine cannot do. */
export class UnsupportedError extends FoveaError {
  override name = 'UnsupportedError';
}

/** A model that takes images of any size, where one has to be said. */
export class OpenSizeError extends UnsupportedError {}

/** A backend that was asked for cannot run here, or failed while running. */
export class BackendError extends FoveaError {
  override name = 'BackendError';
}

/** `error` with the place where it happened added to its message, when it is a FoveaError; else `error` itself. */
export function withPlace(error: unknown, place: string): unknown {
  if (!(error instanceof FoveaError)) return error;
  const Class = error.constructor as new (message: string, options: ErrorOptions) => FoveaError;
  return new Class(`${error.message} (In ${place}.)`, { cause: error });
}

/** A check of Fovea's own work failed: a bug in Fovea, never in the caller's code. */
export class InternalError extends FoveaError {
  override name = 'InternalError';
}
