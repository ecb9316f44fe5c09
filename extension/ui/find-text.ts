import { unmarked } from '../../shared/text/unmarked.ts'

/** A test for texts that hold every word of the query, in any order, as it is typed in a hurry. */
export function matcher(query: string): (text: string) => boolean {
  const words = unmarked(query).split(/\s+/).filter(Boolean)
  return (text) => {
    const searched = unmarked(text)
    return words.every((word) => searched.includes(word))
  }
}
