import { createECDH, createHash, createHmac, hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Pairing } from '../../../extension/link/pairing-keys.ts'

export const origin = 'chrome-extension://nkhlcbdhifpgjejdcoecgjnheofhkpij'

type Words = Record<string, unknown>

/** Plays the agent with Node's own cryptography, from the words of the protocol and not from the code of the link. */
export class FakeAgent {
  readonly port: number
  /** The digits that the agent's window would show. */
  digits = ''
  /** What the hello proofs are keyed with; changed by tests that play an impostor. */
  keys = new Map<string, Buffer>()
  version = 1
  /** Of the ticket that the native-messaging host gave out. */
  ticketSecret = randomBytes(32).toString('hex')
  refusesTickets = false
  /** Instead of the nonce that was committed to. */
  opensNonce: string | undefined
  confirmsPairing: 'yes' | 'no' | 'never' | 'later' = 'yes'
  /** Answers a pairing that is to be confirmed later. */
  confirm: () => void = () => undefined
  /** Hangs up with this code instead of answering a hello. */
  onHello: number | undefined
  readonly heard: Words[] = []
  /** Everything that was said to it, before the proof too, in the order in which it came. */
  readonly said: Words[] = []
  /** Connections that are over. */
  ended = 0
  /** Lets pass whatever is shown as the proof of a ticket. */
  takesAnyTicketProof = false
  readonly chunks: Buffer[] = []
  socket: WebSocket | undefined
  /** Called for every message and chunk after the proof. */
  onMessage: (message: Words) => void = () => undefined
  onChunk: (frame: Buffer) => void = () => undefined
  onReady: () => void = () => undefined
  private sequence = 0
  private readonly server: WebSocketServer

  static async start(port = 0): Promise<FakeAgent> {
    const server = new WebSocketServer({ host: '127.0.0.1', port })
    await once(server, 'listening')
    return new FakeAgent(server)
  }

