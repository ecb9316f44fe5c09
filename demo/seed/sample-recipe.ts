import { homeAgency } from './agencies.ts'
import type { Recipe } from './recipe.ts'

/** An ordinary letter of the home agency that waits for signature, number and date. */
export function sampleRecipe(changes: Partial<Recipe> = {}): Recipe {
  return {
    seed: 11, part: 'document', paper: 'a4', medium: 'text', crossReference: 'classic', pages: 1, regulationFollows: false,
    agency: homeAgency.name, parent: homeAgency.parent, heading: homeAgency.heading, place: homeAgency.place,
    kind: 'Công văn', symbol: `${homeAgency.symbol}-TCCB`, number: null, date: { year: 2026, month: 5, day: 13, typed: 'blank' },
    title: 'V/v rà soát biên chế công chức năm 2026',
    addressees: ['Ủy ban nhân dân huyện Tân Khê'],
    recipients: ['- Như trên;', '- UBND tỉnh;', '- Giám đốc, các Phó Giám đốc;', '- Lưu: VT, TCCB.'],
    titleLines: homeAgency.headTitle, name: homeAgency.head, gap: 80, signatures: [],
    ...changes,
  }
}

/** A table that goes with the letter in a file of its own. */
export function sampleAttachment(): Recipe {
  return sampleRecipe({ part: 'attachment', title: 'Phụ lục' })
}

/** Signing blocks of one, two and three lines of title. */
export const sampleTitles: readonly string[][] = [
  ['GIÁM ĐỐC'],
  ['KT. GIÁM ĐỐC', 'PHÓ GIÁM ĐỐC'],
  ['TM. ỦY BAN NHÂN DÂN', 'KT. CHỦ TỊCH', 'PHÓ CHỦ TỊCH'],
]

/** What a leader may write on a document that has arrived. */
export const sampleComment = 'Chuyển Phòng Tổ chức cán bộ tham mưu, trình Ban Giám đốc trước ngày 20/5/2026.'
