import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { ServerError } from './server-question.ts'
import type { AskServer, ServerQuestion } from './server-question.ts'

export interface AskServerOptions {
  /** `host` or `host:port`, lower case: no other is ever asked. A host without a port stands for the usual one. */
  hosts: readonly string[]
  /** Questions to one host that may be under way; authorities are slow and do not like more. Default 4. */
  atOnce?: number
}

/**
 * The only way of the agent out of this PC. No redirect is followed, no proxy is used, nothing but the body comes
 * back. Knows no format: what comes is read in a worker.
 */
export function createAskServer({ hosts, atOnce = 4 }: AskServerOptions): AskServer {
  const turns = new Map<string, Turns>()
  return async (question, unwanted) => {
    const url = listedUrl(question.url, hosts)
    const line = turns.get(url.host) ?? new Turns(atOnce)
    turns.set(url.host, line)
    await line.take(unwanted)
    try {
      return await answerTo(url, question, unwanted)
    } finally {
      line.give()
    }
  }
}

function listedUrl(text: string, hosts: readonly string[]): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw new ServerError('address-not-http')
  if (url.username !== '' || url.password !== '' || !hosts.includes(url.host)) throw new ServerError('host-not-listed')
  return url
}

class Turns {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(free: number) {
    this.#free = free
  }

  async take(unwanted: AbortSignal | undefined): Promise<void> {
    if (unwanted?.aborted) throw new ServerError('cancelled')
    if (this.#free > 0) {
      this.#free--
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const turn = (): void => resolve(undefined)
    const leave = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(turn), 1)
      reject(new ServerError('cancelled'))
    }
    this.#waiting.push(turn)
    unwanted?.addEventListener('abort', leave)
    await promise.finally(() => unwanted?.removeEventListener('abort', leave))
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}

function answerTo(url: URL, { body, timeoutMs, answerBytes }: ServerQuestion, unwanted: AbortSignal | undefined): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const headers = body === undefined ? {} : { 'content-type': body.type, 'content-length': body.bytes.length }
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest
  const request = start(url, { method: body === undefined ? 'GET' : 'POST', headers, agent: false }, (response) => {
    if (response.statusCode !== 200) fail(`status-${response.statusCode ?? 0}`)
    else collect(response, answerBytes).then(resolve, (reason: unknown) => fail(String(reason)))
  })
  const clock = setTimeout(() => fail('timeout'), timeoutMs)
  const fail = (reason: string, cause?: unknown): void => {
    reject(new ServerError(reason, cause === undefined ? undefined : { cause }))
    request.destroy()
  }
  const leave = (): void => fail('cancelled')
  unwanted?.addEventListener('abort', leave)
  request.on('error', (cause) => fail('unreachable', cause))
  request.end(body?.bytes)
  return promise.finally(() => {
    clearTimeout(clock)
    unwanted?.removeEventListener('abort', leave)
  })
}

/** Rejects with the reason: too much, or less than was announced. */
function collect(response: IncomingMessage, answerBytes: number): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const chunks: Buffer[] = []
  let sizeBytes = 0
  response.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length
    if (sizeBytes > answerBytes) reject('too-large')
    else chunks.push(chunk)
  })
  response.on('end', () => (response.complete ? resolve(Buffer.concat(chunks)) : reject('cut-short')))
  response.on('error', () => reject('cut-short'))
  return promise
}
