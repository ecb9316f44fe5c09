import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import { label, uuid } from '../../shared/protocol/fields.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { renamePatientlySync } from '../settings/rename-patiently.ts'
import { writeDurably } from '../settings/write-durably.ts'

const origin = v.pipe(v.string(), v.maxLength(300))

const StoredPairing = v.strictObject({
  pairingId: uuid,
  /** HMAC key, 32 bytes, base64. */
  key: v.pipe(v.string(), v.base64(), v.length(44)),
  origin,
  /** What the browser calls itself. */
  name: label,
  createdAt: v.string(),
  /** Absent until the browser has proven for the first time that it kept the key. */
  lastSeenAt: v.optional(v.string()),
})
export type StoredPairing = v.InferOutput<typeof StoredPairing>

const PairingsFile = v.strictObject({
  pairings: v.array(StoredPairing),
  /** Extensions of which a pairing was revoked: the clerk compares digits before they are let in again. */
  digitsOnly: v.array(origin),
})

/** A pairing as it may be shown: without its key. */
export type PairingView = Omit<StoredPairing, 'key'>

/** The browsers that may talk to this agent. */
export class Pairings {
  readonly #file: string
  readonly #unprovenMs: number
  readonly #stored: Map<string, StoredPairing>
  readonly #digitsOnly: Set<string>

  /** @param unprovenMs how long a pairing may wait for its first hello; one that the clerk agreed to here and refused in the browser never comes */
  constructor(home: string, unprovenMs: number = limits.pairingMs) {
    this.#file = path.join(home, 'pairings.json')
    this.#unprovenMs = unprovenMs
    const { pairings, digitsOnly } = readPairings(this.#file)
    this.#stored = new Map(pairings.map((pairing) => [pairing.pairingId, pairing]))
    this.#digitsOnly = new Set(digitsOnly)
  }

  list(): PairingView[] {
    this.#forgetDead()
    return [...this.#stored.values()].map(({ key: _, ...shown }) => shown)
  }

  find(pairingId: string): StoredPairing | undefined {
    this.#forgetDead()
    return this.#stored.get(pairingId)
  }

  /** True where a pairing of this extension was revoked since digits were last compared with it. */
  needsDigits(origin: string): boolean {
    return this.#digitsOnly.has(origin)
  }

  /** @param digitsCompared the clerk has confirmed it in the agent's own window */
  add(pairing: Omit<StoredPairing, 'createdAt' | 'lastSeenAt'>, digitsCompared: boolean): void {
    this.#forgetDead()
    if (digitsCompared) this.#digitsOnly.delete(pairing.origin)
    this.#stored.set(pairing.pairingId, { ...pairing, createdAt: new Date().toISOString() })
    this.#save()
  }

  seen(pairingId: string): void {
    const pairing = this.#stored.get(pairingId)
    if (!pairing) return
    this.#stored.set(pairingId, { ...pairing, lastSeenAt: new Date().toISOString() })
    this.#save()
  }

  /** @returns false where there is no such pairing */
  revoke(pairingId: string): boolean {
    const pairing = this.#stored.get(pairingId)
    if (!pairing) return false
    this.#stored.delete(pairingId)
    this.#digitsOnly.add(pairing.origin)
    this.#save()
    return true
  }

  #forgetDead(): void {
    const dead = [...this.#stored.values()].filter((pairing) => pairing.lastSeenAt === undefined && this.#isLate(pairing))
    if (dead.length === 0) return
    for (const { pairingId } of dead) this.#stored.delete(pairingId)
    this.#save()
  }

  /** A clock that was set back must not keep it for ever. */
  #isLate({ createdAt }: StoredPairing): boolean {
    return Math.abs(Date.now() - Date.parse(createdAt)) > this.#unprovenMs
  }

  #save(): void {
    const content = { pairings: [...this.#stored.values()], digitsOnly: [...this.#digitsOnly] }
    writeDurably(this.#file, `${JSON.stringify(content, undefined, 2)}\n`)
  }
}

/** A damaged file means pairing anew, which needs the clerk; it must not keep the agent from starting. */
function readPairings(file: string): v.InferOutput<typeof PairingsFile> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { pairings: [], digitsOnly: [] }
    throw cause
  }
  try {
    return v.parse(PairingsFile, JSON.parse(text))
  } catch {
    renamePatientlySync(file, `${file}.damaged`)
    return { pairings: [], digitsOnly: [] }
  }
}
