/** Text as a clerk types it in a hurry: no case, no diacritics, d with a stroke (U+0111) as d. */
export function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}+/gu, '').replaceAll(/[\u0111\u0110]/g, 'd').toLowerCase()
}

/** A test for texts that hold every word of the query, in any order. */
export function matcher(query: string): (text: string) => boolean {
  const words = plain(query).split(/\s+/).filter(Boolean)
  return (text) => {
    const searched = plain(text)
    return words.every((word) => searched.includes(word))
  }
}
