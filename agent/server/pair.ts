import { randomBytes, randomUUID } from 'node:crypto'
import { refusal, refuse, refusalOf, type Refusal } from '../../shared/errors.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import type { PairingTranscript, PairToAgent } from '../../shared/protocol/pair.ts'
import { protocolVersion } from '../../shared/protocol/version.ts'
import type { Journal } from '../journal/journal.ts'
import type { StoredTicket } from '../native-host/tickets.ts'
import { commitmentTo, digitsOf, newKeyPair, pairingKeyOf, sameDigest, ticketProofOf } from './derive.ts'
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

export interface DeskParts {
  pairings: Pairings
  confirm: ConfirmPairing
  /** The ticket of the native-messaging host, which exists once and for a minute. */
  takeTicket: (ticketId: string) => StoredTicket | undefined
  journal: Journal
  limits: Limits
}

/** What both sides have said when the key can be derived. */
interface Exchanged {
  key: Buffer
  transcript: PairingTranscript
}

/**
 * Where pairings are made. With a ticket of the native-messaging host no window is needed. By digits: one at a time, and after too
 * many windows without a yes none for a while, so that a program cannot wear the clerk out with them.
 */
export class PairingDesk {
  readonly #parts: DeskParts
  #busy = false
  /** When windows were shown to which nobody said yes, in milliseconds of the monotonic clock. */
  #refusedAt: number[] = []
  /** Codes of what came to nothing without a window: the journal has each once. */
  readonly #noted = new Set<string>()

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  /** Carries one pairing to its end. Returns when it is stored; else tells why and ends the connection. */
  async pair(offer: PairOffer, talk: Introduction): Promise<void> {
    if (offer.version !== protocolVersion) {
      const facts = { agent: String(protocolVersion), extension: String(offer.version) }
      return end(talk, refusal('version-mismatch', facts), closeCodes.version)
    }
    if (offer.ticketId !== undefined) return this.#pairByTicket(offer, offer.ticketId, talk)
    if (this.#busy) return end(talk, refusal('pairing-refused'), closeCodes.tooMany)
    if (this.isClosed) return end(talk, refusal('pairing-closed'), closeCodes.tooMany)
    return this.#pairByDigits(offer, talk)
  }

  /** Too many windows went without a yes: the next one is shown when the oldest of them is forgotten, or when the clerk asks for it. */
  get isClosed(): boolean {
    const { pairingRefusals, pairingRefusalMs } = this.#parts.limits
    this.#refusedAt = this.#refusedAt.filter((at) => performance.now() - at < pairingRefusalMs)
    return this.#refusedAt.length >= pairingRefusals
  }

  /** The clerk asks for it, outside of any browser. */
  reopen(): void {
    this.#refusedAt = []
    this.#parts.journal.write({ events: [{ what: 'pairing-reopened' }] })
  }

  async #pairByDigits(offer: PairOffer, talk: Introduction): Promise<void> {
    const { limits } = this.#parts
    const expiry = AbortSignal.timeout(limits.pairingMs)
    const signal = AbortSignal.any([expiry, talk.closed])
    let opened = false
    try {
      const { key, transcript } = await this.#exchange(offer, talk, signal)
      if (this.#busy || this.isClosed) refuse(this.#busy ? 'pairing-refused' : 'pairing-closed')
      opened = true
      await this.#compare(transcript, offer, talk, signal)
      const pairingId = this.#keep(key, offer, talk, { by: 'digits' })
      talk.send({ kind: 'pair', step: 'confirmed', pairingId })
    } catch (thrown) {
      const told = expiry.aborted ? refusal('pairing-expired') : refusalOf(thrown)
      this.#note(told, offer, talk, opened)
      if (thrown instanceof Closing && !expiry.aborted) throw thrown
      end(talk, told, closeCodes.unproven)
    }
  }

  /** From here on both sides know the digits, and the clerk is asked. */
  async #compare(transcript: PairingTranscript, { name }: PairOffer, talk: Introduction, signal: AbortSignal): Promise<void> {
    this.#busy = true
    talk.isAtWindow = true
    try {
      talk.send({ kind: 'pair', step: 'opened', nonce: transcript.agentNonce })
      const agreed = await this.#parts.confirm({ digits: digitsOf(transcript), browser: name, origin: talk.origin }, signal)
      if (!agreed || signal.aborted) refuse('pairing-refused')
    } finally {
      talk.isAtWindow = false
      this.#busy = false
    }
  }

