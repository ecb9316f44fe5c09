import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leaderPlace, sealPlace } from '../../../../agent/signing/placement/decide-places.ts'
import { sureFrom, type Landmarks } from '../../../../agent/signing/placement/find-landmarks.ts'
import { readLandmarks } from '../../../../agent/signing/placement/read-landmarks.ts'
import { loadTextPages, type TextPages } from '../../../../agent/signing/placement/text-pages.ts'
import { sampleTitles as titles } from '../../../../demo/seed/sample-recipe.ts'
import { measure, type DrawnPage } from '../../../../demo/seed/typeset.ts'
import { drawLayout, type Layout, type LayoutWish } from './layouts.ts'

let folder: string
let openTextPages: (path: string) => Promise<TextPages>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'antin-landmarks-'))
  openTextPages = await loadTextPages()
})
afterAll(() => rmSync(folder, { recursive: true }))

async function read(bytes: Uint8Array): Promise<Landmarks> {
  const path = join(folder, 'layout.pdf')
  writeFileSync(path, bytes)
  return readLandmarks(openTextPages, path)
}

const gaps = [49, 60, 73, 80, 89, 98]
const numbers = ['7', '42', '348', '2061', '11410']

/** A page on its side: the block comes up to where there is room, in the place of the last lines, and the right half goes to the right. */
function lay(pages: DrawnPage[]): { movesBlock: { dx: number; dy: number } } {
  const [width, height, blockTop] = [842, 595.3, 330]
  const dx = width - 595.28
  let dy = 0
  for (const page of pages) {
    const top = page.texts.find(({ text }) => text === 'Nơi nhận:')?.baseline
    dy = blockTop - (top ?? blockTop)
    page.texts = page.texts.filter(({ baseline }) => baseline < blockTop - 16 || (top !== undefined && baseline > top - 3))
    for (const text of page.texts) {
      const inBlock = top !== undefined && text.baseline > top - 3
      if (inBlock) text.baseline += dy
      if (text.x > 0.42 * page.width && (inBlock || text.baseline < 115)) text.x += dx
    }
    Object.assign(page, { width, height })
  }
  return { movesBlock: { dx, dy } }
}

const layouts: LayoutWish[] = [
  ...gaps.flatMap((gap) => titles.map((titleLines, index) => ({ name: `${index + 1} title lines, gap ${gap}`, titleLines, gap, seed: gap + index }))),
  ...titles.flatMap((titleLines, index) => [1, 3, 6].map((pages) => ({ name: `${index + 1} title lines on page ${pages}`, titleLines, pages, seed: 40 + pages }))),
  ...titles.map((titleLines, index) => ({ name: `Letter, ${index + 1} title lines`, paper: 'letter' as const, titleLines, pages: 2, seed: 60 + index })),
  ...numbers.map((number) => ({ name: `number ${number} typed`, number, date: { year: 2026, month: 11, day: 28, typed: 'full' as const } })),
  ...[21, 22, 23, 24, 25, 26].map((seed) => ({ name: `number blank, another gap (${seed})`, seed })),
  { name: 'month typed', date: { year: 2026, month: 8, day: 1, typed: 'half' } },
  ...[1, 2, 3].map((seed) => ({ name: `decision on page 1 with a regulation after it (${seed})`, kind: 'Quyết định', regulationFollows: true, pages: 13, seed: 70 + seed, addressees: [] })),
  ...[81, 82, 83, 84, 85, 86].map((seed) => ({ name: `other prose (${seed})`, seed, kind: seed % 2 === 0 ? 'Tờ trình' : 'Báo cáo', pages: 2 })),
  { name: 'cross-reference streams', crossReference: 'stream' },
  ...[0, 1, 2].map((index) => ({
    name: `landscape, ${index + 1} title lines`, titleLines: titles[index] ?? [], change: lay,
  })),
]

describe.each(layouts)('$name', (wish) => {
  let layout: Layout
  let found: Landmarks
  beforeAll(async () => {
    layout = await drawLayout(wish)
    found = await read(layout.bytes)
  })

  test('the block is found where it stands', () => {
    const { block } = layout
    if (!block || !found.block) throw new Error('no block')
    expect(found.block.page).toBe(block.page)
    expect(Math.abs(found.block.centre - block.centre)).toBeLessThan(3)
    expect(Math.abs(found.block.nameTop - found.block.titleBottom - (block.nameTop - block.titleBottom))).toBeLessThan(4)
    expect(Math.abs(found.block.titleBottom - block.titleBottom)).toBeLessThan(4)
    expect(found.confidence).toBeGreaterThanOrEqual(sureFrom)
    expect(found.doubt).toBeUndefined()
  })

  test('the hand stands between title and name, and the seal covers its left third', () => {
    const { block } = found
    const page = layout.pages[block?.page ?? 0]
    if (!block || !page) throw new Error('no block')
    const shown = { index: block.page, width: page.width, height: page.height }
    const hand = leaderPlace(block, shown, { width: 640, height: 318 })
    expect(Math.abs(hand.x + hand.width / 2 - block.centre)).toBeLessThan(3)
    expect(Math.abs(hand.y + hand.height / 2 - (page.height - (block.titleBottom + block.nameTop) / 2))).toBeLessThan(1)
    const seal = sealPlace(hand, shown, 36)
    const overlap = (Math.min(hand.x + hand.width, seal.x + seal.width) - hand.x) / hand.width
    expect(overlap).toBeGreaterThanOrEqual(0.3)
    expect(overlap).toBeLessThanOrEqual(0.42)
    expect(seal.width).toBeCloseTo(102.05, 1)
    for (const { x, y, width, height } of [hand, seal]) {
      expect([x >= 0, y >= 0, x + width <= page.width, y + height <= page.height]).toEqual([true, true, true, true])
    }
  })

  test('number, day and month are typed or blank where they are', () => {
    const { head } = found
    expect(head?.nation).toBeDefined()
    for (const [mine, truth] of [[head?.number, layout.number], [head?.date?.day, layout.day], [head?.date?.month, layout.month]] as const) {
      if (!truth?.right) expect(mine?.typed).not.toBe('')
      else expect([mine?.typed, Math.abs((mine?.left ?? 0) - truth.left) < 1, Math.abs((mine?.right ?? 0) - truth.right) < 1]).toEqual(['', true, true])
    }
  })
})

