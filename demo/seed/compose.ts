import { beginFlow, heightOf, placeLine, turnPage, writeParagraph } from './flow.ts'
import type { Flow, ParagraphStyle } from './flow.ts'
import { writeHeading } from './heading.ts'
import { articlesOf, groundsOf, inventParagraphs, inventRows } from './prose.ts'
import type { Paragraph } from './prose.ts'
import { randomFrom } from './random.ts'
import type { Random } from './random.ts'
import type { Recipe } from './recipe.ts'
import { blockHeight, writeSigningBlock } from './signing-block.ts'
import type { SigningBlock } from './signing-block.ts'
import { kinds } from './subjects.ts'
import type { DrawnPage } from './typeset.ts'

export interface Composition {
  pages: DrawnPage[]
  /** None on an attachment. */
  block: SigningBlock | null
  /** Where the last words end, for the drafter's initials. */
  lastWords: { page: number; end: number; baseline: number }
}

const papers = { a4: { width: 595.28, height: 841.89 }, letter: { width: 612, height: 792 } }
const body: ParagraphStyle = { face: 'regular', size: 14, indent: 28.35, pitch: 18.5, after: 5, align: 'justify' }
const centred: ParagraphStyle = { face: 'bold', size: 14, indent: 0, pitch: 17, after: 2, align: 'centre' }
const italic: ParagraphStyle = { ...body, face: 'italic' }
const styles: Record<Paragraph['kind'], ParagraphStyle> = {
  text: body, heading: { ...body, face: 'bold', align: 'left' }, point: { ...body, face: 'bold', align: 'left' },
}

/** Sets a document in pages: the same recipe always gives the same pages. */
export function compose(recipe: Recipe): Composition {
  const random = randomFrom(recipe.seed)
  const right = random.pick([42.5, 42.5, 56.7])
  const flow = beginFlow(papers[recipe.paper], { left: 85, right, top: 56.7, bottom: 56.7 })
  if (recipe.part === 'attachment') return composeAttachment(flow, random, recipe)
  writeHeading(flow, random, recipe)
  writeTitle(flow, recipe)
  const topic = recipe.title.replace(/^(V\/v|Về việc) /, '').replace(/^./, (first) => first.toLowerCase())
  const paragraphs = inventParagraphs(random, { agency: recipe.agency, topic })
  const decides = recipe.kind === 'Quyết định'
  const lastWords = decides ? writeDecision(flow, random, recipe, topic) : writeLetter(flow, random, recipe, paragraphs)
  const block = writeSigningBlock(flow, random, recipe)
  if (recipe.regulationFollows) writeRegulation(flow, recipe, paragraphs)
  return { pages: flow.pages, block, lastWords }
}

function writeTitle(flow: Flow, recipe: Recipe): void {
  const heading = kinds.find(({ kind }) => kind === recipe.kind)?.heading ?? null
  if (heading !== null) {
    flow.y += 10
    writeParagraph(flow, centred, heading)
    writeParagraph(flow, centred, recipe.title)
    flow.page.rules.push({ x1: flow.page.width / 2 - 40, y1: flow.y + 1, x2: flow.page.width / 2 + 54, y2: flow.y + 1, thickness: 0.75 })
    flow.y += 14
  }
  const [first, ...others] = recipe.addressees
  if (first === undefined) return
  flow.y += 4
  if (others.length === 0) writeParagraph(flow, { ...centred, face: 'regular', after: 10 }, `Kính gửi: ${first}.`)
  else {
    const left = flow.sides.left + 90
    for (const [index, line] of ['Kính gửi:', ...recipe.addressees.map((name) => `- ${name};`)].entries()) {
      placeLine(flow.page, { face: 'regular', size: 14 }, line, { left: index === 0 ? left : left + 62 }, flow.y)
      flow.y += 18
    }
    flow.y += 8
  }
}

function writeLetter(flow: Flow, random: Random, recipe: Recipe, paragraphs: Iterator<Paragraph, never>): Composition['lastWords'] {
  const fill = random.pick([0.15, 0.35, 0.6, 0.8, 1, 1])
  fillPages(flow, paragraphs, recipe.pages, (space) => blockHeight(recipe) + space * (1 - fill))
  const last = writeParagraph(flow, body, 'Trân trọng đề nghị quý cơ quan quan tâm phối hợp thực hiện./.')
  const lowest = flow.sides.bottom - blockHeight(recipe)
  // A full last page has its block at the very end, as offices stretch their lines to have it.
  if (fill === 1 && flow.y < lowest && lowest - flow.y < 110) flow.y = lowest
  return last
}

