import { actTexts } from '../../../shared/text/acts.ts'
import type { Fillable } from '../placement/heading-landmarks.ts'
import { blankPlace, cornerPlace, onPage, printedFrom, type ShownPage } from '../placement/decide-places.ts'
import type { Appearance, DrawnText, Place } from '../appearance/appearance.ts'
import type { ActDate } from './act.ts'

/** As measured on all stamps of numbers and dates, whatever the size of the line. */
const stampSize = 13

/** A number, a day or a month in its blank: upright in a number, slanted in a date (measured on the field's tools). */
export function blankStamp(text: string, blank: Fillable, page: ShownPage, { slanted, place: named }: { slanted: boolean; place: Place | undefined }): Appearance {
  const read = blankPlace(blank, page)
  const place = named ?? read.place
  // A place that the clerk made smaller or larger takes its letters along.
  const scale = place.height / read.place.height
  const baseline = read.baseline * scale
  const size = stampSize * scale
  const free = Math.min(1, place.width / 20)
  // Slanted letters lean over to the right: their middle is as far from both words when they stand a little to the left.
  const lean = slanted ? 0.07 * size : 0
  const drawn: DrawnText = { text, x: free - lean, width: place.width - 2 * free, baseline, size, align: 'centre', colour: 'black', slanted }
  return { lines: [], place, drawing: { texts: [drawn], frames: [] } }
}

/** Numbers below 10 and the months 1 and 2 are written with a 0 before them (Decree 30/2020, annex I, II.4b). */
export function dateWords({ day, month, year }: ActDate): { day: string; month: string; year: string } {
  return { day: String(day).padStart(2, '0'), month: month < 3 ? `0${month}` : String(month), year: String(year) }
}

const cornerSize = 10
const cornerPitch = 11.5
/** Not less than these take in Times New Roman, in units of the size. */
const averageLetter = 0.47
const averageCapital = 0.75

/** Lines at the top right of page 1: no image, Times New Roman 10, upright, black (annex I, II.8b; part II.I). */
export function cornerText(lines: string[], page: ShownPage, textTop: number): Appearance {
  const width = Math.min(page.width - 2 * printedFrom, Math.max(170, ...lines.map((line) => widthAtMost(line) * cornerSize + 8)))
  const height = lines.length * cornerPitch + 3
  const texts = lines.map((text, index): DrawnText => ({
    text, x: 2, width: width - 4, baseline: height - 9.5 - index * cornerPitch, size: cornerSize, align: 'left', colour: 'black',
  }))
  return { lines: [], place: cornerPlace(page, { width, height }, textTop), drawing: { texts, frames: [] } }
}

function widthAtMost(line: string): number {
  return Array.from(line.normalize('NFC')).reduce((sum, letter) => sum + (/\p{Lu}/u.test(letter) ? averageCapital : averageLetter), 0)
}

/** As measured on documents that had arrived: 137 by 70 points, lower where text begins above. They had it 5 points from the corner. */
const arrival = { width: 137, tallest: 70, lowest: 40 }

/** The red box of a document that has arrived (annex IV), in the free corner at the top left. */
export function arrivalBox({ agency, number, date }: { agency: string; number: string; date: ActDate }, page: ShownPage, textTop: number): Appearance {
  const { width } = arrival
  const height = Math.max(arrival.lowest, Math.min(arrival.tallest, textTop - printedFrom - 3))
  const { day, month, year } = dateWords(date)
  const middle = 46
  const head = Math.max(11, height * 0.26)
  const line = (text: string, share: number): DrawnText => ({
    text, x: middle + 4, width: width - middle - 7, baseline: (height - head) * share, size: 10, align: 'left', colour: 'red',
  })
  const texts: DrawnText[] = [
    { text: agency, x: 4, width: width - 8, baseline: height - head * 0.5 - 3, size: 8, align: 'centre', colour: 'red' },
    { text: actTexts.arrival, x: 4, width: middle - 8, baseline: (height - head) / 2 - 5, size: 15, align: 'centre', colour: 'red', bold: true },
    line(actTexts.arrivalNumber(number), 0.6),
    line(actTexts.arrivalDate(`${day}/${month}/${year}`), 0.2),
  ]
  const edge = { colour: 'red' as const, thickness: 1 }
  const frames = [
    { x: 0.5, y: 0.5, width: width - 1, height: height - 1, ...edge },
    { x: 0.5, y: height - head, width: width - 1, height: 0, ...edge },
    { x: middle, y: 0.5, width: 0.01, height: height - head, ...edge, thickness: 0.6 },
  ]
  return { lines: [], place: onPage({ page: page.index + 1, x: printedFrom, y: page.height - printedFrom - height, width, height }, page), drawing: { texts, frames } }
}

const comment = { size: 12, pitch: 14, letter: 0.47 }

/** A comment in the pen's blue, broken into lines of the width. */
export function commentLines(text: string, width: number): string[] {
  const most = Math.floor(width / (comment.size * comment.letter))
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** @returns how high the box of so many lines is */
export function commentHeight(lineCount: number): number {
  return lineCount * comment.pitch + 6
}

export function commentText(lines: string[], place: NonNullable<Appearance['place']>): Appearance {
  const texts = lines.map((text, index): DrawnText => ({
    text, x: 2, width: place.width - 4, baseline: place.height - 12 - index * comment.pitch, size: comment.size, align: 'left', colour: 'blue',
    slanted: index === lines.length - 1,
  }))
  return { lines: [], place, drawing: { texts, frames: [] } }
}
