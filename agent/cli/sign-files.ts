import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { inspect } from 'node:util'
import { refusal, refusalOf, refuse, RefusalError, type Refusal } from '../../shared/errors.ts'
import { agentWindowTexts } from '../../shared/text/agent-windows.ts'
import { appearanceLines } from '../../shared/text/appearance.ts'
import { shownName } from '../session/shown-name.ts'
import { homeFolder } from '../settings/home.ts'
import type { ActFor } from './act-options.ts'
import { createDocumentWorkers } from '../signing/document-workers.ts'
import { createEvidenceWorkers } from '../signing/evidence-workers.ts'
import type { EvidenceWorkers, RaisedLevel } from '../signing/raise-document.ts'
import type { Appearance, Place } from '../signing/appearance/appearance.ts'
import type { ActPlanner, DocumentWorkers, SignJob } from '../signing/sign-document.ts'
import { certificateFacts, whyUnusable } from '../token/certificate.ts'
import type { KeyInfo, KeySource, PinPrompt, SignatureScheme, UnlockedKey } from '../token/key-source.ts'
import { createKeySource } from '../token/sources.ts'
import { waitingSuffix } from './level-option.ts'
import type { CliTrust } from './trust-options.ts'

export interface SignFilesOptions {
  files: { input: string; output: string }[]
  modules: string[]
  keyFiles: string[]
  pinentry: string | undefined
  certificateSha256: string | undefined
  scheme: SignatureScheme
  reason: string | undefined
  act: ActFor | undefined
  trust: CliTrust
  /** Undefined stays at B-B. */
  level: RaisedLevel | undefined
  /** Signs although it is not known whether the certificate was revoked, or the newest signature in the file is broken already. */
  insist: boolean
  /** The empty signature field to sign in. */
  field: string | undefined
  certify: boolean
  /** Whether what bears a mark of secrecy may be signed; see the settings. */
  allowClassified: boolean
  /** Where no act is named. Undefined makes an invisible signature. */
  look: { image: string | undefined; page: number | undefined; place: Place | undefined } | undefined
}

export interface SignedFile {
  input: string
  outcome: { output: string; sizeBytes: number; sha256: string; fieldName: string } | { refusal: Refusal; waiting?: string }
}

const namesShown = 5

/** More than one certificate can sign, and none was named. */
export class SeveralKeysError extends Error {
  constructor(keys: KeyInfo[]) {
    const listed = keys.map(({ certificate, certificateSha256 }) => `\n  ${certificateSha256}  ${certificateFacts(certificate).holder}`).join('')
    super(`several certificates can sign; name one with --certificate${listed}`)
  }
}

/**
 * Signs all files that can be signed with one PIN. What concerns one file is a value; what concerns all (no
 * certificate, a wrong PIN) is thrown as a RefusalError.
 */
export async function signFiles(options: SignFilesOptions, onProgress: (done: number, count: number) => void): Promise<SignedFile[]> {
  const source = createKeySource({ home: homeFolder(), ...options })
  const workers = createDocumentWorkers()
  const evidence = createEvidenceWorkers({ askServer: options.trust.askServer })
  try {
    const key = await chooseKey(source, options.certificateSha256)
    await askAboutCertificate(evidence, key, options)
    const refused = await refuseUnsignable(workers, key, options)
    const signable = options.files.filter(({ input }) => !refused.has(input))
    const signed = signable.length === 0 ? new Map<string, SignedFile['outcome']>() : await signAll({ workers, evidence }, source, key, signable, options, onProgress)
    const lost = { refusal: refusal('unexpected') }
    return options.files.map(({ input }) => ({ input, outcome: refused.get(input) ?? signed.get(input) ?? lost }))
  } finally {
    await Promise.all([workers.close(), evidence.close(), source.close()])
  }
}

async function chooseKey(source: KeySource, certificateSha256: string | undefined): Promise<KeyInfo> {
  const { keys, problems } = await source.list()
  const named = certificateSha256 === undefined ? keys : keys.filter((key) => key.certificateSha256 === certificateSha256)
  const [problem] = problems
  if (named.length === 0 && problem) throw new RefusalError(problem)
  const usable = named.filter((key) => whyUnusable(key.certificate, new Date()) === undefined)
  const [first = named[0]] = usable
  if (!first) refuse('certificate-missing')
  if (usable.length > 1) throw new SeveralKeysError(usable)
  const reason = whyUnusable(first.certificate, new Date())
  if (reason) throw new RefusalError(reason)
  return first
}

/** Before the PIN is asked for: what cannot be signed, and what the act forbids. */
async function refuseUnsignable(workers: DocumentWorkers & ActPlanner, key: KeyInfo, { files, act, field, insist, allowClassified }: SignFilesOptions): Promise<Map<string, SignedFile['outcome']>> {
  const refused = new Map<string, SignedFile['outcome']>()
  for (const { input } of files) {
    try {
      const { secrecy } = await workers.inspect(input, { ...(field === undefined ? {} : { field }), insist })
      if (secrecy !== undefined && !allowClassified) refuse('classified-document')
      const signedAt = new Date()
      if (act) await workers.plan({ input, certificates: [key.certificate, ...key.chain], signedAt, act: act(key, signedAt) })
    } catch (error) {
      refused.set(input, { refusal: refusalFor(error) })
    }
  }
  return refused
}

