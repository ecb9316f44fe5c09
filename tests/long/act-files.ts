import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ActRequest } from '../../agent/signing/acts/act.ts'
import type { RaisedLevel } from '../../agent/signing/raise-document.ts'
import { levels, type Level } from '../../agent/verify/report.ts'
import { keyKinds } from '../../demo/authority/key-pair.ts'
import type { Credential } from '../../demo/authority/authority.ts'
import { drawRecipes } from '../../demo/seed/draw-recipe.ts'
import { writeImages } from '../../demo/seed/images.ts'
import type { Recipe, SignatureRecipe } from '../../demo/seed/recipe.ts'
import { sampleAttachment, sampleComment, sampleRecipe } from '../../demo/seed/sample-recipe.ts'
import { makePdf, plainObjects } from '../agent/pdf/made-pdf.ts'
import type { RaiseRig, SignedOptions } from '../agent/signing/raise-rig.ts'

/** One file that was signed as the act asks, at a level. */
export interface ActFile {
  kind: string
  path: string
  level: Level
  /** What pyHanko thinks of each signature, in their order. */
  opinion: ('valid' | 'intact, trusted, added to')[]
}

/** One signature after the other, each on what the one before left. */
interface Kind {
  name: string
  input: () => Promise<Uint8Array>
  steps: { by: 'person' | 'agency'; more: SignedOptions['more'] }[]
  opinion: ActFile['opinion']
}

const date = { day: 13, month: 5, year: 2026 }
const seeded: SignatureRecipe = {
  kind: 'leader', holder: 'Nguyễn Hữu Thành', organisation: 'Sở Nội vụ tỉnh Sơn Lâm', place: 'Sơn Lâm', at: '2026-05-13T02:00:00Z', certifies: true,
}

/** Every act, a field that locks another one, and a certification: at all four levels, the kinds of keys taking turns. */
export async function actFiles(rig: RaiseRig): Promise<ActFile[]> {
  const made: ActFile[] = []
  for (const [turn, level] of levels.entries()) {
    const keysOf = async (offset: number): Promise<Record<'person' | 'agency', Credential>> => ({
      person: await rig.issue({ key: keyKinds[(turn + offset) % keyKinds.length] ?? 'rsa-2048' }),
      agency: await rig.issue({ profile: 'agency', name: 'Sở Nội vụ tỉnh Sơn Lâm', key: keyKinds[(turn + offset + 1) % keyKinds.length] ?? 'rsa-2048' }),
    })
    for (const [index, kind] of kindsOf(rig).entries()) made.push(await fileOf(rig, kind, level, await keysOf(index)))
  }
  return made
}

async function fileOf(rig: RaiseRig, { name, input, steps, opinion }: Kind, level: Level, credentials: Record<'person' | 'agency', Credential>): Promise<ActFile> {
  let path = join(rig.folder, `act-${name}-${level}-0.pdf`)
  writeFileSync(path, await input())
  for (const [index, { by, more = {} }] of steps.entries()) {
    path = await rig.signed(`act-${name}-${level}-${index + 1}`, { input: path, credential: credentials[by], more })
  }
  if (level === 'B-B') return { kind: name, path, level, opinion }
  const job = rig.job(path, `act-${name}-${level}-raised.pdf`, { level: level satisfies RaisedLevel, stamp: 'into-signature' })
  await rig.evidence.raise(job)
  return { kind: name, path: job.output, level, opinion }
}

function kindsOf({ folder, servers }: RaiseRig): Kind[] {
  const images = writeImages(folder)
  const draw = drawRecipes(servers.authority)
  const paper = (recipe: Partial<Recipe> = {}) => () => draw(JSON.stringify(sampleRecipe(recipe)))
  const act = (by: 'person' | 'agency', request: Partial<ActRequest> & Pick<ActRequest, 'act'>): Kind['steps'][number] => ({
    by, more: { act: { whenUnsure: 'refuse', keyRole: by, ...request } as ActRequest },
  })
  const approve = act('person', { act: 'approve', image: images.signature, lines: [] })
  const issue = act('agency', { act: 'issue', image: images.seal, lines: [], sealMm: 36, number: '2061', date })
  const issued: Partial<Recipe> = { number: '2061', date: { ...date, typed: 'full' }, signatures: [seeded] }
  const form = () => Promise.resolve(makePdf({ objects: formObjects }))
  const valid = (count: number): ActFile['opinion'] => Array<'valid'>(count).fill('valid')
  return [
    { name: 'approve', input: paper(), steps: [approve], opinion: valid(1) },
    { name: 'initials', input: paper(), steps: [act('person', { act: 'initials', image: images.signature })], opinion: valid(1) },
    { name: 'issue', input: paper(), steps: [approve, issue], opinion: ['intact, trusted, added to', 'valid'] },
    { name: 'issue-certified', input: paper({ signatures: [seeded] }), steps: [issue], opinion: valid(5) },
    { name: 'income', input: paper(issued), steps: [act('agency', { act: 'income', agency: 'Sở Nội vụ', number: '1284', date })], opinion: valid(2) },
    { name: 'comment', input: paper(issued), steps: [act('person', { act: 'comment', text: sampleComment, holder: seeded.holder })], opinion: valid(2) },
    { name: 'appendix', input: paper(sampleAttachment()), steps: [act('agency', { act: 'appendix', code: '2061/SNV-TCCB' })], opinion: valid(1) },
    { name: 'copy', input: paper({ medium: 'scan' }), steps: [act('agency', { act: 'copy', form: 'full', agency: 'Sở Nội vụ' })], opinion: valid(1) },
    { name: 'locked-field', input: form, steps: [{ by: 'person', more: { field: 'Van thu' } }, { by: 'agency', more: {} }], opinion: valid(2) },
    { name: 'certified', input: form, steps: [{ by: 'person', more: { certify: true } }, { by: 'agency', more: { field: 'Lanh dao' } }], opinion: valid(2) },
  ]
}

/** A form with a place for the head of the office, and one for the clerk that locks the head's. */
const formObjects = {
  ...plainObjects,
  1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R 7 0 R] >> >>',
  3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [6 0 R 7 0 R] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
  6: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Lanh dao) /Rect [300 100 500 180] /P 3 0 R >>',
  7: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Van thu) /Rect [50 100 250 180] /P 3 0 R /Lock << /Type /SigFieldLock /Action /Include /Fields [(Lanh dao)] >> >>',
}
