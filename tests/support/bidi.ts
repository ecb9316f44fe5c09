import { EventEmitter, once } from 'node:events'
import { WebSocket } from 'ws'

interface Answer {
  id?: number
  type: 'success' | 'error' | 'event'
  result?: unknown
  error?: string
  message?: string
  method?: string
  params?: unknown
}

/** What a remote value (WebDriver BiDi, `script.RemoteValue`) carries, as far as it is needed here. */
export interface RemoteValue {
  type: string
  value?: unknown
  sharedId?: string
}

/** A session of WebDriver BiDi: commands with their answers, and events by their method. */
export class BidiSession {
  readonly events = new EventEmitter()
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (reason: Error) => void; method: string }>()
  #last = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.events.setMaxListeners(0)
    socket.on('message', (data: Buffer) => this.#hear(JSON.parse(data.toString('utf8')) as Answer))
    socket.on('close', () => {
      for (const { reject, method } of this.#waiting.values()) reject(new Error(`${method}: the browser is gone`))
      this.#waiting.clear()
    })
  }

  /** @param address of the browser's remote agent, `ws://127.0.0.1:PORT` */
  static async open(address: string): Promise<BidiSession> {
    const socket = new WebSocket(`${address}/session`)
    await once(socket, 'open')
    const session = new BidiSession(socket)
    await session.send('session.new', { capabilities: {} })
    return session
  }

  send<Result = unknown>(method: string, params: object): Promise<Result> {
    const id = ++this.#last
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, method })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }

  close(): void {
    this.#socket.close()
  }

  #hear({ id, type, result, error, message, method, params }: Answer): void {
    if (type === 'event') return void this.events.emit(method ?? '', params)
    const waiting = this.#waiting.get(id ?? 0)
    this.#waiting.delete(id ?? 0)
    if (type === 'success') waiting?.resolve(result)
    else waiting?.reject(new Error(`${waiting.method}: ${error ?? ''}: ${message ?? ''}`))
  }
}
