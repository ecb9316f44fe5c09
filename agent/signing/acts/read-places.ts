import { blankPlace } from '../placement/decide-places.ts'
import type { Landmarks } from '../placement/find-landmarks.ts'
import type { Fillable } from '../placement/heading-landmarks.ts'
import type { ReadBlank, ReadPlaces } from './act.ts'

/** What was read, for people and programs: points from the bottom left of the page, pages from 1. */
export function readPlaces({ head, block, lastWords, pages }: Landmarks): ReadPlaces {
  const heightOf = (index: number): number => pages[index]?.height ?? 0
  const blank = (part: Fillable | undefined): ReadBlank | undefined => {
    const [first] = pages
    return part && first && { typed: part.typed, place: blankPlace(part, { index: 0, ...first }).place }
  }
  return {
    agency: head?.agency.map(({ text }) => text) ?? [],
    block: block && {
      page: block.page + 1,
      centre: block.centre,
      titleBottom: heightOf(block.page) - block.titleBottom,
      nameTop: heightOf(block.page) - block.nameTop,
      title: block.title,
      name: block.name,
    },
    number: blank(head?.number),
    day: blank(head?.date?.day),
    month: blank(head?.date?.month),
    year: blank(head?.date?.year),
    lastWords: lastWords && { page: lastWords.page + 1, x: lastWords.right, y: heightOf(lastWords.page) - lastWords.baseline },
  }
}
