/** @file What is said of files in a folder before training: those that are left out, and those with a misleading name. */

import { open } from 'node:fs/promises';
import { formatOfContent, formatOfName, SIGNATURE_BYTES } from '../images/image-header.ts';
import type { FolderFile } from '../images/inspection/folder-files.ts';
import { say } from './output.ts';

/** Most names that are listed. */
const MOST_LISTED = 100;
const READ_AT_ONCE = 32;
/** Ends of names of images in formats that are not read. */
const OTHER_IMAGES = /\.(?:tiff?|hei[cf]|avif|jxl|jp2|svg|ico|psd|dng|cr2|nef|arw)$/i;

/** Why training does not use a file; `undefined` when it does, if the file can be read. */
export function reasonToLeaveOut({ name, failure, className }: FolderFile): string | undefined {
  if (failure !== undefined) return failure;
  if (name.startsWith('.')) return 'It is a hidden file.';
  if (OTHER_IMAGES.test(name)) return 'Images of this format are not read; save it as JPEG or PNG.';
  if (formatOfName(name) === undefined) return 'Its name is not that of an image.';
  return className === null ? 'It lies outside of the folders of classes.' : undefined;
}

function sayList(title: (files: string) => string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  say(title(lines.length === 1 ? '1 file' : `${lines.length.toLocaleString('en-US')} files`));
  for (const line of lines.slice(0, MOST_LISTED)) say(`  ${line}`);
  if (lines.length > MOST_LISTED) say(`  … and ${(lines.length - MOST_LISTED).toLocaleString('en-US')} more`);
}

/** Names the files that are left out, with the reasons. */
export function sayLeftOut(files: readonly FolderFile[]): void {
  const lines = files.map((file) => `${file.path}: ${reasonToLeaveOut(file)}`);
  sayList((count) => `Left out ${count}:`, lines);
}

async function formatOf(location: string): Promise<string | undefined> {
  // Files that cannot be opened are named when they are used.
  const file = await open(location).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
    return formatOfContent(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Names the images whose content is of another format than their name says. They are used all the same. */
export async function sayMisnamed(files: readonly FolderFile[]): Promise<void> {
  const lines: string[] = [];
  for (let start = 0; start < files.length; start += READ_AT_ONCE) {
    const part = files.slice(start, start + READ_AT_ONCE);
    const formats = await Promise.all(part.map(({ location }) => formatOf(location)));
    for (const [i, { path, name }] of part.entries()) {
      const format = formats[i];
      if (format !== undefined && format !== formatOfName(name))
        lines.push(`${path} is ${format.toUpperCase()}`);
    }
  }
  sayList((count) => `${count} named like another format, used all the same:`, lines);
}
