import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Hears where workers have stopped, and what they have asked of the document system. */
export class WorkerReports {
  readonly stopped: string[] = []
  readonly asked: string[] = []
  readonly #server: Server

  constructor() {
    this.#server = createServer(({ url = '' }, response) => {
      const told = decodeURIComponent(url.slice(url.indexOf('?') + 1))
      if (told.startsWith('asked ')) this.asked.push(told)
      else this.stopped.push(told)
      response.end()
    })
  }

  async open(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
