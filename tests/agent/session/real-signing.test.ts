import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import PDFDocument from 'pdfkit'
import { expect, it, onTestFinished } from 'vitest'
import { startAgent } from '../../../agent/main.ts'
import type { SettingsLayer } from '../../../agent/settings/settings.ts'
import { AgentClient, newDocument } from '../../support/agent-client.ts'
import { makeClerk } from '../../support/clerk.ts'
import { opensslVerifies } from '../signing/judges.ts'
import { makeCertificate, makeKeyFile, type OwnCertificateOptions } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const pin = 'mật-khẩu 8137'

async function makePdf(text: string): Promise<Buffer> {
  const pdf = new PDFDocument({ size: 'A4' })
  const parts: Buffer[] = []
  pdf.on('data', (part: Buffer) => parts.push(part))
  pdf.fontSize(14).text(text)
  pdf.end()
  await new Promise((resolve) => pdf.once('end', resolve))
  return Buffer.concat(parts)
}

/** The whole agent with nothing replaced: key host, workers, windows. Only the clerk is a script. */
async function startRealAgent(answers: Parameters<typeof makeClerk>[1], { key = 'rsa:2048', settings = {} }: { key?: OwnCertificateOptions['key']; settings?: SettingsLayer } = {}) {
  const folder = tempFolder()
  const certificate = makeCertificate(folder, 'clerk', { key })
  const keyFile = makeKeyFile(folder, 'clerk', certificate, pin)
  const clerk = makeClerk(folder, { confirm: true, ...answers })
  const before = process.env.ANTIN_PINENTRY_SCRIPT
  process.env.ANTIN_PINENTRY_SCRIPT = clerk.environment.ANTIN_PINENTRY_SCRIPT
  const home = path.join(folder, 'home')
  const agent = await startAgent({ home, machineFolder: folder, settings: { ports: [0], keyFiles: [keyFile], pinentry: clerk.pinentry, ...settings } })
  onTestFinished(async () => {
    await agent.close()
    if (before === undefined) delete process.env.ANTIN_PINENTRY_SCRIPT
    else process.env.ANTIN_PINENTRY_SCRIPT = before
  })
  return { agent, certificate, clerk, folder, home, client: await AgentClient.pairAndConnect(agent.port) }
}

it('signs a batch with a key file, one PIN and the real workers; pdfsig agrees', async () => {
  const { clerk, client, folder, home, agent } = await startRealAgent({ pin })
  const { certificates } = await client.listCertificates()
  expect(certificates).toMatchObject([{ holder: 'Nguyễn Văn An', kind: 'file', token: 'clerk.p12' }])
  const documents = await Promise.all([1, 2, 3, 4, 5].map(async (index) => newDocument(`Số ${index}.pdf`, await makePdf(`Document ${index}`))))
  const offered = await client.offer(documents, { certificateSha256: certificates[0]?.sha256 ?? '' })
  expect(offered.documents.map(({ state }) => state)).toEqual(documents.map(() => 'received'))
  client.approve(offered)
  const done = await client.batch(offered.batchId, 'done')
  expect(done.documents.map((document) => document.refusal ?? document.state)).toEqual(documents.map(() => 'checked'))

  for (const document of documents) {
    const file = path.join(folder, `${document.documentId}.pdf`)
    writeFileSync(file, await client.fetch(offered.batchId, document.documentId))
    const said = execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' })
    expect(said).toContain('Signature is Valid')
    expect(said).toContain('Total document signed')
  }
  const windows = clerk.saw()
  expect(windows.map(({ kind }) => kind)).toEqual(['confirm', 'getpin'])
  expect(windows[1]?.description).toContain(`Mã đối chiếu: ${offered.shortCode}`)

  await agent.close()
  for (const file of ['journal.sqlite', 'pairings.json']) expect(readFileSync(path.join(home, file)).includes(pin)).toBe(false)
})

it('signs a document whose earlier signature is broken only where the clerk insists; pdfsig tells the two apart', async () => {
  const { client, folder } = await startRealAgent({ pin })
  const options = { certificateSha256: (await client.listCertificates()).certificates[0]?.sha256 ?? '' }
  const whole = newDocument('a.pdf', await makePdf('a'))
  const first = await client.offer([whole], options)
  client.approve(first)
  await client.batch(first.batchId, 'done')
  const rewritten = Buffer.from(await client.fetch(first.batchId, whole.documentId))
  rewritten.write('PDF-1.4', 1, 'latin1')
  const broken = newDocument('b.pdf', rewritten)
  const offered = await client.offer([broken], options)
  expect(offered.documents[0]).toMatchObject({ state: 'received', refusal: { code: 'document-signature-broken' }, facts: { warnings: ['signature-broken', 'place-unsure'], signatures: [{ valid: false }] } })
  client.approve(await client.insist(offered, broken.documentId))
  expect((await client.batch(offered.batchId, 'done')).documents[0]?.state).toBe('checked')
  const file = path.join(folder, 'b.pdf')
  writeFileSync(file, await client.fetch(offered.batchId, broken.documentId))
  const said = execFileSync('pdfsig', ['-nocert', file], { encoding: 'utf8' })
  expect([...said.matchAll(/Signature Validation: (.*)/g)].map(([, verdict]) => verdict)).toEqual(['Digest Mismatch.', 'Signature is Valid.'])
})

it.each([
  ['rsa:2048', 'sha256', 'pss', 'rsassaPss'],
  ['rsa:3072', 'sha512', 'pss', 'rsassaPss'],
  ['rsa:2048', 'sha384', 'pkcs1', 'sha384WithRSAEncryption'],
  ['P-384', 'sha384', 'pss', 'ecdsa-with-SHA384'],
] as const)('signs by the scheme that the office sets (%s, %s, %s); openssl agrees', async (key, digest, padding, named) => {
  const { certificate, client, folder } = await startRealAgent({ pin }, { key, settings: { signatureScheme: { digest, padding } } })
  const { certificates } = await client.listCertificates()
  const document = newDocument('a.pdf', await makePdf('a'))
  const offered = await client.offer([document], { certificateSha256: certificates[0]?.sha256 ?? '' })
  client.approve(offered)
  expect((await client.batch(offered.batchId, 'done')).documents[0]?.state).toBe('checked')
  const file = path.join(folder, 'signed.pdf')
  writeFileSync(file, await client.fetch(offered.batchId, document.documentId))
  expect(opensslVerifies(file, folder, certificate.certificatePem)).toBe(true)
  const container = execFileSync('openssl', ['cms', '-cmsout', '-print', '-inform', 'DER', '-in', path.join(folder, 'container.der')], { encoding: 'utf8' })
  expect(container.slice(container.indexOf('signatureAlgorithm', container.indexOf('signerInfos')))).toContain(named)
  expect(container).toContain(`algorithm: ${digest} (`)
})

it('stops at a wrong PIN without trying again, and goes on with the right one', async () => {
  const { clerk, client } = await startRealAgent({ pin: 'wrong' })
  const { certificates } = await client.listCertificates()
  const offered = await client.offer([newDocument('a.pdf', await makePdf('a'))], { certificateSha256: certificates[0]?.sha256 ?? '' })
  client.approve(offered)
  const stopped = await client.batch(offered.batchId, 'stopped')
  expect(stopped.refusal?.code).toBe('pin-wrong')
  expect(clerk.saw().filter(({ kind }) => kind === 'getpin')).toHaveLength(1)
  clerk.change({ pin })
  client.approve(stopped)
  expect((await client.batch(offered.batchId, 'done')).documents[0]?.state).toBe('checked')
})
