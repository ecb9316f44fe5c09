import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { HelloToExtension } from '../../shared/protocol/hello.ts'
import type { FirstToAgent } from '../../shared/protocol/messages.ts'
import type { PairToExtension } from '../../shared/protocol/pair.ts'

/** Ends a connection with one of our close codes; never an error of the agent. */
export class Closing extends Error {
  override readonly name = 'Closing'
  readonly code: number

  constructor(code: number) {
    super(`closing with ${code}`)
    this.code = code
  }
}

/** A connection before its proof: a question, an answer, in turn. */
export class Introduction {
  readonly origin: string
  readonly port: number
  readonly send: (message: PairToExtension | HelloToExtension) => void
  /** The clerk is comparing its digits. */
  isAtWindow = false
  readonly #closing = new AbortController()
  #unread: FirstToAgent | undefined
  #reader: ((message: FirstToAgent) => void) | undefined

  constructor(parts: { origin: string; port: number; send: (message: PairToExtension | HelloToExtension) => void }) {
    this.origin = parts.origin
    this.port = parts.port
    this.send = parts.send
  }

  /** Aborted when the other side is gone. */
  get closed(): AbortSignal {
    return this.#closing.signal
  }

  close(): void {
    this.#closing.abort()
  }

  /** Who talks before it was asked is not one of ours. */
  deliver(message: FirstToAgent): void {
    if (this.#reader) {
      const read = this.#reader
      this.#reader = undefined
      read(message)
      return
    }
    if (this.#unread) throw new Closing(closeCodes.malformed)
    this.#unread = message
  }

  /** Rejects with `Closing` where `signal` is aborted before the message is there. */
  next(signal: AbortSignal): Promise<FirstToAgent> {
    const message = this.#unread
    this.#unread = undefined
    if (message) return Promise.resolve(message)
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#reader = undefined
        reject(new Closing(closeCodes.silent))
      }
      if (signal.aborted) return giveUp()
      signal.addEventListener('abort', giveUp, { once: true })
      this.#reader = (read) => {
        signal.removeEventListener('abort', giveUp)
        resolve(read)
      }
    })
  }
}
