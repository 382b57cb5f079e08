/** @file The languages that texts in pictures and pages may have. */

import { unknownNameError } from '../base/suggest.ts';

/** English or Chinese. */
export type Language = 'en' | 'zh';

export const LANGUAGES: readonly Language[] = ['en', 'zh'];

/** The language, 'en' when left out. Throws ValueError for another. */
export function languageOf(lang: Language = 'en'): Language {
  if (LANGUAGES.includes(lang)) return lang;
  throw unknownNameError('language', String(lang), LANGUAGES);
}
