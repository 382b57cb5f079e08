/** @file Lists of files that a page empties itself. */

/**
 * The files of a form's FileList as an array: the list itself is emptied when the page clears the form, as many do to let the same
 * file be chosen again. Other values as they are.
 */
export function withoutLiveList<T>(value: T): T {
  if (Object.prototype.toString.call(value) !== '[object FileList]') return value;
  return Array.from(value as ArrayLike<unknown>) as T;
}
