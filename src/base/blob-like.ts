/** @file Files as browsers, and Node, hand them to programs. */

/**
 * What is needed of a Blob, or of a File, which has a name. Not the platform's type, since this one is part of the
 * published types, which hold without those of a browser.
 */
export interface BlobLike {
  readonly size: number;
  readonly type: string;
  readonly name?: string;
  /** Of a file in a folder that a page's user chose: its path from that folder on. */
  readonly webkitRelativePath?: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}
