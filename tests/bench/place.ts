import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readLandmarks } from '../../agent/signing/placement/read-landmarks.ts'
import { loadTextPages } from '../../agent/signing/placement/text-pages.ts'
import { drawRecipes } from '../../demo/seed/draw-recipe.ts'
import { sampleRecipe } from '../../demo/seed/sample-recipe.ts'
import { timeMs, type Row } from './measure.ts'

const runs = 15

/**
 * Reading for the places of an act, warm: the file is opened and every page up to the signing block is read. A page of a long
 * document, and a document of one page, which pays for the opening alone.
 */
export async function benchPlace(folder: string): Promise<Row[]> {
  const draw = drawRecipes(path.join(folder, 'authority'))
  const openTextPages = await loadTextPages()
  const rows: Row[] = []
  for (const pages of [1, 13, 60]) {
    const file = path.join(folder, `${pages}.pdf`)
    writeFileSync(file, await draw(JSON.stringify(sampleRecipe({ pages }))))
    const times: number[] = []
    let read = 0
    for (let run = 0; run <= runs; run++) {
      times.push(await timeMs(async () => {
        const { block, pages: seen } = await readLandmarks(openTextPages, file)
        if (!block) throw new Error('no signing block')
        read = seen.length
      }))
    }
    rows.push({ name: `place, ${read} of ${pages} pages read: a page`, value: Math.min(...times) / read, unit: 'ms', limit: { most: 40 } })
  }
  return rows
}
