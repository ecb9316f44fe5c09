import { refusalOf, refuse, type Refusal } from '../../shared/errors.ts'
import { limits } from '../../shared/protocol/limits.ts'
import type { FileLock } from '../journal/lock-file.ts'
import type { PinentryProgram } from '../window/find-pinentry.ts'
import { isSignatureOf } from './certificate.ts'
import type { Deadlines, DriverHost } from './driver-host.ts'
import type { HostedKey, UnlockedBy } from './host-calls.ts'
import type { HostProcess } from './host-process.ts'
import type { PinPrompt, SignatureScheme, UnlockedKey } from './key-source.ts'
import type { PinAttempts } from './pin-attempts.ts'

export interface UnlockParts {
  host: DriverHost
  key: HostedKey
  prompt: PinPrompt
  scheme: SignatureScheme
  pinentry: PinentryProgram
  attempts: PinAttempts
  deadlines: Deadlines
  signal: AbortSignal | undefined
}

/** Asks for the PIN in the host's window and logs in with it, once. @throws RefusalError what `authorise` says */
export async function unlockKey(parts: UnlockParts): Promise<UnlockedKey> {
  const { host, key, attempts, signal } = parts
  host.reserve(key.tokenSerial)
  let process: HostProcess | undefined
  let turn: FileLock | undefined
  const giveUp = (): void => {
    if (process !== undefined) void host.release(process)
  }
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    if (locks(key)) turn = attempts.takeTurn(serialOf(key))
    process = await host.start()
    if (signal?.aborted === true) refuse('cancelled')
    await ask(process, parts)
    const unlockedBy = await login(process, parts)
    host.worked()
    return unlockedKey(process, unlockedBy, parts)
  } catch (cause) {
    // A process that has seen a PIN ends with it.
    if (process === undefined) host.free()
    else await host.release(process)
    if (signal?.aborted === true) refuse('cancelled', undefined, cause)
    throw cause
  } finally {
    turn?.release()
    signal?.removeEventListener('abort', giveUp)
  }
}

async function ask(process: HostProcess, { key, prompt, pinentry, attempts }: UnlockParts): Promise<void> {
  const { pinPad, pinFinalTry: finalTry, tokenLabel: token } = key
  const mayLock = finalTry || (locks(key) && attempts.mayLock(serialOf(key)))
  const deadlineMs = limits.consentIdleMs
  await process.call('ask', { prompt, pinentry, pinPad, mayLock, finalTry, deadlineMs }, { deadlineMs: undefined, token })
}

/** The one login of a batch. It counts before it is made, and until the token is known to have liked the PIN. */
async function login(process: HostProcess, { key, scheme, attempts, deadlines }: UnlockParts): Promise<UnlockedBy> {
  const { certificateSha256, tokenSerial, tokenLabel, pinPad } = key
  // On a PIN pad the clerk types during the login itself.
  const limit = { deadlineMs: pinPad ? limits.consentIdleMs : deadlines.loginMs, token: tokenLabel }
  if (locks(key)) attempts.begin(serialOf(key))
  try {
    const unlockedBy = await process.call('login', { key: { certificateSha256, tokenSerial, tokenLabel }, scheme }, limit)
    if (locks(key)) attempts.succeeded(serialOf(key))
    return unlockedBy
  } catch (cause) {
    const { code } = refusalOf(cause)
    if (locks(key) && code === 'key-missing') attempts.succeeded(serialOf(key))
    if (locks(key) && unseenCodes.includes(code)) attempts.takeBack(serialOf(key))
    throw cause
  }
}

/** With these no PIN came to the token. */
const unseenCodes: readonly Refusal['code'][] = ['token-removed', 'pin-cancelled']

/** A file can be tried without end. */
function locks({ kind }: HostedKey): boolean {
  return kind === 'token'
}

/** Some tokens have no serial number. */
function serialOf({ tokenSerial, certificateSha256 }: HostedKey): string {
  return tokenSerial === '' ? certificateSha256 : tokenSerial
}

const digestBytes: Record<SignatureScheme['digest'], number> = { sha256: 32, sha384: 48, sha512: 64 }

function unlockedKey(process: HostProcess, { scheme, alwaysAuthenticate }: UnlockedBy, { host, key, attempts, deadlines }: UnlockParts): UnlockedKey {
  const { certificate, tokenLabel: token, pinPad } = key
  const deadlineMs = alwaysAuthenticate && pinPad ? limits.consentIdleMs : deadlines.signMs
  let isCounted = false
  /** A PIN that goes to the token with every signature can be refused there; after that none goes any more. */
  const count = (cause: unknown): never => {
    const { code } = refusalOf(cause)
    if (alwaysAuthenticate && locks(key) && !isCounted && (code === 'pin-wrong' || code === 'token-silent')) {
      isCounted = true
      attempts.begin(serialOf(key))
    }
    throw cause
  }
  return {
    scheme,
    sign: async (digest, withdrawn) => {
      if (digest.length !== digestBytes[scheme.digest]) throw new RangeError(`a digest of ${scheme.digest} has ${digestBytes[scheme.digest]} bytes`)
      const signature = await process.call('sign', { digest }, { deadlineMs, token }, withdrawn).catch(count)
      if (!isSignatureOf(certificate, digest, signature, scheme)) refuse('token-failed', { token, returnValue: 'wrong signature' })
      host.worked()
      return signature
    },
    release: () => host.release(process),
  }
}
