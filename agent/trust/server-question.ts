/** A question to a server of an authority, over plain HTTP as those speak it. */
export interface ServerQuestion {
  readonly url: string
  /** Asks by POST; without it by GET. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array }
  /** For the whole of it. */
  readonly timeoutMs: number
  readonly answerBytes: number
}

/**
 * Resolves with the body of a 200, and with nothing else. Rejects with a ServerError; where the answer is no longer wanted, at once,
 * with `cancelled`.
 */
export type AskServer = (question: ServerQuestion, unwanted?: AbortSignal) => Promise<Uint8Array>

/** Why a server gave no answer that could be read: `unreachable`, `timeout`, `status-503`, `host-not-listed`, `cancelled` … */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly reason: string

  constructor(reason: string, options?: ErrorOptions) {
    super(`the server gave no answer: ${reason}`, options)
    this.reason = reason
  }
}
