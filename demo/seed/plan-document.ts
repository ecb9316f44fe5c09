import type { AgencySeed } from './agencies.ts'
import { agencies } from './agencies.ts'
import type { Random } from './random.ts'
import type { Recipe } from './recipe.ts'
import { inventSymbol, inventTitle, kinds } from './subjects.ts'

export interface PlannedDocument {
  kind: string
  symbol: string
  title: string
  urgency: string
  secrecy: string
  recipients: AgencySeed[]
  recipe: Recipe
  /** Separate files that go with it. */
  attachments: Recipe[]
}

export interface Block {
  titleLines: string[]
  name: string
}

/** @param day YYYY-MM-DD, printed where the date is typed */
export function planDocument(
  random: Random, seed: number, agency: AgencySeed, block: Block, number: number | null, day: string,
): PlannedDocument {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const kind = random.pick([...kinds, kinds[0] ?? random.pick(kinds), kinds[1] ?? random.pick(kinds)])
  const title = inventTitle(random, kind, year)
  const symbol = inventSymbol(random, kind, agency.symbol)
  const recipients = inventRecipients(random, agency)
  const pages = random.pick([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12])
  const numberText = number === null ? null : String(number).padStart(2, '0')
  const medium = random.chance(0.9) ? 'text' : random.pick(['scan', 'scan', 'scan-ocr'] as const)
  const regulationFollows = medium === 'text' && kind.kind === 'Quyết định' && pages >= 4
  const recipe: Recipe = {
    seed, part: 'document', medium, regulationFollows, symbol, title,
    paper: random.chance(0.04) ? 'letter' : 'a4',
    crossReference: random.chance(0.35) ? 'stream' : 'classic',
    pages: medium === 'text' ? pages : Math.min(pages, 3),
    agency: agency.name, parent: agency.parent, heading: agency.heading, place: agency.place,
    kind: kind.kind,
    number: numberText,
    date: { year, month, day: date, typed: number === null ? random.pick(['full', 'full', 'half', 'blank'] as const) : 'full' },
    addressees: kind.kind === 'Công văn' || kind.kind === 'Tờ trình' ? recipients.slice(0, 3).map(({ name }) => name) : [],
    recipients: recipientLines(random, recipients),
    titleLines: block.titleLines, name: block.name,
    gap: random.pick([49, 73, 76, 80, 80, 80, 80, 80, 80, 81, 89, 93, 98]),
    signatures: [],
  }
  return {
    kind: kind.kind, symbol, title, recipients, recipe,
    urgency: random.pick(['Thường', 'Thường', 'Thường', 'Thường', 'Thường', 'Thường', 'Khẩn', 'Hỏa tốc']),
    secrecy: seed % 40 === 37 ? 'Mật' : 'Thường',
    attachments: random.chance(0.15) ? planAttachments(random, recipe) : [],
  }
}

function inventRecipients(random: Random, sender: AgencySeed): AgencySeed[] {
  const at = (level: AgencySeed['level']): AgencySeed[] => agencies.filter((agency) => agency.level === level && agency.id !== sender.id)
  const [above, beside, below] = [at('tinh'), at('so-huyen'), at('xa')]
  return [...random.some(above, 1), ...random.some(beside, random.between(1, 4)), ...random.some(below, random.between(1, 3))]
}

function recipientLines(random: Random, recipients: AgencySeed[]): string[] {
  const first = random.pick(['- Như trên;', '- Như Điều 3;', '- Như kính gửi;'])
  const further = random.pick(['- Giám đốc, các Phó Giám đốc;', '- Cổng TTĐT tỉnh;'])
  return [first, ...recipients.map(({ short }) => `- ${short};`), further, '- Lưu: VT, TCCB.']
}

function planAttachments(random: Random, main: Recipe): Recipe[] {
  const count = random.between(1, 3)
  return Array.from({ length: count }, (_, index): Recipe => ({
    ...main, seed: main.seed * 10 + index + 1, part: 'attachment', medium: 'text', regulationFollows: false, signatures: [],
    pages: random.between(1, 4),
    title: `Phụ lục${count === 1 ? '' : ` ${'I'.repeat(index + 1)}`}`,
  }))
}
