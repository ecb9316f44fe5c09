import { refusal, refusalOf, refuse, RefusalError } from '../../shared/errors.ts'
import { BatchParts } from '../../shared/protocol/batch-parts.ts'
import { decodeChunk, encodeChunk, type Chunk } from '../../shared/protocol/chunk.ts'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import { MessageToExtension, type MessageToAgent } from '../../shared/protocol/messages.ts'
import { readMessage } from './read-message.ts'
import { SocketClosed, type Frame, type Socket } from './socket.ts'

type WithoutSequence<Message> = Message extends unknown ? Omit<Message, 'sequence'> : never
export type Outgoing = WithoutSequence<MessageToAgent>
/** A batch comes whole, in however many frames it was sent. */
export type Incoming = Exclude<MessageToExtension, { kind: 'pair' } | { kind: 'hello' } | { step: 'more' }>

/** A proven connection: messages and chunks with rising sequence numbers, both ways. */
export class Connection {
  readonly agentVersion: string
  /** Aborted with the reason when the connection ends. */
  readonly gone: AbortSignal

  private readonly socket: Socket
  private readonly ending = new AbortController()
  private readonly messageListeners = new Set<(message: Incoming) => void>()
  private readonly chunkListeners = new Set<(chunk: Chunk) => void>()
  private readonly batchParts = new BatchParts()
  private sent = 0
  private heard = 0

  constructor(socket: Socket, agentVersion: string) {
    this.socket = socket
    this.agentVersion = agentVersion
    this.gone = this.ending.signal
    void this.listen()
  }

  get port(): number {
    return this.socket.port
  }

  send(message: Outgoing): void {
    this.gone.throwIfAborted()
    this.socket.send(JSON.stringify({ ...message, sequence: ++this.sent }))
  }

  sendChunk(documentId: string, offset: number, bytes: Uint8Array): void {
    this.gone.throwIfAborted()
    this.socket.send(encodeChunk({ sequence: ++this.sent, documentId, offset, bytes }))
  }

  /** What was handed to the browser and has not left yet. */
  bufferedBytes(): number {
    return this.socket.bufferedBytes()
  }

  onMessage(listener: (message: Incoming) => void): () => void {
    this.messageListeners.add(listener)
    return () => this.messageListeners.delete(listener)
  }

  onChunk(listener: (chunk: Chunk) => void): () => void {
    this.chunkListeners.add(listener)
    return () => this.chunkListeners.delete(listener)
  }

  close(): void {
    this.end(new RefusalError(refusal('agent-unreachable')), 1000)
  }

  private async listen(): Promise<void> {
    try {
      while (!this.gone.aborted) this.take(await this.socket.receive())
    } catch (error) {
      this.end(reasonOf(error), codeFor(error))
    }
  }

  private take(frame: Frame): void {
    if (typeof frame === 'string') {
      const message = readMessage(MessageToExtension, frame)
      if (message.kind === 'pair' || message.kind === 'hello') refuse('message-malformed', { kind: message.kind })
      this.count(message.sequence)
      const whole = this.joined(message)
      if (whole !== undefined) for (const listener of this.messageListeners) listener(whole)
    } else {
      const chunk = decodeChunk(frame) ?? refuse('message-malformed', { kind: 'chunk' })
      this.count(chunk.sequence)
      for (const listener of this.chunkListeners) listener(chunk)
    }
  }

  private joined(message: Incoming | Extract<MessageToExtension, { step: 'more' }>): Incoming | undefined {
    if (message.kind !== 'sign' || (message.step !== 'batch' && message.step !== 'more')) return message
    const { kind, sequence, batchId } = message
    const batch = this.batchParts.take(message)
    return batch && { kind, step: 'batch', sequence, batchId, batch }
  }

  private count(sequence: number): void {
    if (sequence <= this.heard) refuse('sequence-broken')
    this.heard = sequence
  }

  private end(reason: RefusalError, code: number): void {
    if (this.gone.aborted) return
    this.socket.close(code)
    this.ending.abort(reason)
  }
}

function reasonOf(error: unknown): RefusalError {
  if (error instanceof SocketClosed) {
    return new RefusalError(refusal(error.code === closeCodes.revoked ? 'agent-not-paired' : 'agent-unreachable'), { cause: error })
  }
  return error instanceof RefusalError ? error : new RefusalError(refusalOf(error), { cause: error })
}

function codeFor(error: unknown): number {
  if (!(error instanceof RefusalError)) return 1000
  return error.refusal.code === 'sequence-broken' ? closeCodes.sequence : closeCodes.malformed
}
