import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { refuse } from '../../shared/errors.ts'
import { DerError, sameBytes } from '../cms/read-der.ts'
import type { Certificate } from './certificate.ts'
import { ServerError } from './server-question.ts'
import type { AskServer } from './server-question.ts'
import { buildTimeStampRequest } from './time-stamp-request.ts'
import { readTimeStampResponse } from './time-stamp-response.ts'
import { judgeTimeStamp, readTimeStampToken } from './time-stamp-token.ts'

export interface TimeStampService {
  url: string
  /** Dotted; a token of another policy is not taken. */
  policy?: string | undefined
}

export interface TimeStampTrust {
  roots: readonly Certificate[]
  extraCertificates: readonly Uint8Array[]
}

/** How patient a request is. Real authorities took 2 to 131 s, and failed once in a while. */
export interface TimeStampPatience {
  tries: number
  timeoutMs: number
  /** Before the second try; doubled before each further one. */
  pauseMs: number
}

export const usualPatience: TimeStampPatience = { tries: 3, timeoutMs: 240_000, pauseMs: 1_000 }

const tokenBytes = 256 * 1024

/**
 * A token over this SHA-256 that was checked in every way (RFC 3161, 2.2), DER. Throws `time-stamp-failed` with the
 * reason of the last try.
 */
export async function requestTimeStamp(
  ask: AskServer,
  service: TimeStampService,
  imprintSha256: Uint8Array,
  trust: TimeStampTrust,
  patience: TimeStampPatience = usualPatience,
): Promise<Uint8Array> {
  let waitMs = patience.pauseMs
  for (let left = patience.tries; ; left--) {
    const outcome = await tryOnce(ask, service, imprintSha256, trust, patience.timeoutMs)
    if ('token' in outcome) return outcome.token
    if (outcome.final || left <= 1) return refuse('time-stamp-failed', { reason: outcome.reason })
    await pause(waitMs)
    waitMs *= 2
  }
}

/** `final`: the same question would get the same answer. */
type Outcome = { token: Uint8Array } | { reason: string; final: boolean }

async function tryOnce(
  ask: AskServer,
  service: TimeStampService,
  imprintSha256: Uint8Array,
  trust: TimeStampTrust,
  timeoutMs: number,
): Promise<Outcome> {
  const nonce = randomNonce()
  const bytes = buildTimeStampRequest({ imprintSha256, nonce, policy: service.policy })
  try {
    const answer = await ask({ url: service.url, body: { type: 'application/timestamp-query', bytes }, timeoutMs, answerBytes: tokenBytes })
    return checkAnswer(answer, { nonce, imprintSha256, policy: service.policy }, trust)
  } catch (thrown) {
    if (thrown instanceof ServerError) return { reason: thrown.reason, final: ['host-not-listed', 'cancelled'].includes(thrown.reason) }
    if (thrown instanceof DerError) return { reason: 'answer-malformed', final: false }
    throw thrown
  }
}

interface Asked {
  nonce: Uint8Array
  imprintSha256: Uint8Array
  policy: string | undefined
}

function checkAnswer(answer: Uint8Array, { nonce, imprintSha256, policy }: Asked, { roots, extraCertificates }: TimeStampTrust): Outcome {
  const { status, token } = readTimeStampResponse(answer)
  if (status !== 'granted' && status !== 'granted-with-mods') return { reason: status, final: status === 'rejection' }
  if (token === undefined) return { reason: 'token-missing', final: false }
  const read = readTimeStampToken(token)
  if (read.nonce === undefined || !sameBytes(read.nonce, nonce)) return { reason: 'nonce-differs', final: false }
  if (policy !== undefined && read.policy !== policy) return { reason: 'policy-differs', final: false }
  // Only SHA-256 was asked for; a token over another digest of the same bytes is not the one.
  const digestOf = (digest: string) => (digest === 'sha256' ? imprintSha256 : new Uint8Array())
  const [fault] = judgeTimeStamp(read, { digestOf, roots, extraCertificates, at: new Date() }).faults
  return fault === undefined ? { token } : { reason: fault, final: false }
}

/** 64 random bits, as the content of a positive INTEGER without padding. */
function randomNonce(): Uint8Array {
  const nonce = randomBytes(8)
  nonce.writeUInt8((nonce.readUInt8(0) & 0x3f) | 0x40, 0)
  return nonce
}
