import { refusal, RefusalError } from '../errors.ts'
import { LineLost } from './line-lost.ts'
import { decodePiece, encodePiece, pieceBytes, pieceWindow } from './piece.ts'
import type { PortMessage } from './page.ts'

/** As much of an extension port as a talk needs. */
export interface TalkPort {
  postMessage(message: unknown): void
  onMessage: { addListener(listener: (message: unknown) => void): void }
  onDisconnect: { addListener(listener: () => void): void }
}

/** Bytes and words over one extension port between the background and a page, in order, for one reader on each side. */
export class PortTalk {
  private readonly port: TalkPort
  private readonly inbox: PortMessage[] = []
  private ended: RefusalError | undefined
  private wake: () => void = () => undefined

  /** `site` is what the refusal names when the page goes away. */
  constructor(port: TalkPort, site: string) {
    this.port = port
    port.onMessage.addListener((message) => {
      this.inbox.push(message as PortMessage)
      this.wake()
    })
    port.onDisconnect.addListener(() => {
      this.ended = new RefusalError(refusal('page-gone', { site }))
      this.wake()
    })
  }

  say(message: PortMessage): void {
    if (this.ended !== undefined) throw this.ended
    this.port.postMessage(message)
  }

  /** The next word of the other side. Throws its refusal where it failed, `LineLost` where its line did, and `page-gone` where it went away. */
  async hear(): Promise<Exclude<PortMessage, { kind: 'failed' }>> {
    while (this.inbox.length === 0 && this.ended === undefined) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    const message = this.inbox.shift()
    if (message === undefined) throw this.ended ?? new RefusalError(refusal('unexpected'))
    if (message.kind === 'failed') throw message.cutAt === undefined ? new RefusalError(message.refusal) : new LineLost(message.cutAt)
    return message
  }

  /** Sends bytes in pieces, never more than a window ahead of the answers, and `end` after the last. */
  async sendBytes(parts: AsyncIterable<Uint8Array>): Promise<void> {
    let unanswered = 0
    for await (const part of parts) {
      for (let offset = 0; offset < part.length; offset += pieceBytes) {
        for (; unanswered >= pieceWindow; unanswered--) await this.hearTaken()
        this.say({ kind: 'piece', base64: encodePiece(part.subarray(offset, offset + pieceBytes)) })
        unanswered++
      }
    }
    for (; unanswered > 0; unanswered--) await this.hearTaken()
    this.say({ kind: 'end' })
  }

  /** The bytes of the other side until its `end`; a piece is answered when the next one is asked for. */
  async *receiveBytes(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    while (true) {
      const message = await this.hear()
      if (message.kind === 'end') return
      if (message.kind !== 'piece') throw new RefusalError(refusal('message-malformed', { kind: message.kind }))
      yield decodePiece(message.base64)
      this.say({ kind: 'taken' })
    }
  }

  private async hearTaken(): Promise<void> {
    const { kind } = await this.hear()
    if (kind !== 'taken') throw new RefusalError(refusal('message-malformed', { kind }))
  }
}

/** A stream as something to loop over: not every browser's streams are. Leaving the loop early cancels the stream. */
export async function* partsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}
