/** For comparing: one case, no diacritics, d with a stroke (U+0110, U+0111) as d. Vietnamese is often typed, and sometimes read, so. */
export function unmarked(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}+/gu, '').replaceAll(/[\u0110\u0111]/g, 'd').toLowerCase()
}
