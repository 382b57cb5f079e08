/** @file The ways to name a file: a path, a URL as a text, or a URL object. */

/** What the library needs of a URL object; every `URL` is one, of this realm or another. */
export interface UrlObject {
  /** The whole URL. */
  readonly href: string;
  readonly protocol: string;
}

/** A path, a `file:` URL as a text, or a URL object. */
export type FilePath = string | UrlObject;

/** Whether `value` is a URL object. */
export function isUrlObject(value: unknown): value is UrlObject {
  return Object.prototype.toString.call(value) === '[object URL]';
}
