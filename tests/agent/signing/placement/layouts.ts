import { compose, type Composition } from '../../../../demo/seed/compose.ts'
import { drawPicturePdf, drawTextPdf } from '../../../../demo/seed/draw-pdf.ts'
import type { Recipe } from '../../../../demo/seed/recipe.ts'
import { sampleRecipe } from '../../../../demo/seed/sample-recipe.ts'
import { scanPages } from '../../../../demo/seed/scan.ts'
import { measure, type DrawnPage, type TextItem } from '../../../../demo/seed/typeset.ts'

/** A generated document with the truth about where its parts stand. Lengths from the left and the top of the page. */
export interface Layout {
  name: string
  bytes: Uint8Array
  pages: DrawnPage[]
  /** Undefined where there is nothing that could be found. */
  block: NonNullable<Composition['block']> | undefined
  number: { typed: string | null; left: number; right: number } | undefined
  day: { typed: boolean; left: number; right: number } | undefined
  month: { typed: boolean; left: number; right: number } | undefined
}

export interface LayoutWish extends Partial<Recipe> {
  name: string
  /** Changes what was composed: size of the page, the distance between things. */
  change?: (pages: DrawnPage[]) => undefined | { movesBlock: { dx: number; dy: number } }
}

/** Draws a layout; what it is about is taken from the pages that were composed, not from what was read. */
export async function drawLayout({ name, change, ...wish }: LayoutWish): Promise<Layout> {
  const recipe: Recipe = sampleRecipe(wish)
  const { pages, block } = compose(recipe)
  const moved = change?.(pages)?.movesBlock ?? { dx: 0, dy: 0 }
  const properties = { title: recipe.title, author: recipe.agency, at: '2026-05-13T00:00:00Z' }
  const readable = recipe.medium === 'text'
  const bytes = readable ? await drawTextPdf(pages, properties) : await drawPicturePdf(scanPages(pages, recipe.seed, recipe.medium === 'scan-ocr'), properties)
  return { name, bytes, pages, block: readable && block ? { ...block, centre: block.centre + moved.dx, titleBottom: block.titleBottom + moved.dy, nameTop: block.nameTop + moved.dy } : undefined, ...(readable ? headOf(pages[0]?.texts ?? []) : { number: undefined, day: undefined, month: undefined }) }
}

function headOf(texts: readonly TextItem[]): Pick<Layout, 'number' | 'day' | 'month'> {
  const at = (start: string): TextItem | undefined => texts.find(({ text }) => text.startsWith(start))
  const number = at('Số:')
  const day = texts.find(({ text }) => /, ngày/.test(text))
  const month = at('tháng')
  const year = at('năm')
  return {
    number: number && (number.text === 'Số:' ? { typed: null, left: endOf(number), right: texts.find(({ text }) => text.startsWith('/'))?.x ?? 0 } : { typed: number.text, left: 0, right: 0 }),
    day: day && (/ngày$/.test(day.text) ? { typed: false, left: endOf(day), right: month?.x ?? 0 } : { typed: true, left: 0, right: 0 }),
    month: month && (month.text === 'tháng' ? { typed: false, left: endOf(month), right: year?.x ?? 0 } : { typed: true, left: 0, right: 0 }),
  }
}

function endOf({ face, size, text, x }: TextItem): number {
  return x + measure({ face, size }, text)
}
