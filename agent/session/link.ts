import type { Chunk } from '../../shared/protocol/chunk.ts'
import type { MessageToExtension, MessageToSession } from '../../shared/protocol/messages.ts'

/** A message before the door puts its sequence number on. */
export type Unnumbered<Message> = Message extends { sequence: number } ? Omit<Message, 'sequence'> : never
export type Told = Unnumbered<MessageToExtension>

/** The other end of a conversation, as the door gives it: proven, in order, and never blocking. */
export interface Link {
  /** Of the extension, as the browser sent it. */
  readonly origin: string
  tell(message: Told): void
  /**
   * Resolves when the piece has left this process, so that who sends in a loop cannot fill the memory; to false
   * where the connection is gone.
   */
  sendChunk(chunk: Omit<Chunk, 'sequence'>): Promise<boolean>
  /** Closes the connection, because the other side fell silent in the middle of a document. */
  closeSilent(): void
}

/** What a proven connection talks to. */
export interface Conversation {
  receive(message: MessageToSession): void
  /** Resolves when the piece is on its way to the disk; the door reads on only while few are under way. */
  receiveChunk(chunk: Chunk): Promise<void>
  /** The connection is gone; the batches stay. */
  close(): void
}

/** Opens the conversation of one proven connection. */
export type Converse = (pairingId: string, link: Link) => Conversation
