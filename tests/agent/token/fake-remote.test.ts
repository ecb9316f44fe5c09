import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { isSignatureOf } from '../../../agent/token/certificate.ts'
import type { KeySource, PinPrompt } from '../../../agent/token/key-source.ts'
import { makeCertificate } from '../../support/own-certificate.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { FakeRemote } from './fake-remote.ts'

// A key that has to be waited for fits the same interface as a token.

const prompt: PinPrompt = { title: '', description: '', prompt: '', ok: '', cancel: '', lockWarning: { description: '', ok: '' }, oneTryLeft: '' }

async function ask(source: KeySource): Promise<{ reference: string; certificate: Uint8Array }> {
  const [info] = (await source.list()).keys
  if (info === undefined) throw new Error('there is no key')
  const authorisation = await source.authorise(info.certificateSha256, prompt)
  if (authorisation.state !== 'waiting') throw new Error('the key did not have to wait')
  return { reference: authorisation.reference, certificate: info.certificate }
}

test('a key is asked for, the agent starts again, the holder agrees, and it signs', async () => {
  const folder = tempFolder()
  const own = makeCertificate(folder, 'remote', { key: 'P-256' })
  const { reference, certificate } = await ask(new FakeRemote(folder, own))
  const restarted: KeySource & { confirm(reference: string): void } = new FakeRemote(folder, own)
  const collecting = restarted.collect?.(reference)
  restarted.confirm(reference)
  const digest = randomBytes(32)
  expect(isSignatureOf(certificate, digest, (await (await collecting)?.sign(digest)) ?? new Uint8Array())).toBe(true)
})

test('the holder says no, and what was never asked for is unknown', async () => {
  const folder = tempFolder()
  const remote = new FakeRemote(folder, makeCertificate(folder, 'remote'))
  const { reference } = await ask(remote)
  remote.confirm(reference, false)
  await expect(remote.collect(reference)).rejects.toMatchObject({ refusal: { code: 'pin-cancelled' } })
  await expect(remote.collect('another')).rejects.toMatchObject({ refusal: { code: 'batch-unknown' } })
})
