import * as v from 'valibot'
import { WebSocket, type RawData } from 'ws'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { decodeChunk, encodeChunk } from '../../shared/protocol/chunk.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import { FirstToAgent, MessageToAgent } from '../../shared/protocol/messages.ts'
import type { PairingsToAgent, PairingsToExtension } from '../../shared/protocol/pairings.ts'
import type { Conversation, Converse } from '../session/link.ts'
import { sayHello } from './hello.ts'
import { Closing, Introduction } from './introduction.ts'
import type { PairingDesk } from './pair.ts'
import type { Pairings } from './pairings.ts'

export interface ConnectionParts {
  limits: Limits
  pairings: Pairings
  desk: PairingDesk
  converse: Converse
  /** Takes a browser off the list and ends its connections. */
  revoke: (pairingId: string) => boolean
  /** Called once the extension is proven; may close this connection again by throwing `Closing`. */
  admit: (connection: Connection) => void
  /** A defect of ours, for the journal. */
  report: (thrown: unknown) => void
}

/**
 * One socket. Before the proof it can only pair or say hello; after it every frame is checked (shape, size,
 * strictly rising sequence) before the session sees it.
 */
export class Connection {
  readonly #socket: WebSocket
  readonly #parts: ConnectionParts
  readonly #introduction: Introduction
  #pairingId: string | undefined
  #conversation: Conversation | undefined
  #received = 0
  #sent = 0
  #bytesUnderWay = 0

  constructor(socket: WebSocket, origin: string, port: number, parts: ConnectionParts) {
    this.#socket = socket
    this.#parts = parts
    this.#introduction = new Introduction({ origin, port, send: (message) => this.#write(JSON.stringify(message)) })
    socket.on('message', (data, isBinary) => this.#guard(() => this.#receive(data, isBinary)))
    // No browser can send a ping; a flood of them would be answered by as many pongs.
    socket.on('ping', () => this.close(closeCodes.malformed))
    // `ws` closes with the right code by itself (RFC 6455, section 7.4.1) where a frame breaks the protocol.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#closed())
    void this.#introduce()
  }

  /** Set once the other side has proven itself. */
  get pairingId(): string | undefined {
    return this.#pairingId
  }

  /** The clerk is comparing the digits of its pairing. */
  get isAtWindow(): boolean {
    return this.#introduction.isAtWindow
  }

  close(code: number): void {
    this.#socket.close(code)
  }

  onClose(listener: () => void): void {
    this.#socket.once('close', listener)
  }

  async #introduce(): Promise<void> {
    const { limits, pairings, desk } = this.#parts
    try {
      for (;;) {
        const deadline = AbortSignal.any([AbortSignal.timeout(limits.helloMs), this.#introduction.closed])
        const first = await this.#introduction.next(deadline)
        if (first.step !== 'offer') throw new Closing(closeCodes.malformed)
        if (first.kind === 'hello') return this.#prove(await sayHello(first, this.#introduction, pairings, deadline))
        await desk.pair(first, this.#introduction)
      }
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  #prove({ pairingId }: { pairingId: string }): void {
    this.#pairingId = pairingId
    this.#parts.admit(this)
    this.#conversation = this.#parts.converse(pairingId, {
      origin: this.#introduction.origin,
      tell: (message) => this.#write(JSON.stringify({ ...message, sequence: ++this.#sent })),
      sendChunk: (chunk) => this.#writeFlushed(encodeChunk({ ...chunk, sequence: ++this.#sent })),
      closeSilent: () => this.close(closeCodes.silent),
    })
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    // `nodebuffer` is the socket's binary type: a frame is one Buffer.
    const frame = data as Buffer
    if (!this.#conversation) {
      if (isBinary) throw new Closing(closeCodes.malformed)
      this.#introduction.deliver(parse(FirstToAgent, frame))
    } else if (isBinary) {
      this.#receiveChunk(this.#conversation, frame)
    } else {
      const message = parse(MessageToAgent, frame)
      this.#rise(message.sequence)
      if (message.kind === 'pairings') this.#carryOut(message)
      else this.#conversation.receive(message)
    }
  }

  #carryOut(message: PairingsToAgent): void {
    if (message.step === 'revoke') this.#parts.revoke(message.pairingId)
    const pairings = this.#parts.pairings.list().map((pairing) => ({ ...pairing, isOwn: pairing.pairingId === this.#pairingId }))
    this.#write(JSON.stringify({ kind: 'pairings', pairings, sequence: ++this.#sent } satisfies PairingsToExtension))
  }

  #receiveChunk(conversation: Conversation, frame: Buffer): void {
    const chunk = decodeChunk(frame)
    if (!chunk) throw new Closing(closeCodes.malformed)
    this.#rise(chunk.sequence)
    this.#underWay(frame.length)
    const done = () => this.#underWay(-frame.length)
    conversation.receiveChunk(chunk).then(done, (thrown: unknown) => {
      done()
      this.#fail(thrown)
    })
  }

  /** Stops reading from the socket while a window of chunks for several documents waits for the disk. */
  #underWay(changeBytes: number): void {
    this.#bytesUnderWay += changeBytes
    const isFull = this.#bytesUnderWay > 4 * this.#parts.limits.chunkWindow * this.#parts.limits.chunkBytes
    if (isFull && !this.#socket.isPaused) this.#socket.pause()
    if (!isFull && this.#socket.isPaused) this.#socket.resume()
  }

  /** A repeated, late or swapped message ends the connection. */
  #rise(sequence: number): void {
    if (sequence <= this.#received) throw new Closing(closeCodes.sequence)
    this.#received = sequence
  }

  #write(frame: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    // The other side takes nothing any more: what waits for it must not grow without end.
    if (this.#socket.bufferedAmount > 16 * this.#parts.limits.frameBytes) this.#socket.terminate()
    else this.#socket.send(frame)
  }

  #writeFlushed(frame: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      this.#socket.send(frame, (error) => resolve(!error))
    })
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  #fail(thrown: unknown): void {
    if (thrown instanceof Closing) return this.close(thrown.code)
    this.#parts.report(thrown)
    // 1011: the server met a condition that it did not expect (RFC 6455, section 7.4.1).
    this.close(1011)
  }

  #closed(): void {
    this.#introduction.close()
    this.#conversation?.close()
    this.#conversation = undefined
  }
}

function parse<Schema extends v.GenericSchema>(schema: Schema, frame: Buffer): v.InferOutput<Schema> {
  let input: unknown
  try {
    input = JSON.parse(frame.toString('utf8'))
  } catch {
    throw new Closing(closeCodes.malformed)
  }
  const result = v.safeParse(schema, input, { abortEarly: true })
  if (!result.success) throw new Closing(closeCodes.malformed)
  return result.output
}