/** Writes on until `pages` are there and the last keeps free what `reserve` asks of the room below the writing. */
function fillPages(flow: Flow, paragraphs: Iterator<Paragraph, never>, pages: number, reserve: (space: number) => number): void {
  // Two lines of closing words and their space go under the last paragraph.
  const closing = 2 * body.pitch + body.after + 2
  let limit: number | null = null
  let pending: Paragraph[] = []
  for (;;) {
    const paragraph = paragraphs.next().value
    pending.push(paragraph)
    // A heading waits for the text under it, so that none is left alone.
    if (paragraph.kind !== 'text') continue
    if (flow.pages.length >= pages) {
      limit ??= flow.sides.bottom - closing - reserve(Math.max(0, flow.sides.bottom - closing - flow.y - reserve(0)))
      if (flow.y + pending.reduce((sum, { kind, text }) => sum + heightOf(flow, styles[kind], text), 0) > limit) return
    }
    for (const { kind, text } of pending) writeParagraph(flow, styles[kind], text)
    pending = []
  }
}

function writeDecision(flow: Flow, random: Random, recipe: Recipe, topic: string): Composition['lastWords'] {
  writeParagraph(flow, { ...centred, after: 6 }, authorityOf(recipe))
  for (const ground of groundsOf(random, topic)) writeParagraph(flow, { ...italic, after: 3 }, ground)
  flow.y += 4
  writeParagraph(flow, { ...centred, after: 6 }, 'QUYẾT ĐỊNH:')
  let last = { page: 0, end: 0, baseline: 0 }
  for (const article of articlesOf(random, topic)) last = writeParagraph(flow, body, article)
  return last
}

/** Whose decision it is, over the grounds. */
function authorityOf({ heading }: Recipe): string {
  const body = heading.join(' ')
  return body.startsWith('SỞ') ? `GIÁM ĐỐC ${body}` : body
}

/** What a decision puts into force, from a page of its own, with a heading and without a signing block. */
function writeRegulation(flow: Flow, recipe: Recipe, paragraphs: Iterator<Paragraph, never>): void {
  turnPage(flow)
  writeParagraph(flow, centred, 'QUY CHẾ')
  writeParagraph(flow, centred, recipe.title)
  writeParagraph(flow, { ...centred, face: 'italic', after: 10 }, `(Ban hành kèm theo Quyết định số          /${recipe.symbol})`)
  fillPages(flow, paragraphs, Math.max(recipe.pages, flow.pages.length), () => 60)
}

function composeAttachment(flow: Flow, random: Random, recipe: Recipe): Composition {
  writeParagraph(flow, { ...centred, after: 4 }, recipe.title.toUpperCase())
  writeParagraph(flow, centred, 'BIỂU TỔNG HỢP SỐ LIỆU VÀ PHÂN CÔNG NHIỆM VỤ')
  const belongsTo = `(Kèm theo văn bản số: ${recipe.number ?? '        '}/${recipe.symbol} của ${recipe.agency})`
  writeParagraph(flow, { ...centred, face: 'italic', after: 12 }, belongsTo)
  const rowHeight = 21
  const perPage = Math.floor((flow.sides.bottom - flow.sides.top) / rowHeight) - 2
  const rows = inventRows(random, Math.max(8, perPage * recipe.pages - random.between(6, 14)))
  writeRow(flow, rowHeight, 'bold', ['STT', 'Cơ quan, đơn vị', 'Kế hoạch', 'Thực hiện'])
  for (const [index, { name, planned, done }] of rows.entries()) {
    if (flow.y + rowHeight > flow.sides.bottom) {
      turnPage(flow)
      writeRow(flow, rowHeight, 'bold', ['STT', 'Cơ quan, đơn vị', 'Kế hoạch', 'Thực hiện'])
    }
    writeRow(flow, rowHeight, 'regular', [String(index + 1), name, String(planned), String(done)])
  }
  return { pages: flow.pages, block: null, lastWords: { page: 0, end: flow.sides.left, baseline: flow.y } }
}

function writeRow(flow: Flow, height: number, face: 'regular' | 'bold', cells: [string, string, string, string]): void {
  const { left, right } = flow.sides
  const edges = [left, left + 36, right - 150, right - 75, right]
  const [top, bottom] = [flow.y, flow.y + height]
  for (const x of edges) flow.page.rules.push({ x1: x, y1: top, x2: x, y2: bottom, thickness: 0.5 })
  for (const y of [top, bottom]) flow.page.rules.push({ x1: left, y1: y, x2: right, y2: y, thickness: 0.5 })
  for (const [index, text] of cells.entries()) {
    const [from = left, to = right] = edges.slice(index)
    const named = index === 1 && face === 'regular'
    placeLine(flow.page, { face, size: 12 }, text, named ? { left: from + 4 } : { centre: (from + to) / 2 }, top + 3.5)
  }
  flow.y = bottom
}
