/** `npm run gallery -- --out DIR`: every act on generated documents, before and after, as pictures to look at. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { ActRequest } from '../agent/signing/acts/act.ts'
import { createDocumentWorkers } from '../agent/signing/document-workers.ts'
import { homeAgency } from '../demo/seed/agencies.ts'
import { drawRecipes } from '../demo/seed/draw-recipe.ts'
import { writeImages } from '../demo/seed/images.ts'
import type { Recipe, SignatureRecipe } from '../demo/seed/recipe.ts'
import { sampleAttachment, sampleComment, sampleRecipe, sampleTitles } from '../demo/seed/sample-recipe.ts'
import { scribbleOf } from '../demo/seed/scribble.ts'
import { makeSigner } from '../tests/agent/signing/signer.ts'

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string', default: '' } } })
const out = path.resolve(values.out ?? mkdtempSync(path.join(tmpdir(), 'antin-gallery-')))
mkdirSync(out, { recursive: true })
const work = mkdtempSync(path.join(tmpdir(), 'antin-gallery-work-'))

interface Picture {
  name: string
  recipe: Partial<Recipe>
  /** Signed by one after the other; each on what the one before left. */
  acts: Act[]
  /** Shown pages, from 1. */
  pages: number[]
}

interface Act {
  by: 'leader' | 'agency'
  request: (images: Images) => Partial<ActRequest> & Pick<ActRequest, 'act'>
}

interface Images {
  signature: string
  seal: string
  initials: string
}

const date = { day: 13, month: 5, year: 2026 }
const initials: Act = { by: 'leader', request: (images) => ({ act: 'initials', image: images.initials }) }
const approve: Act = { by: 'leader', request: (images) => ({ act: 'approve', image: images.signature, lines: [] }) }
const issue = (number: string): Act => ({
  by: 'agency',
  request: (images) => ({ act: 'issue', image: images.seal, lines: [], sealMm: 36, number, date }),
})
const income: Act = { by: 'agency', request: () => ({ act: 'income', agency: homeAgency.name, number: '1284', date: { ...date, day: 14 } }) }
const comment: Act = { by: 'leader', request: () => ({ act: 'comment', text: sampleComment, holder: homeAgency.head }) }
const appendix: Act = { by: 'agency', request: () => ({ act: 'appendix', code: `2061/${sampleRecipe().symbol}` }) }
const copy: Act = { by: 'agency', request: () => ({ act: 'copy', form: 'full', agency: homeAgency.name }) }

const leaderOf = (certifies: boolean): SignatureRecipe => ({
  kind: 'leader', holder: homeAgency.head, organisation: homeAgency.name, place: homeAgency.place, at: '2026-05-13T02:00:00Z', certifies,
})
const titled = (index: number): Pick<Recipe, 'titleLines'> => ({ titleLines: sampleTitles[index] ?? [] })

const pictures: Picture[] = [
  { name: 'approve', recipe: {}, acts: [approve], pages: [1] },
  { name: 'approve-low-block', recipe: { ...titled(2), gap: 49 }, acts: [approve], pages: [1] },
  { name: 'approve-initialled', recipe: titled(1), acts: [initials, approve], pages: [1] },
  { name: 'issue', recipe: {}, acts: [approve, issue('2061')], pages: [1] },
  { name: 'issue-five-digits', recipe: { ...titled(1), gap: 98 }, acts: [approve, issue('11410')], pages: [1] },
  { name: 'issue-low-block', recipe: { ...titled(2), gap: 49 }, acts: [approve, issue('07')], pages: [1] },
  { name: 'issue-certified', recipe: { ...titled(1), signatures: [leaderOf(true)] }, acts: [issue('348')], pages: [1] },
  { name: 'issue-letter-paper', recipe: { paper: 'letter', pages: 2 }, acts: [approve, issue('519')], pages: [1, 2] },
  { name: 'income', recipe: { number: '2061', date: { ...date, typed: 'full' }, signatures: [leaderOf(true)] }, acts: [income], pages: [1] },
  { name: 'comment', recipe: { number: '2061', date: { ...date, typed: 'full' }, signatures: [leaderOf(true)] }, acts: [income, comment], pages: [1] },
  { name: 'appendix', recipe: sampleAttachment(), acts: [appendix], pages: [1] },
  { name: 'copy', recipe: { medium: 'scan', number: '2061', date: { ...date, typed: 'full' } }, acts: [copy], pages: [1] },
]

const images: Images = { ...writeImages(work), initials: path.join(work, 'initials.png') }
writeFileSync(images.initials, scribbleOf('initials').png)
const authority = path.join(work, 'authority')
const signers = {
  leader: await makeSigner(authority, 'rsa-2048', { name: homeAgency.head, organisation: homeAgency.name }),
  agency: await makeSigner(authority, 'rsa-2048', { profile: 'agency', name: homeAgency.name, organisation: homeAgency.name }),
}
const draw = drawRecipes(authority)
const workers = createDocumentWorkers()
try {
  for (const picture of pictures.filter(({ name }) => name.startsWith(values.only))) await show(picture)
} finally {
  await workers.close()
  rmSync(work, { recursive: true })
}
process.stdout.write(`${out}\n`)

async function show({ name, recipe, acts, pages }: Picture): Promise<void> {
  let file = path.join(out, `${name}-0.pdf`)
  writeFileSync(file, await draw(JSON.stringify(sampleRecipe(recipe))))
  render(file, `${name}-before`, pages)
  for (const [index, { by, request }] of acts.entries()) {
    const signed = path.join(out, `${name}-${index + 1}.pdf`)
    const act = { whenUnsure: 'refuse', keyRole: by === 'leader' ? 'person' : 'agency', ...request(images) } as ActRequest
    await workers.sign(signers[by].job(file, signed, { act }), signers[by].askKey)
    file = signed
  }
  render(file, `${name}-after`, pages)
  process.stdout.write(`${name}: ${signatureCount(file)} signatures, all valid\n`)
}

function render(file: string, name: string, pages: number[]): void {
  for (const page of pages) {
    execFileSync('pdftoppm', ['-r', '110', '-png', '-singlefile', '-f', String(page), '-l', String(page), file, path.join(out, pages.length > 1 ? `${name}-p${page}` : name)])
  }
}

/** @throws where pdfsig does not say of every signature that it is valid */
function signatureCount(file: string): number {
  const signatures = execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' }).split(/^Signature #/m).slice(1)
  const bad = signatures.filter((text) => !text.includes('Signature is Valid'))
  if (bad.length > 0) throw new Error(`${file}: ${bad.join('')}`)
  return signatures.length
}
