import { randomBytes, randomUUID } from 'node:crypto'
import { refusal, refuse, refusalOf, type Refusal } from '../../shared/errors.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import type { PairToAgent } from '../../shared/protocol/pair.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'
import type { Journal } from '../journal/journal.ts'
import { commitmentTo, digitsOf, newKeyPair, pairingKeyOf, sameDigest } from './derive.ts'
import { Closing, type Introduction } from './introduction.ts'
import type { Pairings } from './pairings.ts'

export interface PairingQuestion {
  digits: string
  /** What the browser calls itself. */
  browser: string
  /** The `Origin` header of the connection, which the other side's words cannot change. */
  origin: string
}

/** Shows the six digits in the agent's own window. Resolves to the clerk's answer; aborting closes the window. */
export type ConfirmPairing = (question: PairingQuestion, signal: AbortSignal) => Promise<boolean>

export type PairOffer = Extract<PairToAgent, { step: 'offer' }>
type PairReveal = Extract<PairToAgent, { step: 'reveal' }>

/**
 * Where pairings are made: one at a time, and after too many refusals no more until the agent is started anew,
 * so that a program cannot wear the clerk out with windows.
 */
export class PairingDesk {
  readonly #pairings: Pairings
  readonly #confirm: ConfirmPairing
  readonly #journal: Journal
  readonly #limits: Limits
  #busy = false
  #refusals = 0
  #windowWasMissing = false

  constructor(parts: { pairings: Pairings; confirm: ConfirmPairing; journal: Journal; limits: Limits }) {
    this.#pairings = parts.pairings
    this.#confirm = parts.confirm
    this.#journal = parts.journal
    this.#limits = parts.limits
  }

  /** Carries one pairing to its end. Returns when it is stored; else tells why and ends the connection. */
  async pair(offer: PairOffer, talk: Introduction): Promise<void> {
    if (offer.version !== protocolVersion) {
      const facts = { agent: String(protocolVersion), extension: String(offer.version) }
      talk.send({ kind: 'pair', step: 'refused', refusal: refusal('version-mismatch', facts) })
      throw new Closing(closeCodes.version)
    }
    if (this.#busy || this.#refusals >= this.#limits.pairingRefusals) {
      talk.send({ kind: 'pair', step: 'refused', refusal: refusal('pairing-refused') })
      throw new Closing(closeCodes.tooMany)
    }
    this.#busy = true
    const expiry = AbortSignal.timeout(this.#limits.pairingMs)
    try {
      await this.#exchange(offer, talk, AbortSignal.any([expiry, talk.closed]))
    } catch (thrown) {
      const told = expiry.aborted ? refusal('pairing-expired') : refusalOf(thrown)
      this.#note(told, offer, talk)
      if (thrown instanceof Closing && !expiry.aborted) throw thrown
      talk.send({ kind: 'pair', step: 'refused', refusal: told })
      throw new Closing(closeCodes.unproven)
    } finally {
      this.#busy = false
    }
  }

  /** A PC without a window refuses every time and wears nobody out, so that it does not count; but its journal has it only once. */
  #note(told: Refusal, { name }: PairOffer, { origin }: Introduction): void {
    if (told.code === 'pin-window-missing') {
      if (this.#windowWasMissing) return
      this.#windowWasMissing = true
    } else {
      this.#refusals++
    }
    this.#journal.write({ events: [{ what: 'pairing-refused', facts: { code: told.code, origin, browser: name } }] })
  }

  async #exchange(offer: PairOffer, talk: Introduction, signal: AbortSignal): Promise<void> {
    const ownKeys = newKeyPair()
    const answer = { publicKey: ownKeys.getPublicKey('base64'), nonce: randomBytes(32).toString('hex') }
    talk.send({ kind: 'pair', step: 'answer', version: protocolVersion, ...answer })

    // The other side has its key in hand already: only the clerk may take long.
    const reveal = await nextReveal(talk, AbortSignal.any([signal, AbortSignal.timeout(this.#limits.helloMs)]))
    if (!sameDigest(commitmentTo(reveal.publicKey, reveal.nonce), offer.commitment)) refuse('pairing-refused')
    const transcript = {
      version: protocolVersion,
      origin: talk.origin,
      extensionKey: reveal.publicKey,
      agentKey: answer.publicKey,
      extensionNonce: reveal.nonce,
      agentNonce: answer.nonce,
    }
    const key = keyOrRefuse(() => pairingKeyOf(ownKeys, reveal.publicKey, transcript))
    const agreed = await this.#confirm({ digits: digitsOf(transcript), browser: offer.name, origin: talk.origin }, signal)
    if (!agreed || signal.aborted) refuse('pairing-refused')

    const pairingId = randomUUID()
    this.#pairings.add({ pairingId, key: key.toString('base64'), origin: talk.origin, name: offer.name })
    this.#journal.write({ events: [{ what: 'paired', facts: { pairingId, origin: talk.origin, browser: offer.name } }] })
    talk.send({ kind: 'pair', step: 'confirmed', pairingId })
  }
}

async function nextReveal(talk: Introduction, signal: AbortSignal): Promise<PairReveal> {
  const message = await talk.next(signal)
  if (message.kind === 'pair' && message.step === 'reveal') return message
  throw new Closing(closeCodes.malformed)
}

/** A point that is not on the curve is an attack or a defect; either way there is no pairing. */
function keyOrRefuse(derive: () => Buffer): Buffer {
  try {
    return derive()
  } catch (cause) {
    return refuse('pairing-refused', undefined, cause)
  }
}
