import { placeLine } from './flow.ts'
import type { Flow } from './flow.ts'
import type { Random } from './random.ts'
import type { Recipe } from './recipe.ts'
import { breakLines, measure } from './typeset.ts'

/**
 * The head of a document by Nghị định 30/2020, Phụ lục I, at measured places: national name and motto on the right, agency on the
 * left, then number and date. Leaves the flow below it.
 */
export function writeHeading(flow: Flow, random: Random, recipe: Recipe): void {
  const right = random.between(400, 406) * (flow.page.width / 595.28)
  const left = random.between(158, 168)
  const top = random.between(57, 60)
  writeNation(flow, random, right, top)
  const below = writeAgency(flow, recipe, left, top)
  const numberTop = Math.max(random.between(95, 99), below + 6)
  writeNumber(flow, random, recipe, left, numberTop)
  writeDate(flow, random, recipe, right, numberTop)
  flow.y = numberTop + 22
  if (recipe.kind === 'Công văn') {
    for (const line of breakLines({ face: 'regular', size: 12 }, recipe.title, 178)) {
      placeLine(flow.page, { face: 'regular', size: 12 }, line.text, { centre: left }, flow.y)
      flow.y += 14
    }
    flow.y += 8
  }
}

function writeNation(flow: Flow, random: Random, centre: number, top: number): void {
  const nation = random.chance(0.7) ? 'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM' : 'CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM'
  placeLine(flow.page, { face: 'bold', size: random.chance(0.6) ? 12 : 13 }, nation, { centre }, top)
  const motto = random.pick(['Độc lập - Tự do - Hạnh phúc', 'Độc lập - Tự do - Hạnh phúc', 'Độc lập – Tự do – Hạnh phúc'])
  const line = placeLine(flow.page, { face: 'bold', size: 14 }, motto, { centre }, top + 15)
  flow.page.rules.push({ x1: line.x, y1: line.baseline + 5, x2: line.end, y2: line.baseline + 5, thickness: 0.75 })
}

function writeAgency(flow: Flow, { parent, heading }: Recipe, centre: number, top: number): number {
  let y = top
  if (parent !== '') {
    placeLine(flow.page, { face: 'regular', size: 13 }, parent, { centre }, y)
    y += 15
  }
  for (const line of heading.flatMap((text) => breakLines({ face: 'bold', size: 13 }, text, 182))) {
    placeLine(flow.page, { face: 'bold', size: 13 }, line.text, { centre }, y)
    y += 15
  }
  flow.page.rules.push({ x1: centre - 28, y1: y + 2.5, x2: centre + 28, y2: y + 2.5, thickness: 0.75 })
  return y
}

/** A number that is not typed yet is a gap between “Số:” and the symbol, two words apart. */
function writeNumber(flow: Flow, random: Random, { number, symbol }: Recipe, centre: number, top: number): void {
  const style = { face: 'regular', size: 13 } as const
  if (number !== null) {
    placeLine(flow.page, style, `Số: ${number}/${symbol}`, { centre }, top)
    return
  }
  const gap = random.pick([29.2, 32.4, 34.9, 45.5])
  const whole = measure(style, 'Số:') + gap + measure(style, `/${symbol}`)
  const start = placeLine(flow.page, style, 'Số:', { left: Math.max(70, centre - whole / 2) }, top)
  placeLine(flow.page, style, `/${symbol}`, { left: start.end + gap }, top)
}

function writeDate(flow: Flow, random: Random, { place, date }: Recipe, centre: number, top: number): void {
  const style = { face: 'italic', size: random.chance(0.5) ? 13 : 14 } as const
  const day = String(date.day).padStart(2, '0')
  const month = date.month < 3 ? String(date.month).padStart(2, '0') : String(date.month)
  const pieces =
    date.typed === 'full' ? [`${place}, ngày ${day} tháng ${month} năm ${date.year}`]
    : date.typed === 'half' ? [`${place}, ngày`, `tháng ${month} năm ${date.year}`]
    : [`${place}, ngày`, 'tháng', `năm ${date.year}`]
  const gaps = [17.5, 14.0]
  const whole = pieces.reduce((sum, piece, index) => sum + measure(style, piece) + (index === 0 ? 0 : (gaps[index - 1] ?? 0)), 0)
  let x = centre - whole / 2
  for (const [index, piece] of pieces.entries()) x = placeLine(flow.page, style, piece, { left: x }, top).end + (gaps[index] ?? 0)
}