/** Where roots are known: chain and revocation come before the PIN. */
async function askAboutCertificate(evidence: EvidenceWorkers, key: KeyInfo, { trust, insist }: SignFilesOptions): Promise<void> {
  if (trust.roots.length === 0) return
  const check = await evidence.checkCertificate({ certificates: [key.certificate, ...key.chain, ...trust.intermediates], roots: trust.roots })
  if (check.kind === 'revoked') refuse('certificate-revoked', { holder: check.holder, revokedAt: check.revokedAt.toISOString() })
  if (check.kind === 'untrusted') refuse('certificate-untrusted', { holder: check.holder })
  if (check.kind === 'unknown' && !insist) refuse('revocation-unknown', { holder: check.holder })
}

interface Workers {
  workers: DocumentWorkers
  evidence: EvidenceWorkers
}

async function signAll(
  { workers, evidence }: Workers,
  source: KeySource,
  key: KeyInfo,
  files: SignFilesOptions['files'],
  options: SignFilesOptions,
  onProgress: (done: number, count: number) => void,
): Promise<Map<string, SignedFile['outcome']>> {
  const authorisation = await source.authorise(key.certificateSha256, pinPrompt(key, files), undefined, options.scheme)
  if (authorisation.state === 'waiting') throw new Error('a key that is waited for elsewhere has no place on the command line')
  const { scheme } = authorisation.key
  const askKey = stopAtFirstFailure(authorisation.key)
  const outcomes = new Map<string, SignedFile['outcome']>()
  onProgress(0, files.length)
  const end = (input: string, outcome: SignedFile['outcome']): void => {
    outcomes.set(input, outcome)
    onProgress(outcomes.size, files.length)
  }
  const raising: Promise<void>[] = []
  const signing = files.map(async ({ input, output }) => {
    const { level } = options
    const signedTo = level === undefined ? output : `${output}${waitingSuffix}`
    try {
      const signed = await workers.sign(jobFor({ ...key, scheme }, input, signedTo, options), askKey)
      if (level === undefined) end(input, { output, ...signed })
      else raising.push(raise(evidence, { waiting: signedTo, output, level }, options).then((raised) => end(input, 'refusal' in raised ? raised : { ...signed, ...raised })))
    } catch (error) {
      end(input, { refusal: refusalFor(error) })
    }
  })
  await Promise.all(signing)
  await authorisation.key.release()
  await Promise.all(raising)
  return outcomes
}

/** A file that cannot be raised now stays as it was signed, and loses nothing. */
async function raise(
  evidence: EvidenceWorkers,
  { waiting, output, level }: { waiting: string; output: string; level: RaisedLevel },
  { trust: { timeStamp, roots, intermediates } }: SignFilesOptions,
): Promise<{ output: string; sizeBytes: number; sha256: string } | { refusal: Refusal; waiting: string }> {
  try {
    if (timeStamp === undefined) throw new Error('a level above B-B needs a time-stamp server')
    const raised = await evidence.raise({ input: waiting, output, level, stamp: 'into-signature', timeStamp, roots, intermediates })
    await rm(waiting)
    return { output, ...raised }
  } catch (error) {
    return { refusal: refusalFor(error), waiting }
  }
}

/** What it means to a person; a defect is told whole on stderr, since no journal keeps it here. */
export function refusalFor(error: unknown): Refusal {
  const found = refusalOf(error)
  if (found.code === 'unexpected') process.stderr.write(`${inspect(error)}\n`)
  return found
}

/** A key that failed once is not asked again: the other files fail for the same reason. */
function stopAtFirstFailure(key: UnlockedKey): (digest: Uint8Array) => Promise<Uint8Array> {
  const over = new AbortController()
  let failure: RefusalError | undefined
  return async (digest) => {
    if (failure) throw failure
    try {
      return await key.sign(digest, over.signal)
    } catch (error) {
      failure ??= new RefusalError(refusalOf(error), { cause: error })
      over.abort()
      throw failure
    }
  }
}

function jobFor(key: KeyInfo & Pick<UnlockedKey, 'scheme'>, input: string, output: string, { act, look, reason, field, certify, insist }: SignFilesOptions): SignJob {
  const signedAt = new Date()
  return {
    input,
    output,
    certificates: [key.certificate, ...key.chain],
    algorithm: key.algorithm,
    scheme: key.scheme,
    signedAt,
    appearance: look && appearanceFrom(look, key, signedAt),
    ...(act ? { act: act(key, signedAt) } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(field === undefined ? {} : { field }),
    certify,
    insist,
  }
}

function appearanceFrom({ image, page, place }: NonNullable<SignFilesOptions['look']>, key: KeyInfo, signedAt: Date): Appearance {
  return {
    lines: appearanceLines(certificateFacts(key.certificate), signedAt),
    ...(image === undefined ? {} : { image }),
    ...(page === undefined ? {} : { page }),
    ...(place === undefined ? {} : { place }),
  }
}

function pinPrompt(key: KeyInfo, files: SignFilesOptions['files']): PinPrompt {
  const say = agentWindowTexts.vi
  const { holder, organisation } = certificateFacts(key.certificate)
  const more = files.length - namesShown
  const lines = [
    say.count(files.length),
    ...files.slice(0, namesShown).map(({ input }, index) => `${index + 1}. ${shownName(basename(input))}`),
    ...(more > 0 ? [say.more(more)] : []),
    say.certificate(shownName(holder), organisation === '' ? '' : shownName(organisation)),
  ]
  return {
    title: say.pinTitle,
    description: lines.join('\n'),
    prompt: say.pinPrompt,
    ok: say.ok,
    cancel: say.cancel,
    lockWarning: { description: say.lockWarning(shownName(key.tokenLabel)), ok: say.lockWarningOk },
    oneTryLeft: say.oneTryLeft,
  }
}