test('there are enough layouts', () => {
  expect(layouts.length + silent.length).toBeGreaterThanOrEqual(60)
})

const silent: LayoutWish[] = [
  ...[1, 2, 3].map((seed) => ({ name: `a scan (${seed})`, medium: 'scan' as const, seed })),
  ...[4, 5, 6].flatMap((seed) => titles.map((titleLines, index) => ({ name: `a scan with misread text (${seed}, ${index + 1} title lines)`, medium: 'scan-ocr' as const, titleLines, seed }))),
  { name: 'an attachment', part: 'attachment' },
]

test.each(silent)('of $name nothing is claimed', async (wish) => {
  const { bytes } = await drawLayout(wish)
  const { block, doubt, confidence } = await read(bytes)
  expect(doubt).toBeDefined()
  expect(confidence).toBeLessThan(sureFrom)
  expect(block).toBeUndefined()
})

const spoilt: [string, (pages: DrawnPage[]) => unknown][] = [
  ['the national name is misread', ([page]) => page?.texts.forEach((text) => (text.text = text.text.replace('CỘNG', 'CQNG')))],
  ['there is no name under the title', (pages) => pages.at(-1)?.texts.splice(-1, 1)],
  ['the name stands elsewhere', (pages) => pages.at(-1)?.texts.slice(-1).forEach((text) => (text.x -= 90))],
  ['two titles stand side by side', (pages) => {
    const page = pages.at(-1)
    const title = page?.texts.find(({ text }) => text === 'GIÁM ĐỐC')
    if (title) page?.texts.push({ ...title, text: 'VỤ TRƯỞNG', x: title.x - 120 })
  }],
  ['text stands where the hand goes', (pages) => {
    const page = pages.at(-1)
    const title = page?.texts.find(({ text }) => text === 'GIÁM ĐỐC')
    if (title) page?.texts.push({ ...title, text: '(Đã ký)', baseline: title.baseline + 40 })
  }],
]

test.each(spoilt)('where %s, it is said that the place is not sure', async (_, change) => {
  const { bytes } = await drawLayout({ name: 'spoilt', change: (pages) => void change(pages) })
  const { doubt, confidence } = await read(bytes)
  expect(doubt).toBeDefined()
  expect(confidence).toBeLessThan(sureFrom)
})

test('words in one piece with their blanks are read like words apart', async () => {
  const [wide, narrow] = ['Số:           /SNV-TCCB', 'ngày       tháng      năm 2026']
  const layout = await drawLayout({
    name: 'one piece',
    change([page]) {
      const [number, day] = ['Số:', 'Sơn Lâm, ngày'].map((start) => page?.texts.find(({ text }) => text === start))
      if (!page || !number || !day) throw new Error('no head')
      page.texts = page.texts.filter(({ text }) => !['/SNV-TCCB', 'tháng', 'năm 2026'].includes(text))
      number.text = wide
      day.text = `Sơn Lâm, ${narrow}`
      return undefined
    },
  })
  const { head } = await read(layout.bytes)
  const texts = layout.pages[0]?.texts ?? []
  const edges = (whole: string, before: string, after: string): number[] => {
    const item = texts.find(({ text }) => text.normalize('NFC').includes(whole))
    const start = item?.text.normalize('NFC').indexOf(before) ?? 0
    const lead = (text: string): number => (item?.x ?? 0) + measure({ face: item?.face ?? 'regular', size: item?.size ?? 0 }, text)
    const text = item?.text.normalize('NFC') ?? ''
    return [lead(text.slice(0, start + before.length)), lead(text.slice(0, text.indexOf(after, start)))]
  }
  for (const [part, expected] of [
    [head?.number, edges(wide, 'Số:', '/')],
    [head?.date?.day, edges(narrow, 'ngày', 'tháng')],
    [head?.date?.month, edges(narrow, 'tháng', 'năm')],
  ] as const) {
    expect(part?.typed).toBe('')
    expect(Math.abs((part?.left ?? 0) - (expected[0] ?? 0))).toBeLessThan(2.5)
    expect(Math.abs((part?.right ?? 0) - (expected[1] ?? 0))).toBeLessThan(2.5)
  }
})

test('the initials go behind the last words', async () => {
  const layout = await drawLayout({ name: 'words', pages: 3 })
  const { lastWords } = await read(layout.bytes)
  const page = layout.pages.findIndex(({ texts }) => texts.some(({ text }) => text.endsWith('./.')))
  expect(lastWords?.page).toBe(page)
  expect(lastWords?.right).toBeGreaterThan(300)
})
