import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startAgent } from '../../../agent/main.ts'
import type { CertificateCheckView } from '../../../shared/protocol/sign.ts'
import { serveAuthority, type AuthorityServers } from '../../../demo/authority/serve-authority.ts'
import { drawRecipes } from '../../../demo/seed/draw-recipe.ts'
import { sampleRecipe } from '../../../demo/seed/sample-recipe.ts'
import { canaryPin } from '../../support/canary-pins.ts'
import { AgentClient, newDocument } from '../../support/agent-client.ts'
import { makeClerk } from '../../support/clerk.ts'
import { makeSuiteFolder } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { journalOf } from '../../support/test-agent.ts'

const pin = canaryPin()
const suite = makeSuiteFolder('antin-two-certificates')
const registrar = 'Trần Thị Lan'
const agency = 'Sở Nội vụ tỉnh Sơn Lâm'
const signature = { kind: 'leader', holder: 'Nguyễn Hữu Thành', organisation: agency, place: 'Sơn Lâm', at: '2026-05-13T02:00:00Z', certifies: true } as const
/** Persons have their certificates from one authority, agencies from another. */
let persons: AuthorityServers
let agencies: AuthorityServers
let letter: Uint8Array

beforeAll(async () => {
  persons = await serveAuthority(path.join(suite.folder, 'persons'))
  agencies = await serveAuthority(path.join(suite.folder, 'agencies'))
  letter = await drawRecipes(agencies.authority)(JSON.stringify(sampleRecipe({ signatures: [signature] })))
}, 120_000)
afterAll(async () => {
  await Promise.all([persons.close(), agencies.close()])
  suite.remove()
})

/** The real agent with the registrar's own certificate and the agency's, and a batch that is offered to both. */
async function desk({ asks }: { asks: AuthorityServers[] }) {
  const [folder, rootsFolder] = [tempFolder(), tempFolder()]
  for (const [index, { authority }] of [persons, agencies].entries()) writeFileSync(path.join(rootsFolder, `root-${index}.pem`), authority.root.certificatePem)
  const own = await persons.authority.issue({ profile: 'clerk', name: registrar, organisation: agency })
  const seal = await agencies.authority.issue({ profile: 'agency', name: agency, organisation: agency })
  const [ownFile, sealFile] = [path.join(folder, 'own.p12'), path.join(folder, 'seal.p12')]
  await Promise.all([own.writePkcs12(ownFile, pin), seal.writePkcs12(sealFile, pin)])
  const clerk = makeClerk(folder, { confirm: true, pin })
  process.env['ANTIN_PINENTRY_SCRIPT'] = clerk.environment.ANTIN_PINENTRY_SCRIPT
  const home = path.join(folder, 'home')
  const tokenRoles = { [ownFile]: 'person', [sealFile]: 'agency' } as const
  const settings = { ports: [0], keyFiles: [ownFile, sealFile], pinentry: clerk.pinentry, tokenRoles, rootsFolder, evidenceHosts: asks.map(({ host }) => host), level: 'B-B' as const }
  const agent = await startAgent({ home, machineFolder: folder, settings })
  onTestFinished(() => agent.close())
  const client = await AgentClient.pairAndConnect(agent.port)
  const { certificates } = await client.listCertificates()
  const sha256Of = (wanted: string): string => certificates.find(({ role }) => role === wanted)?.sha256 ?? ''
  const offer = async () => {
    const document = { ...newDocument('Công văn.pdf', letter), registered: { number: '2061/SNV-TCCB', date: '2026-05-13' } }
    const { batchId } = await client.offer([document], { certificateSha256: sha256Of('agency'), ownCertificateSha256: sha256Of('person'), profile: 'issue' })
    await client.wire.hear((heard) => heard.kind === 'sign' && heard.step === 'batch' && isAnswered(heard.batch.certificateCheck))
    // Told once more, so that what a browser sees now is what the agent holds now.
    return client.resume(batchId)
  }
  const pins = (): string[] => clerk.saw().filter(({ kind }) => kind === 'getpin').map(({ description }) => description)
  const checks = (): unknown[] => journalOf(home).filter(({ what }) => what === 'certificate-checked').map(({ facts }) => [facts.result, facts.holder])
  return { agent, client, own, seal, home, offer, pins, checks }
}

function isAnswered(check: CertificateCheckView | undefined): boolean {
  return check !== undefined && check.state !== 'asking'
}

describe('the question about the registrar’s own certificate and the agency’s', () => {
  it('is one question, asked when the batch opens, and good where both are', async () => {
    const { client, offer, pins, checks } = await desk({ asks: [persons, agencies] })
    const batch = await offer()
    expect(batch.certificateCheck).toEqual({ state: 'good' })
    expect(pins()).toEqual([])
    client.approve(batch)
    expect(await client.batch(batch.batchId, 'done')).toMatchObject({ documents: [{ state: 'checked' }] })
    expect(pins()).toEqual([expect.stringContaining(registrar), expect.stringContaining(agency)])
    expect(checks()).toEqual([['good', undefined]])
  })

  it.each([
    ['the registrar’s own', () => agencies, registrar],
    ['the agency’s', () => persons, agency],
  ])('where nobody can say of %s, it names that one, before and after the clerk tried, until the clerk insists', async (_, reached, holder) => {
    const { client, offer, pins, checks, home } = await desk({ asks: [reached()] })
    const batch = await offer()
    const doubt = { state: 'unknown', refusal: { code: 'revocation-unknown', facts: { holder } } }
    expect(batch.certificateCheck).toEqual(doubt)
    client.approve(batch)
    expect(await client.refused('sign')).toEqual(doubt.refusal)
    expect((await client.resume(batch.batchId)).certificateCheck).toEqual(doubt)
    expect(pins()).toEqual([])
    client.approve(batch, { insist: true })
    expect(await client.batch(batch.batchId, 'done')).toMatchObject({ documents: [{ state: 'checked' }] })
    expect(checks()).toEqual([['unknown', holder]])
    expect(journalOf(home).filter(({ what }) => what === 'insisted').map(({ facts }) => facts)).toEqual([{ code: 'revocation-unknown', holder }])
  })

  it('where nobody can say of one, and the other is revoked, says that it is revoked, and no tick helps', async () => {
    const { client, offer, pins, checks, seal } = await desk({ asks: [agencies] })
    agencies.revoke(seal.certificateDer, new Date('2026-01-05T00:00:00Z'))
    const batch = await offer()
    const blocked = { state: 'blocked', refusal: { code: 'certificate-revoked', facts: { holder: agency, revokedAt: '2026-01-05T00:00:00.000Z' } } }
    expect(batch.certificateCheck).toEqual(blocked)
    client.approve(batch, { insist: true })
    expect(await client.refused('sign')).toEqual(blocked.refusal)
    expect((await client.resume(batch.batchId)).certificateCheck).toEqual(blocked)
    expect([pins(), checks()]).toEqual([[], [['blocked', agency]]])
  })

  it('the registrar’s own that is revoked blocks the seal too', async () => {
    const { client, offer, pins, own } = await desk({ asks: [persons, agencies] })
    persons.revoke(own.certificateDer, new Date('2026-01-05T00:00:00Z'))
    const batch = await offer()
    expect(batch.certificateCheck).toMatchObject({ state: 'blocked', refusal: { facts: { holder: registrar } } })
    client.approve(batch, { insist: true })
    expect(await client.refused('sign')).toMatchObject({ code: 'certificate-revoked', facts: { holder: registrar } })
    expect(pins()).toEqual([])
  })
})
