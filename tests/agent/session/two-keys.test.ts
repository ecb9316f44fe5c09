import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startAgent } from '../../../agent/main.ts'
import { drawRecipes } from '../../../demo/seed/draw-recipe.ts'
import { sampleRecipe } from '../../../demo/seed/sample-recipe.ts'
import { AgentClient, newDocument, type ClientDocument } from '../../support/agent-client.ts'
import { makeClerk } from '../../support/clerk.ts'
import { makeCertificate, makeKeyFile } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { pdfsig } from '../signing/judges.ts'
import { journalOf } from '../../support/test-agent.ts'

const pin = 'mật-khẩu 8137'

/** The whole agent, with the registrar's own key and the agency's, each in a file. */
async function startOffice() {
  const folder = tempFolder()
  const keyFile = (name: string, holder: string): string => makeKeyFile(folder, name, makeCertificate(folder, name, { holder }), pin)
  const [registrar, agency] = [keyFile('registrar', 'Trần Thị Lan'), keyFile('agency', 'Sở Nội vụ')]
  const clerk = makeClerk(folder, { confirm: true, pin })
  process.env.ANTIN_PINENTRY_SCRIPT = clerk.environment.ANTIN_PINENTRY_SCRIPT
  const home = path.join(folder, 'home')
  const tokenRoles = { [registrar]: 'person', [agency]: 'agency' } as const
  const agent = await startAgent({ home, machineFolder: folder, settings: { ports: [0], keyFiles: [registrar, agency], pinentry: clerk.pinentry, tokenRoles } })
  onTestFinished(() => agent.close())
  const client = await AgentClient.pairAndConnect(agent.port)
  const { certificates } = await client.listCertificates()
  const sha256Of = (role: string): string => certificates.find((certificate) => certificate.role === role)?.sha256 ?? ''
  return { folder, home, agent, clerk, client, own: sha256Of('person'), seal: sha256Of('agency') }
}

async function letters(folder: string, count: number): Promise<ClientDocument[]> {
  const draw = drawRecipes(path.join(folder, 'authority'))
  const signature = { kind: 'leader', holder: 'Nguyễn Hữu Thành', organisation: 'Sở Nội vụ', place: 'Sơn Lâm', at: '2026-05-13T02:00:00Z', certifies: true } as const
  return Promise.all(
    Array.from({ length: count }, async (_, index) => ({
      ...newDocument(`Công văn ${index + 1}.pdf`, await draw(JSON.stringify(sampleRecipe({ seed: 20 + index, signatures: [signature] })))),
      registered: { number: `${2061 + index}/SNV-TCCB`, date: '2026-05-13' },
    })),
  )
}

it('numbers with the registrar’s own key and seals with the agency’s, one PIN each, where the clerk put the marks', async () => {
  const { folder, home, agent, clerk, client, own, seal } = await startOffice()
  const documents = await letters(folder, 2)
  const offered = await client.offer(documents, { certificateSha256: seal, ownCertificateSha256: own, profile: 'issue' })
  expect(offered.documents.map(({ refusal, marks }) => refusal ?? marks?.map(({ mark, text }) => [mark, text]))).toEqual([
    [['number', '2061'], ['day', '13'], ['month', '5'], ['seal', undefined]],
    [['number', '2062'], ['day', '13'], ['month', '5'], ['seal', undefined]],
  ])

  const [first] = offered.documents
  const before = first?.marks?.find(({ mark }) => mark === 'seal')
  const to = before && { page: before.page, x: before.x - 20, y: before.y + 6, width: before.width, height: before.height }
  client.say({ kind: 'sign', step: 'place', batchId: offered.batchId, moves: [{ documentId: first?.documentId, mark: 'seal', to: { ...to, x: 5_000 } }] })
  expect((await client.refused('sign')).code).toBe('place-outside')
  client.say({ kind: 'sign', step: 'place', batchId: offered.batchId, moves: [{ documentId: first?.documentId, mark: 'seal', to }] })
  const placed = await client.batch(offered.batchId, 'offered')
  expect(placed.digestListSha256).not.toBe(offered.digestListSha256)
  client.approve(offered)
  expect((await client.refused('sign')).code).toBe('document-changed')
  client.approve(placed)
  const done = await client.batch(offered.batchId, 'done')
  expect(done.documents.map((document) => document.refusal ?? document.state)).toEqual(['checked', 'checked'])

  for (const [index, { documentId }] of documents.entries()) {
    const file = path.join(folder, `${documentId}.pdf`)
    writeFileSync(file, await client.fetch(offered.batchId, documentId))
    const signatures = pdfsig(file)
    expect(signatures.map(({ valid }) => valid)).toEqual([true, true, true, true, true])
    expect(signatures.at(-1)?.wholeFile).toBe(true)
    const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).replaceAll(/\s+/g, ' ')
    expect(text).toMatch(new RegExp(`Số: ?${2061 + index} ?/SNV-TCCB`))
    expect(text).toMatch(/ngày ?13 ?tháng ?5 ?năm 2026/)
  }
  const asked = clerk.saw().filter(({ kind }) => kind === 'getpin').map(({ description }) => description)
  expect(asked).toEqual([expect.stringContaining('Trần Thị Lan'), expect.stringContaining('Sở Nội vụ')])
  await agent.close()
  expect(journalOf(home).filter(({ what }) => what === 'placed')).toHaveLength(1)
  expect(Object.keys(JSON.parse(readFileSync(path.join(home, 'places.json'), 'utf8')) as object)).toHaveLength(1)
})

it('refuses the keys of two duties, and a state secret without a name in the journal', async () => {
  const { home, folder, agent, client, own, seal } = await startOffice()
  const [letter] = await letters(folder, 1)
  if (!letter) throw new Error('no letter')
  await expect(client.open([letter], { certificateSha256: own, profile: 'issue' })).rejects.toThrow('key-role-wrong')
  await expect(client.open([letter], { certificateSha256: own, ownCertificateSha256: seal, profile: 'approve' })).rejects.toThrow('key')
  const secret = { ...newDocument('Kế hoạch bí mật số 7.pdf', letter.bytes), registered: { secrecy: 'secret' as const } }
  const opened = await client.open([secret], { certificateSha256: seal, profile: 'issue' })
  expect(opened).toMatchObject({ state: 'done', documents: [{ state: 'refused', refusal: { code: 'classified-document' } }] })
  const unnumbered = { documentId: letter.documentId, name: letter.name, bytes: letter.bytes }
  const offered = await client.offer([unnumbered], { certificateSha256: seal, profile: 'issue' })
  expect(offered.documents).toMatchObject([{ state: 'refused', refusal: { code: 'number-missing' } }])
  await agent.close()
  const events = journalOf(home)
  expect(events.filter(({ what }) => what === 'keys-refused')).toHaveLength(2)
  expect(JSON.stringify(events)).not.toContain('bí mật')
  expect(readFileSync(path.join(home, 'journal.sqlite')).includes('Kế hoạch bí mật')).toBe(false)
})
