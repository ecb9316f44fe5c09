import { placeLine, turnPage } from './flow.ts'
import type { Flow } from './flow.ts'
import type { Random } from './random.ts'
import type { Recipe } from './recipe.ts'
import { ascent, breakLines, descent } from './typeset.ts'

/** The signing block as it stands on its page; lengths from the left and top edges. */
export interface SigningBlock {
  page: number
  /** Middle of the title and of the name. */
  centre: number
  titleBottom: number
  nameTop: number
}

const nameSize = 14
const listPitch = 12.6

export function blockHeight({ titleLines, gap, recipients }: Recipe): number {
  const signing = titleLines.length * 16.5 + gap + nameSize * (ascent + descent)
  return Math.max(signing, 15 + recipients.length * listPitch) + 4
}

/** “Nơi nhận” on the left; title lines, a gap for the signature, and the name on the right, from the same height. */
export function writeSigningBlock(flow: Flow, random: Random, recipe: Recipe): SigningBlock {
  if (flow.y + blockHeight(recipe) > flow.sides.bottom) turnPage(flow)
  const top = flow.y + 2
  const centre = flow.page.width * (random.between(695, 745) / 1000)
  writeRecipients(flow, recipe, top)
  let titleBottom = top
  for (const [index, line] of recipe.titleLines.entries()) {
    const placed = placeLine(flow.page, { face: 'bold', size: 13 }, line, { centre }, top + index * 16.5)
    titleBottom = placed.baseline + descent * 13
  }
  const nameTop = titleBottom + recipe.gap
  placeLine(flow.page, { face: 'bold', size: nameSize }, recipe.name, { centre }, nameTop)
  flow.y = top + blockHeight(recipe)
  return { page: flow.pages.length - 1, centre, titleBottom, nameTop }
}

function writeRecipients(flow: Flow, { recipients }: Recipe, top: number): void {
  const { left } = flow.sides
  placeLine(flow.page, { face: 'bold-italic', size: 12 }, 'Nơi nhận:', { left }, top)
  let y = top + 15
  for (const line of recipients.flatMap((text) => breakLines({ face: 'regular', size: 11 }, text, 210))) {
    placeLine(flow.page, { face: 'regular', size: 11 }, line.text, { left }, y)
    y += listPitch
  }
}
