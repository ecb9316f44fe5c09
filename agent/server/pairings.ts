import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import { label, uuid } from '../../shared/protocol/fields.ts'

const StoredPairing = v.strictObject({
  pairingId: uuid,
  /** HMAC key, 32 bytes, base64. */
  key: v.pipe(v.string(), v.base64(), v.length(44)),
  origin: v.pipe(v.string(), v.maxLength(300)),
  /** What the browser calls itself. */
  name: label,
  createdAt: v.string(),
  lastSeenAt: v.string(),
})
export type StoredPairing = v.InferOutput<typeof StoredPairing>

/** A pairing as it may be shown: without its key. */
export type PairingView = Omit<StoredPairing, 'key'>

/** The browsers that may talk to this agent. */
export class Pairings {
  readonly #file: string
  readonly #stored: Map<string, StoredPairing>

  constructor(home: string) {
    this.#file = path.join(home, 'pairings.json')
    this.#stored = new Map(readPairings(this.#file).map((pairing) => [pairing.pairingId, pairing]))
  }

  list(): PairingView[] {
    return [...this.#stored.values()].map(({ key: _, ...shown }) => shown)
  }

  find(pairingId: string): StoredPairing | undefined {
    return this.#stored.get(pairingId)
  }

  add(pairing: Omit<StoredPairing, 'createdAt' | 'lastSeenAt'>): void {
    const now = new Date().toISOString()
    this.#stored.set(pairing.pairingId, { ...pairing, createdAt: now, lastSeenAt: now })
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
    const known = this.#stored.delete(pairingId)
    if (known) this.#save()
    return known
  }

  /** Whole or not at all: written beside, flushed, then renamed over. */
  #save(): void {
    const beside = `${this.#file}.part`
    const file = openSync(beside, 'w', 0o600)
    try {
      writeSync(file, `${JSON.stringify([...this.#stored.values()], undefined, 2)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, this.#file)
  }
}

/** A damaged file means pairing anew, which needs the clerk; it must not keep the agent from starting. */
function readPairings(file: string): StoredPairing[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw cause
  }
  try {
    return v.parse(v.array(StoredPairing), JSON.parse(text))
  } catch {
    renameSync(file, `${file}.damaged`)
    return []
  }
}