  private constructor(server: WebSocketServer) {
    this.server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => this.converse(socket))
  }

  async stop(): Promise<void> {
    for (const client of this.server.clients) client.terminate()
    this.server.close()
    await once(this.server, 'close')
  }

  /** Ends every connection and stays where it is. */
  async hangUp(): Promise<void> {
    const closings = [...this.server.clients].map((client) => once(client, 'close'))
    for (const client of this.server.clients) client.close(4401)
    await Promise.all(closings)
  }

  /** A pairing that both sides already share. */
  async share(): Promise<Pairing> {
    const pairingId = randomUUID()
    const secret = randomBytes(32)
    this.keys.set(pairingId, secret)
    const key = await crypto.subtle.importKey('raw', new Uint8Array(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    return { pairingId, key, port: this.port }
  }

  say(message: Words): void {
    this.socket?.send(JSON.stringify({ ...message, sequence: ++this.sequence }))
  }

  sayRaw(frame: string | Buffer): void {
    this.socket?.send(frame)
  }

  sayChunk(documentId: string, offset: number, bytes: Uint8Array): void {
    const head = Buffer.alloc(24)
    head.writeUInt32BE(++this.sequence, 0)
    Buffer.from(documentId.replaceAll('-', ''), 'hex').copy(head, 4)
    head.writeUInt32BE(offset, 20)
    this.socket?.send(Buffer.concat([head, bytes]))
  }

  private converse(socket: WebSocket): void {
    const state: Words = {}
    let ready = false
    socket.on('close', () => this.ended++)
    socket.on('message', (data: Buffer, binary) => {
      if (binary) {
        this.chunks.push(data)
        this.onChunk(data)
        return
      }
      const message = JSON.parse(data.toString('utf8')) as Words
      this.said.push(message)
      if (message['kind'] === 'pair') this.answerPair(socket, message, state)
      else if (message['kind'] === 'hello') ready = this.answerHello(socket, message, state)
      else {
        if (!ready) throw new Error('spoke before the proof')
        this.heard.push(message)
        this.onMessage(message)
      }
    })
  }

  private answerPair(socket: WebSocket, message: Words, state: Words): void {
    if (message['step'] === 'offer') {
      const ecdh = createECDH('prime256v1')
      Object.assign(state, { commitment: message['commitment'], ecdh, publicKey: ecdh.generateKeys('base64'), nonce: randomBytes(32).toString('hex'), ticketId: message['ticketId'] })
      const committed = createHash('sha256').update(`${String(state['publicKey'])}\n${String(state['nonce'])}`).digest('hex')
      if (this.refusesTickets && message['ticketId'] !== undefined) socket.close(4402)
      else socket.send(JSON.stringify({ kind: 'pair', step: 'answer', version: this.version, publicKey: state['publicKey'], commitment: committed }))
      return
    }
    if (message['step'] === 'prove') return this.answerTicket(socket, message, state)
    const publicKey = String(message['publicKey'])
    const nonce = String(message['nonce'])
    if (createHash('sha256').update(`${publicKey}\n${nonce}`).digest('hex') !== state['commitment']) throw new Error('commitment broken')
    const transcript = ['antin pair', 1, origin, publicKey, state['publicKey'], nonce, state['nonce']].join('\n')
    this.digits = String(createHash('sha256').update(transcript).digest().readBigUInt64BE(0) % 1_000_000n).padStart(6, '0')
    const isTicket = state['ticketId'] !== undefined
    const proof = isTicket ? { proof: this.ticketProof('agent', state, transcript) } : {}
    socket.send(JSON.stringify({ kind: 'pair', step: 'opened', nonce: this.opensNonce ?? state['nonce'], ...proof }))
    if (isTicket) {
      Object.assign(state, { transcript, extensionKey: publicKey })
      return
    }
    if (this.confirmsPairing === 'never') return
    if (this.confirmsPairing === 'no') {
      socket.send(JSON.stringify({ kind: 'pair', step: 'refused', refusal: { code: 'pairing-refused', facts: {} } }))
      return
    }
    const pairingId = this.keep(publicKey, transcript, state)
    this.confirm = () => socket.send(JSON.stringify({ kind: 'pair', step: 'confirmed', pairingId }))
    if (this.confirmsPairing === 'yes') this.confirm()
  }

  private keep(publicKey: string, transcript: string, state: Words): string {
    const pairingId = randomUUID()
    const shared = (state['ecdh'] as ReturnType<typeof createECDH>).computeSecret(publicKey, 'base64')
    this.keys.set(pairingId, Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(0), transcript, 32)))
    return pairingId
  }

  private ticketProof(role: string, state: Words, transcript: string): string {
    return createHmac('sha256', Buffer.from(this.ticketSecret, 'hex')).update(`antin ticket\n${role}\n${String(state['ticketId'])}\n${transcript}`).digest('hex')
  }

  private answerTicket(socket: WebSocket, message: Words, state: Words): void {
    const transcript = String(state['transcript'])
    if (!this.takesAnyTicketProof && message['proof'] !== this.ticketProof('extension', state, transcript)) return socket.close(4402)
    socket.send(JSON.stringify({ kind: 'pair', step: 'confirmed', pairingId: this.keep(String(state['extensionKey']), transcript, state) }))
  }

  private answerHello(socket: WebSocket, message: Words, state: Words): boolean {
    if (this.onHello !== undefined) {
      socket.close(this.onHello)
      return false
    }
    if (message['step'] === 'offer') {
      const pairingId = String(message['pairingId'])
      const key = this.keys.get(pairingId)
      if (key === undefined) {
        socket.send(JSON.stringify({ kind: 'hello', step: 'refused', refusal: { code: 'agent-not-paired', facts: {} } }))
        return false
      }
      const nonce = randomBytes(32).toString('hex')
      const words = [1, origin, this.port, pairingId, message['nonce'], nonce].join('\n')
      Object.assign(state, { key, words })
      const proof = createHmac('sha256', key).update(`antin hello\nagent\n${words}`).digest('hex')
      socket.send(JSON.stringify({ kind: 'hello', step: 'answer', version: this.version, nonce, proof }))
      return false
    }
    const expected = createHmac('sha256', state['key'] as Buffer).update(`antin hello\nextension\n${String(state['words'])}`).digest('hex')
    if (message['proof'] !== expected) {
      socket.close(4402)
      return false
    }
    this.socket = socket
    this.sequence = 0
    socket.send(JSON.stringify({ kind: 'hello', step: 'ready', agentVersion: '0.1.0' }))
    this.onReady()
    return true
  }
}
