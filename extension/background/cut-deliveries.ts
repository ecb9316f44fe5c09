import type { LineLost } from '../../shared/messages/line-lost.ts'

const firstPauseMs = 1_000
const longestPauseMs = 60_000
/** A system that can be asked, and still breaks off each upload, is not the line's fault. */
const mostMissing = 3

/**
 * Deliveries that the broken line to a document system has cut. After growing pauses one of them has its turn; once the system has
 * answered it, all have. Until then nothing new begins: it would only be cut too.
 */
export class CutDeliveries {
  private readonly go: () => void
  private readonly waiting = new Set<string>()
  private readonly turns = new Set<string>()
  private readonly missing = new Map<string, number>()
  private isProbing = false
  private pauseMs = firstPauseMs
  private timer: ReturnType<typeof setTimeout> | undefined

  /** @param go called when somebody's turn has come */
  constructor(go: () => void) {
    this.go = go
  }

  get isLost(): boolean {
    return this.waiting.size > 0 || this.isProbing
  }

  /** Some delivery goes on by itself. */
  get any(): boolean {
    return this.isLost || this.turns.size > 0
  }

  isTurnOf(documentId: string): boolean {
    return this.turns.has(documentId)
  }

  /** @returns whether it is tried again by itself */
  add(documentId: string, { cutAt }: LineLost): boolean {
    this.isProbing = false
    const times = (this.missing.get(documentId) ?? 0) + Number(cutAt === 'missing')
    this.missing.set(documentId, times)
    if (times > mostMissing) return false
    this.await(documentId)
    return true
  }

  /** Cut in an earlier worker. */
  await(documentId: string): void {
    this.waiting.add(documentId)
    this.arm()
  }

  /** It is over by another way: the clerk saw it in the system. */
  drop(documentId: string): void {
    this.waiting.delete(documentId)
    if (!this.turns.delete(documentId)) return
    this.isProbing = false
    if (this.waiting.size > 0) this.arm()
  }

  /** It is being delivered now, whoever wanted it. */
  take(documentId: string): void {
    this.waiting.delete(documentId)
    this.turns.delete(documentId)
  }

  /** The system has answered. */
  stands(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.isProbing = false
    this.pauseMs = firstPauseMs
    for (const documentId of this.waiting) this.turns.add(documentId)
    this.waiting.clear()
  }

  private arm(): void {
    this.timer ??= setTimeout(() => this.probe(), this.pauseMs)
  }

  private probe(): void {
    this.timer = undefined
    this.pauseMs = Math.min(2 * this.pauseMs, longestPauseMs)
    const [documentId] = this.waiting
    if (documentId === undefined) return
    this.waiting.delete(documentId)
    this.turns.add(documentId)
    this.isProbing = true
    this.go()
  }
}
