import { constants, createPrivateKey, privateEncrypt, randomBytes, X509Certificate, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/**
 * A smart card without a chip: a PIV card (NIST SP 800-73-4) in the first reader of vsmartcard's virtual reader driver.
 * A connection is the insertion, its end the removal. Frames are two bytes of length and the content; a content of one
 * byte is an order to the card, any other an APDU.
 */
export interface VirtualCardOptions {
  keyPem: string
  certificatePem: string
  pin: string
  /** The digital signature key (9C) wants the PIN right before every signature, as the standard has it. */
  strict?: boolean
  port?: number
}

export const vpcdPort = 35_963

const orders = { off: 0, on: 1, reset: 2, tellAnswerToReset: 4 }
const status = { ok: 0x9000, notVerified: 0x6982, blocked: 0x6983, notNow: 0x6985, wrongData: 0x6a80, notFound: 0x6a82, unknown: 0x6d00 }
const triesAtMost = 3
const applicationId = Buffer.from('a000000308000010000100', 'hex')
const serialNumber = randomBytes(16)

export class VirtualCard {
  readonly #socket: Socket
  readonly #key: KeyObject
  readonly #modulusBytes: number
  readonly #pin: string
  readonly #strict: boolean
  readonly #objects: ReadonlyMap<string, Buffer>
  #rest: Buffer = Buffer.alloc(0)
  #isSelected = false
  #isVerified = false
  #triesLeft = triesAtMost
  /** The PIN was the last thing that the card was told. */
  #isFresh = false
  #chained: Buffer = Buffer.alloc(0)
  #unread: Buffer = Buffer.alloc(0)
  /** Called before every signature; the card goes, or takes its time, in it. */
  beforeSignature: () => Promise<void> = () => Promise.resolve()
  signatures = 0
  /** PINs that it was given, right or wrong. */
  attempts = 0

  private constructor(socket: Socket, { keyPem, certificatePem, pin, strict = false }: VirtualCardOptions) {
    this.#socket = socket
    this.#key = createPrivateKey(keyPem)
    this.#modulusBytes = (this.#key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
    this.#pin = pin
    this.#strict = strict
    this.#objects = objectsOf(new X509Certificate(certificatePem).raw)
    socket.on('data', (bytes) => this.#take(bytes))
    socket.on('error', () => undefined)
  }

  /** Puts the card into the reader. */
  static async insert(options: VirtualCardOptions): Promise<VirtualCard> {
    const socket = connect(options.port ?? vpcdPort, '127.0.0.1')
    await once(socket, 'connect')
    return new VirtualCard(socket, options)
  }

  get triesLeft(): number {
    return this.#triesLeft
  }

  async pull(): Promise<void> {
    if (this.#socket.closed) return
    const closed = once(this.#socket, 'close')
    this.#socket.destroy()
    await closed
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    while (this.#rest.length >= 2 && this.#rest.length >= 2 + this.#rest.readUInt16BE()) {
      const content = this.#rest.subarray(2, 2 + this.#rest.readUInt16BE())
      this.#rest = this.#rest.subarray(2 + content.length)
      if (content.length === 1) this.#obey(content[0] ?? 0)
      else void this.#answer(content).then((reply) => this.#say(reply))
    }
  }

  #say(reply: Buffer): void {
    if (this.#socket.destroyed) return
    const length = Buffer.alloc(2)
    length.writeUInt16BE(reply.length)
    this.#socket.write(Buffer.concat([length, reply]))
  }

  #obey(order: number): void {
    if (order === orders.tellAnswerToReset) return this.#say(answerToReset())
    this.#isSelected = false
    this.#isVerified = false
    this.#isFresh = false
  }

  async #answer(apdu: Buffer): Promise<Buffer> {
    const { instruction, data, isChained, place } = readApdu(apdu)
    const wasFresh = this.#isFresh
    if (!isChained) this.#isFresh = instruction === 0x20
    switch (instruction) {
      case 0xa4:
        return this.#select(data)
      case 0xc0:
        return this.#nextPart()
      case 0xcb:
        return this.#getData(data)
      case 0x20:
        return this.#verify(data)
      case 0x87:
        if (isChained) {
          this.#chained = Buffer.concat([this.#chained, data])
          return word(status.ok)
        }
        return this.#authenticate(place, data, wasFresh)
      default:
        return word(status.unknown)
    }
  }

  #select(name: Buffer): Buffer {
    if (name.length < 5 || !applicationId.subarray(0, name.length).equals(name.subarray(0, applicationId.length))) return word(status.notFound)
    this.#isSelected = true
    const authority = element(0x79, element(0x4f, applicationId.subarray(0, 5)))
    return Buffer.concat([element(0x61, Buffer.concat([element(0x4f, applicationId.subarray(5)), authority])), word(status.ok)])
  }

  #getData(request: Buffer): Buffer {
    const tag = request.subarray(2, 2 + (request[1] ?? 0)).toString('hex')
    const object = this.#objects.get(tag)
    if (!this.#isSelected || object === undefined) return word(status.notFound)
    this.#unread = object
    return this.#nextPart()
  }

  /** A short answer has 256 bytes at most; the rest is asked for (GET RESPONSE). */
  #nextPart(): Buffer {
    if (this.#unread.length === 0) return word(status.notNow)
    const part = this.#unread.subarray(0, 256)
    this.#unread = this.#unread.subarray(256)
    return Buffer.concat([part, word(this.#unread.length === 0 ? status.ok : 0x6100 | (this.#unread.length > 255 ? 0 : this.#unread.length))])
  }

  /** Without data it only asks how many tries are left. */
  #verify(data: Buffer): Buffer {
    if (data.length === 0) return word(this.#isVerified ? status.ok : 0x63c0 | this.#triesLeft)
    this.attempts += 1
    if (this.#triesLeft === 0) return word(status.blocked)
    this.#isVerified = data.toString('latin1').replace(/\xff+$/, '') === this.#pin
    this.#triesLeft = this.#isVerified ? triesAtMost : this.#triesLeft - 1
    if (this.#isVerified) return word(status.ok)
    return word(this.#triesLeft === 0 ? status.blocked : 0x63c0 | this.#triesLeft)
  }

  async #authenticate(place: number, data: Buffer, wasFresh: boolean): Promise<Buffer> {
    const template = Buffer.concat([this.#chained, data])
    this.#chained = Buffer.alloc(0)
    if (!this.#isVerified || (this.#strict && place === 0x9c && !wasFresh)) return word(status.notVerified)
    // Two times tag and length, an empty response before the challenge, and the block that is already padded.
    const block = template.subarray(template.length - this.#modulusBytes)
    if (place !== 0x9a && place !== 0x9c) return word(status.wrongData)
    await this.beforeSignature()
    if (this.#socket.destroyed) return word(status.notNow)
    this.signatures += 1
    const value = privateEncrypt({ key: this.#key, padding: constants.RSA_NO_PADDING }, block)
    this.#unread = element(0x7c, element(0x82, value))
    return this.#nextPart()
  }
}

/** Short or extended length (ISO 7816-4, 5.1). */
function readApdu(apdu: Buffer): { instruction: number; place: number; isChained: boolean; data: Buffer } {
  const [first = 0, instruction = 0, , place = 0, length = 0] = apdu
  const isExtended = apdu.length > 7 && length === 0
  const data = apdu.length <= 5 ? Buffer.alloc(0) : isExtended ? apdu.subarray(7, 7 + apdu.readUInt16BE(5)) : apdu.subarray(5, 5 + length)
  return { instruction, place, isChained: (first & 0x10) !== 0, data }
}

/** What the card shows without a PIN: who it is, what it can, and the certificate for 9A and 9C. */
function objectsOf(certificate: Uint8Array): Map<string, Buffer> {
  const holder = Buffer.concat([
    element(0x30, Buffer.from('d4e739da739ced39ce739d836858210842108421c84210c3eb', 'hex')),
    element(0x34, serialNumber),
    element(0x35, Buffer.from('20401231')),
    element(0x3e, Buffer.alloc(0)),
    element(0xfe, Buffer.alloc(0)),
  ])
  const abilities = Buffer.concat([
    element(0xf0, Buffer.from('a0000000790102030405060708090a0b0c0d0e0f10', 'hex')),
    element(0xf1, Buffer.of(0x21)),
    element(0xf2, Buffer.of(0x21)),
    element(0xf4, Buffer.of(0)),
    element(0xf5, Buffer.of(0x10)),
    element(0xfe, Buffer.alloc(0)),
  ])
  const stored = element(0x53, Buffer.concat([element(0x70, certificate), element(0x71, Buffer.of(0)), element(0xfe, Buffer.alloc(0))]))
  return new Map([
    ['5fc102', element(0x53, holder)],
    ['5fc107', element(0x53, abilities)],
    ['5fc105', stored],
    ['5fc10a', stored],
    ['7e', Buffer.from('7e124f0ba0000003080000100001005f2f024000', 'hex')],
  ])
}

/** T=1 with historical bytes of our own (ISO 7816-3, 8.2). */
function answerToReset(): Buffer {
  const bytes = Buffer.concat([Buffer.from('3b8c8001', 'hex'), Buffer.from('AN-TIN-CARD1')])
  return Buffer.concat([bytes, Buffer.of(bytes.subarray(1).reduce((sum, byte) => sum ^ byte, 0))])
}

function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...head), content])
}

function word(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}