  /**
   * Both sides hold the ticket's secret and prove it over this very exchange, the agent first, so that nothing is left for the clerk to
   * compare. A ticket that is unknown, used or late costs the clerk nothing: the extension goes on with the digits.
   */
  async #pairByTicket(offer: PairOffer, ticketId: string, talk: Introduction): Promise<void> {
    const ticket = this.#parts.takeTicket(ticketId)
    if (ticket === undefined || !isFor(ticket, talk.origin)) return end(talk, refusal('pairing-refused'), closeCodes.unproven)
    try {
      if (this.#parts.pairings.needsDigits(talk.origin)) refuse('pairing-refused')
      const { key, transcript } = await this.#exchange(offer, talk, talk.closed)
      const proof = ticketProofOf('agent', ticket.secret, ticketId, transcript)
      talk.send({ kind: 'pair', step: 'opened', nonce: transcript.agentNonce, proof })
      const answer = await this.#next(talk, 'prove', talk.closed)
      if (!sameDigest(answer.proof, ticketProofOf('extension', ticket.secret, ticketId, transcript))) refuse('pairing-refused')
      const pairingId = this.#keep(key, offer, talk, { by: 'native-host', browserProgram: ticket.browserProgram })
      talk.send({ kind: 'pair', step: 'confirmed', pairingId })
    } catch (thrown) {
      this.#note(refusalOf(thrown), offer, talk, false)
      if (thrown instanceof Closing) throw thrown
      end(talk, refusalOf(thrown), closeCodes.unproven)
    }
  }

  async #exchange(offer: PairOffer, talk: Introduction, signal: AbortSignal): Promise<Exchanged> {
    const ownKeys = newKeyPair()
    const agentKey = ownKeys.getPublicKey('base64')
    const agentNonce = randomBytes(32).toString('hex')
    talk.send({ kind: 'pair', step: 'answer', version: protocolVersion, publicKey: agentKey, commitment: commitmentTo(agentKey, agentNonce) })

    const reveal = await this.#next(talk, 'reveal', signal)
    if (!sameDigest(commitmentTo(reveal.publicKey, reveal.nonce), offer.commitment)) refuse('pairing-refused')
    const transcript = { version: protocolVersion, origin: talk.origin, extensionKey: reveal.publicKey, agentKey, extensionNonce: reveal.nonce, agentNonce }
    return { key: keyOrRefuse(() => pairingKeyOf(ownKeys, reveal.publicKey, transcript)), transcript }
  }

  /** The other side has what it says next in hand already: only the clerk may take long. */
  async #next<Step extends 'reveal' | 'prove'>(talk: Introduction, step: Step, signal: AbortSignal): Promise<Extract<PairToAgent, { step: Step }>> {
    const message = await talk.next(AbortSignal.any([signal, AbortSignal.timeout(this.#parts.limits.helloMs)]))
    if (message.kind !== 'pair' || message.step !== step) throw new Closing(closeCodes.malformed)
    return message as Extract<PairToAgent, { step: Step }>
  }

  #keep(key: Buffer, { name }: PairOffer, { origin }: Introduction, how: Record<string, string>): string {
    const pairingId = randomUUID()
    this.#parts.pairings.add({ pairingId, key: key.toString('base64'), origin, name }, how['by'] === 'digits')
    this.#parts.journal.write({ events: [{ what: 'paired', facts: { pairingId, origin, browser: name, ...how } }] })
    return pairingId
  }

  /**
   * Where no window was shown, the other side has not learnt the digits and nobody was disturbed. Any program may do that as often as
   * it likes: it neither counts nor fills the journal.
   */
  #note(told: Refusal, { name }: PairOffer, { origin }: Introduction, opened: boolean): void {
    if (opened && told.code !== 'pin-window-missing') this.#refusedAt.push(performance.now())
    else if (this.#noted.has(told.code)) return
    else this.#noted.add(told.code)
    this.#parts.journal.write({ events: [{ what: 'pairing-refused', facts: { code: told.code, origin, browser: name } }] })
  }
}

function end(talk: Introduction, told: Refusal, code: number): never {
  talk.send({ kind: 'pair', step: 'refused', refusal: told })
  throw new Closing(code)
}

/** Chromium names the extension's origin to the host; Firefox its id, and the origin of the profile is bound by this pairing. */
function isFor(ticket: StoredTicket, origin: string): boolean {
  return ticket.origin === undefined ? origin.startsWith('moz-extension://') : ticket.origin === origin
}

/** A point that is not on the curve is an attack or a defect; either way there is no pairing. */
function keyOrRefuse(derive: () => Buffer): Buffer {
  try {
    return derive()
  } catch (cause) {
    return refuse('pairing-refused', undefined, cause)
  }
}
