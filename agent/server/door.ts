import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { fastify, type FastifyInstance } from 'fastify'
import { WebSocketServer, type ServerOptions } from 'ws'
import { closeCodes } from '../../shared/protocol/close-codes.ts'
import type { Limits } from '../../shared/protocol/limits.ts'
import { admitRequest, admitUpgrade } from './admission.ts'
import { Connection, type ConnectionParts } from './connection.ts'
import { Closing } from './introduction.ts'
import { Peers } from './peer.ts'

/** TCP connections at a time, whatever they are; the next one is dropped unread. */
const tcpConnections = 32

export interface DoorParts extends Omit<ConnectionParts, 'admit'> {
  /** Tried in this order. */
  ports: readonly number[]
  extensionIds: readonly string[]
  /** Who is at the other end; a test may bring its own. */
  peers?: Peers | undefined
}

/** No port of the list is free. */
export class PortsTakenError extends Error {
  override readonly name = 'PortsTakenError'

  constructor(ports: readonly number[]) {
    super(`none of the ports ${ports.join(', ')} is free on 127.0.0.1`)
  }
}

/**
 * The loopback door. Whatever is not the WebSocket of an extension gets a status and an empty body: no name,
 * no version, no CORS header, and no way to tell one plain request from another.
 */
export class Door {
  readonly #parts: DoorParts
  readonly #connections = new Set<Connection>()
  readonly #sockets: WebSocketServer
  readonly #peers: Peers
  readonly #foreign = new WeakMap<Duplex, Promise<boolean>>()
  #server!: Server
  #http!: FastifyInstance
  #port = 0

  private constructor(parts: DoorParts) {
    this.#parts = parts
    this.#peers = parts.peers ?? new Peers()
    // `closeTimeout` is not in the types of ws yet: how long a peer may leave our close frame unanswered.
    const options: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: parts.limits.frameBytes,
      maxFragments: 1_024,
      autoPong: false,
      closeTimeout: 1_000,
    }
    this.#sockets = new WebSocketServer(options)
    this.#sockets.on('wsClientError', (_error, socket) => refuseSocket(socket, 400))
  }

  static async open(parts: DoorParts): Promise<Door> {
    const door = new Door(parts)
    door.#http = fastify({
      serverFactory: (handler) => (door.#server = createServer(httpOptions(parts.limits), handler)),
      frameworkErrors: (_error, request, reply) => refuseRequest(request, reply, door.#port),
      clientErrorHandler: (error, socket) => refuseSocket(socket, clientErrorStatus(error)),
    })
    // No route exists: every plain request ends in this hook, before any of it but the head was read.
    door.#http.addHook('onRequest', (request, reply) => refuseRequest(request, reply, door.#port))
    await door.#http.ready()
    door.#server.maxConnections = tcpConnections
    door.#server.on('connection', (socket) => door.#look(socket))
    door.#server.on('upgrade', (request, socket, head) => void door.#upgrade(request, socket, head))
    door.#port = await listen(door.#server, parts.ports)
    return door
  }

  get port(): number {
    return this.#port
  }

  /** Ends the connections of a pairing that was revoked. */
  disconnect(pairingId: string): void {
    for (const connection of this.#connections) if (connection.pairingId === pairingId) connection.close(closeCodes.revoked)
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close(1001)
    await Promise.all([...this.#connections].map((connection) => new Promise<void>((resolve) => connection.onClose(resolve))))
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
    await this.#http.close()
  }

  /** Another user's connection is dropped without a word, and holds no place of those that we have. */
  #look(socket: Socket): void {
    const isOther = this.#peers.isOtherUser(socket)
    this.#foreign.set(socket, isOther)
    void isOther.then((foreign) => foreign && socket.destroy())
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const admission = admitUpgrade(request, this.#port, this.#parts.extensionIds)
    if (!admission.admitted) return refuseSocket(socket, admission.status)
    if ((await this.#foreign.get(socket)) !== false || socket.destroyed) return void socket.destroy()
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#makeRoom()
      const connection = new Connection(webSocket, admission.origin, this.#port, { ...this.#parts, admit: (proven) => this.#admit(proven) })
      this.#connections.add(connection)
      connection.onClose(() => this.#connections.delete(connection))
    })
  }

  /**
   * At most so many sockets live; a new one takes the place of the oldest that has not proven itself. The one whose digits the
   * clerk compares stays: there is only one, and idle sockets must not take its window away.
   */
  #makeRoom(): void {
    const unproven = [...this.#connections].filter((connection) => connection.pairingId === undefined)
    const proven = this.#connections.size - unproven.length
    const surplus = unproven.length + 1 - Math.max(1, this.#parts.limits.liveSockets - proven)
    const movable = unproven.filter((connection) => !connection.isAtWindow)
    for (const connection of movable.slice(0, Math.max(0, surplus))) {
      this.#connections.delete(connection)
      connection.close(closeCodes.tooMany)
    }
  }

  /** A pairing has one connection: the newest. */
  #admit(proven: Connection): void {
    const others = [...this.#connections].filter((connection) => connection !== proven && connection.pairingId !== undefined)
    const replaced = others.filter((connection) => connection.pairingId === proven.pairingId)
    if (others.length - replaced.length >= this.#parts.limits.liveSockets) throw new Closing(closeCodes.tooMany)
    for (const connection of replaced) connection.close(closeCodes.replaced)
  }
}

function httpOptions(limits: Limits): Parameters<typeof createServer>[0] & object {
  return {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(500, limits.headersMs),
    keepAliveTimeout: 1_000,
    maxHeaderSize: 8_192,
    // A missing host is refused by us, as every wrong one is.
    requireHostHeader: false,
  }
}

/** Binds to 127.0.0.1 alone, on the first port that is free. */
async function listen(server: Server, ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    const isBound = await new Promise<boolean>((resolve, reject) => {
      // Windows says EACCES of a port that another program has for itself alone, or that the system has set aside.
      const failed = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error))
      server.once('error', failed)
      server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
        server.off('error', failed)
        resolve(true)
      })
    })
    if (isBound) return (server.address() as AddressInfo).port
  }
  throw new PortsTakenError(ports)
}

/** Answers past Fastify, whose own headers and error bodies would tell who is listening. */
function refuseRequest({ raw: request }: { raw: IncomingMessage }, reply: { hijack(): unknown; raw: ServerResponse }, port: number): void {
  reply.hijack()
  reply.raw.writeHead(admitRequest(request, port), { connection: 'close', 'content-length': 0 }).end()
}

function clientErrorStatus(error: NodeJS.ErrnoException): number {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  return error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
}

function refuseSocket(socket: Duplex, status: number): void {
  if (socket.writable) socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
  else socket.destroy()
}
