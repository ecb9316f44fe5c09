import { WebSocket, type ClientOptions } from 'ws'
import { BatchParts } from '../../shared/protocol/batch-parts.ts'
import { encodeChunk, decodeChunk, type Chunk } from '../../shared/protocol/chunk.ts'
import { extensionIds } from '../../shared/protocol/extension-ids.ts'
import { noticePin } from './canary-pins.ts'
import type { MessageToExtension } from '../../shared/protocol/messages.ts'

/** The origin of the extension that an agent knows from the start. */
export const knownOrigin = `chrome-extension://${extensionIds[0]}`

export type Heard = MessageToExtension | { kind: 'chunk'; chunk: Chunk }

interface Waiter {
  wanted: (heard: Heard) => boolean
  resolve: (heard: Heard) => void
  reject: (error: Error) => void
}

/**
 * A WebSocket to an agent that says exactly what it is told, well-formed or not, and keeps what it hears until
 * someone asks for it.
 */
export class Wire {
  readonly socket: WebSocket
  readonly closed: Promise<number>
  readonly #heard: Heard[] = []
  readonly #waiters = new Set<Waiter>()
  readonly #batchParts = new BatchParts()
  /** The longest text frame that was heard, in bytes. */
  longestFrameBytes = 0
  #closeCode: number | undefined

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data, isBinary) => this.#hear(data as Buffer, isBinary))
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        this.#closeCode = code
        for (const waiter of this.#waiters) waiter.reject(new Error(`the agent closed with ${code}`))
        resolve(code)
      })
    })
  }

  /** Rejects with the HTTP status in the message where the agent refuses the upgrade. */
  static async open(port: number, options: ClientOptions = {}): Promise<Wire> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { origin: knownOrigin, perMessageDeflate: false, ...options })
    const wire = new Wire(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return wire
  }

  say(message: object): void {
    const frame = JSON.stringify(message)
    noticePin(frame, 'a message to the agent')
    this.socket.send(frame)
  }

  sayChunk(chunk: Chunk): void {
    this.socket.send(encodeChunk(chunk))
  }

  /** The first message, heard already or still to come, that `wanted` picks; it is then taken out. */
  hear<Wanted extends Heard>(wanted: (heard: Heard) => heard is Wanted): Promise<Wanted>
  hear(wanted: (heard: Heard) => boolean): Promise<Heard>
  hear(wanted: (heard: Heard) => boolean): Promise<Heard> {
    const index = this.#heard.findIndex(wanted)
    if (index >= 0) return Promise.resolve(this.#heard.splice(index, 1)[0] as Heard)
    if (this.#closeCode !== undefined) return Promise.reject(new Error(`the agent closed with ${this.#closeCode}`))
    return new Promise((resolve, reject) => {
      const waiter = { wanted, resolve: (heard: Heard) => (this.#waiters.delete(waiter), resolve(heard)), reject }
      this.#waiters.add(waiter)
    })
  }

  /** All that was heard and not taken out. */
  get unheard(): readonly Heard[] {
    return this.#heard
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }

  #hear(data: Buffer, isBinary: boolean): void {
    noticePin(data, 'a frame of the agent')
    const chunk = isBinary ? decodeChunk(data) : undefined
    if (!chunk) this.longestFrameBytes = Math.max(this.longestFrameBytes, data.length)
    const heard = chunk ? ({ kind: 'chunk', chunk } as const) : this.#joined(JSON.parse(data.toString('utf8')) as MessageToExtension)
    if (!heard) return
    for (const waiter of this.#waiters) if (waiter.wanted(heard)) return waiter.resolve(heard)
    this.#heard.push(heard)
  }

  #joined(message: MessageToExtension): Heard | undefined {
    if (message.kind !== 'sign' || (message.step !== 'batch' && message.step !== 'more')) return message
    const batch = this.#batchParts.take(message)
    return batch && { kind: 'sign', step: 'batch', sequence: message.sequence, batchId: message.batchId, batch }
  }
}

export function isKind<Kind extends Heard['kind']>(kind: Kind): (heard: Heard) => heard is Extract<Heard, { kind: Kind }> {
  return (heard): heard is Extract<Heard, { kind: Kind }> => heard.kind === kind
}
