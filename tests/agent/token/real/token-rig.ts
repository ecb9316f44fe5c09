import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { RefusalError, type Refusal } from '../../../../shared/errors.ts'
import { isSignatureOf } from '../../../../agent/token/certificate.ts'
import type { KeyInfo, KeySource, PinPrompt, UnlockedKey } from '../../../../agent/token/key-source.ts'
import { createKeySource, type KeySourceOptions } from '../../../../agent/token/sources.ts'
import { makeClerk, type Clerk, type ClerkAnswers } from '../../../support/clerk.ts'
import { softHsmModule } from '../../../support/softhsm.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

export const prompt: PinPrompt = { title: 'Ấn Tín', description: 'Ký 2 văn bản', prompt: 'Mã PIN:', ok: 'Ký', cancel: 'Hủy', lockWarning: { description: 'Lần sau có thể khóa USB', ok: 'Nhập mã PIN' }, oneTryLeft: 'Chỉ còn 1 lần thử' }

/** Says in one line which tools are missing; tests that need them are skipped then. */
export function missingTools(...tools: string[]): boolean {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const missing = tools.filter((tool) => (tool === 'softhsm2' ? softHsmModule() === undefined : !folders.some((folder) => existsSync(path.join(folder, tool)))))
  if (missing.length > 0) process.stderr.write(`SKIPPED: not installed: ${missing.join(', ')}\n`)
  return missing.length > 0
}

/** A source over these modules, with a clerk who answers; both end with the test. */
export function openSource(answers: ClerkAnswers, options: Partial<KeySourceOptions>): { source: KeySource; clerk: Clerk } {
  const clerk = makeClerk(tempFolder(), answers)
  vi.stubEnv('ANTIN_PINENTRY_SCRIPT', clerk.environment.ANTIN_PINENTRY_SCRIPT)
  const source = createKeySource({ home: tempFolder(), modules: [], keyFiles: [], pinentry: clerk.pinentry, ...options })
  onTestFinished(() => source.close())
  return { source, clerk }
}

export async function unlockKey(source: KeySource, choose: (key: KeyInfo) => boolean = () => true): Promise<{ key: UnlockedKey; info: KeyInfo }> {
  const info = (await source.list()).keys.find(choose)
  if (info === undefined) throw new Error('there is no such key')
  const authorisation = await source.authorise(info.certificateSha256, prompt)
  if (authorisation.state !== 'now') throw new Error('the key has to wait')
  return { key: authorisation.key, info }
}

export async function signSomething({ key, info }: { key: UnlockedKey; info: KeyInfo }): Promise<void> {
  const digest = createHash('sha256').update(randomBytes(50)).digest()
  expect(isSignatureOf(info.certificate, digest, await key.sign(digest))).toBe(true)
}

export async function refusedBy(work: Promise<unknown>): Promise<Refusal> {
  const thrown: unknown = await work.then(() => undefined, (error: unknown) => error)
  expect(thrown).toBeInstanceOf(RefusalError)
  return (thrown as RefusalError).refusal
}
