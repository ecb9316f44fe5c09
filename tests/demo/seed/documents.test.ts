import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compose } from '../../../demo/seed/compose.ts'
import { drawRecipes } from '../../../demo/seed/draw-recipe.ts'
import type { Recipe } from '../../../demo/seed/recipe.ts'
import { seedSystem } from '../../../demo/seed/seed-system.ts'
import { ascent, descent } from '../../../demo/seed/typeset.ts'
import { openStore } from '../../../demo/store.ts'

const today = new Date('2026-03-05T03:00:00Z')
let folder: string
let recipes: Recipe[]
let draw: (recipe: string) => Promise<Uint8Array>

function seededRecipes(): Recipe[] {
  const store = openStore(':memory:')
  seedSystem(store, {}, today)
  const rows = store.all<{ recipe: string }>('select recipe from versions order by id')
  store.close()
  return rows.map(({ recipe }) => JSON.parse(recipe) as Recipe)
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qlvb-seed-'))
  recipes = seededRecipes()
  draw = drawRecipes(join(folder, 'authority'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The first few recipes of a kind, drawn into files. */
async function drawn(wanted: (recipe: Recipe) => boolean, count: number): Promise<{ recipe: Recipe; path: string; bytes: Uint8Array }[]> {
  const chosen = recipes.filter(wanted).slice(0, count)
  expect(chosen).toHaveLength(count)
  return await Promise.all(chosen.map(async (recipe) => {
    const path = join(folder, `${recipe.seed}-${recipe.part}.pdf`)
    const bytes = await draw(JSON.stringify(recipe))
    await writeFile(path, bytes)
    return { recipe, path, bytes }
  }))
}

const textOf = (path: string, ...options: string[]): string =>
  execFileSync('pdftotext', ['-layout', ...options, path, '-'], { encoding: 'utf8' })
const documents = ({ part }: Recipe): boolean => part === 'document'

describe('the seeded documents together', () => {
  it('are the same on the same day', () => {
    expect(seededRecipes()).toEqual(recipes)
  })

  it('are 200 outgoing and 200 incoming, of every kind that is met', () => {
    const main = recipes.filter(documents)
    expect(main).toHaveLength(400)
    const kinds = (key: (recipe: Recipe) => unknown): Set<unknown> => new Set(main.map(key))
    expect(kinds(({ medium }) => medium)).toEqual(new Set(['text', 'scan', 'scan-ocr']))
    expect(kinds(({ paper }) => paper)).toEqual(new Set(['a4', 'letter']))
    expect(kinds(({ crossReference }) => crossReference)).toEqual(new Set(['classic', 'stream']))
    expect(kinds(({ titleLines }) => titleLines.length)).toEqual(new Set([1, 2, 3]))
    expect(kinds(({ gap }) => gap)).toEqual(new Set([49, 73, 76, 80, 81, 89, 93, 98]))
    expect(kinds(({ date }) => date.typed)).toEqual(new Set(['full', 'half', 'blank']))
    const signed = kinds(({ signatures }) => signatures.map(({ kind }) => kind).join('+'))
    expect(signed).toEqual(new Set(['', 'initials', 'leader', 'leader+agency']))
    expect(Math.min(...main.map(({ pages }) => pages))).toBe(1)
    expect(Math.max(...main.map(({ pages }) => pages))).toBe(12)
    expect(recipes.filter(({ part }) => part === 'attachment').length).toBeGreaterThan(40)
  })
})

describe('a seeded document', () => {
  it('holds its measured places: the same middle for title and name, the gap, and the block inside the page', () => {
    for (const recipe of recipes.filter(documents)) {
      const { pages, block } = compose(recipe)
      const page = block === null ? undefined : pages[block.page]
      if (block === null || page === undefined) throw new Error('a document has a signing block')
      expect(block.nameTop - block.titleBottom).toBeCloseTo(recipe.gap, 5)
      expect(block.centre / page.width).toBeGreaterThanOrEqual(0.69)
      expect(block.centre / page.width).toBeLessThanOrEqual(0.76)
      const name = page.texts.find(({ text, baseline }) => text === recipe.name && Math.abs(baseline - ascent * 14 - block.nameTop) < 0.01)
      expect(name).toBeDefined()
      expect((name?.baseline ?? Infinity) + descent * 14).toBeLessThan(page.height - 50)
    }
  })

  it('has its name at the very end of the page now and then, and its block on a page of many', () => {
    const blocks = recipes.filter(documents).map((recipe) => ({ recipe, ...compose(recipe) }))
    const low = blocks.filter(({ pages, block }) => block !== null && (pages[block.page]?.height ?? 0) - block.nameTop < 85)
    expect(low.length).toBeGreaterThan(5)
    const early = blocks.filter(({ pages, block }) => block !== null && block.page === 0 && pages.length > 3)
    expect(early.length).toBeGreaterThan(5)
  })

  it('opens, and reads as its kind demands', async () => {
    for (const { recipe, path, bytes } of await drawn((recipe) => documents(recipe) && recipe.medium === 'text', 24)) {
      expect(spawnSync('qpdf', ['--check', path]).status).toBe(0)
      const text = textOf(path).normalize('NFC')
      expect(text).toMatch(/CỘNG (HÒA|HOÀ) XÃ HỘI CHỦ NGHĨA VIỆT NAM/)
      expect(text).toMatch(/Độc lập [-–] Tự do [-–] Hạnh phúc/)
      expect(text).toMatch(new RegExp(`Số: ${recipe.number ?? ' +'}/${recipe.symbol}`))
      expect(text).toContain('Nơi nhận:')
      expect(text).toContain(recipe.name)
      for (const line of recipe.titleLines) expect(text).toContain(line)
      expect(bytes.length).toBeGreaterThan(20_000)
      expect(bytes.length).toBeLessThan(150_000 + 200_000 * recipe.signatures.length)
    }
  })

  it('has its pages, also when the block stands on the first of many', async () => {
    const follows = await drawn(({ regulationFollows }) => regulationFollows, 3)
    const others = await drawn((recipe) => documents(recipe) && recipe.medium === 'text' && recipe.pages >= 8, 3)
    for (const { recipe, path } of [...follows, ...others]) {
      const pages = Number(/Pages: +(\d+)/.exec(execFileSync('pdfinfo', [path], { encoding: 'utf8' }))?.[1])
      expect(Math.abs(pages - recipe.pages)).toBeLessThanOrEqual(1)
      if (!recipe.regulationFollows) expect(textOf(path, '-f', String(pages))).toContain(recipe.name)
      else expect(compose(recipe).block?.page).toBeLessThan(2)
    }
  })

  it('has the cross-references that it is to have', async () => {
    for (const { recipe, bytes } of await drawn((recipe) => documents(recipe) && recipe.signatures.length === 2, 12)) {
      const text = Buffer.from(bytes).toString('latin1')
      expect(text.includes('/Type /ObjStm')).toBe(recipe.crossReference === 'stream')
      expect(/\nxref\n/.test(text)).toBe(recipe.crossReference === 'classic')
    }
  })

  it('is a picture without text when it is scanned, and garbage where a machine has read it', async () => {
    for (const { path } of await drawn((recipe) => recipe.medium === 'scan' && recipe.signatures.length === 0, 2)) {
      expect(spawnSync('qpdf', ['--check', path]).status).toBe(0)
      expect(textOf(path).trim()).toBe('')
      expect(execFileSync('pdfimages', ['-list', path], { encoding: 'utf8' })).toMatch(/image .* gray /)
    }
    for (const { path } of await drawn(({ medium }) => medium === 'scan-ocr', 2)) {
      const text = textOf(path)
      expect(text).toContain('xA HQI CHii NGHIA')
      expect(text.normalize('NFD')).not.toMatch(/\p{M}/u)
    }
  })

  it('carries valid signatures where it is signed already, the last over the whole file', async () => {
    const signed = await drawn((recipe) => documents(recipe) && recipe.signatures.length > 0, 14)
    const attachments = await drawn((recipe) => recipe.part === 'attachment' && recipe.signatures.length > 0, 2)
    for (const { recipe, path } of [...signed, ...attachments]) {
      const report = execFileSync('pdfsig', ['-nocert', path], { encoding: 'utf8' })
      expect(report.match(/Signature Validation: Signature is Valid\./g)).toHaveLength(recipe.signatures.length)
      expect(report.match(/ - Total document signed/g)).toHaveLength(1)
      expect(spawnSync('qpdf', ['--check', path]).status).toBe(0)
    }
  })
})
